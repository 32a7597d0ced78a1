/* SPDX-License-Identifier: MIT */
/*
 * Steps of training on simulated hosts, a rank each:
 *   smpirun ... nntrain_simulation PROFILE PIECE SPEED LATENCY BANDWIDTH CALLS WIRE
 * The sums over ranks are those of src/comm as they are; what a rank computes is time that goes by, as PROFILE has it.
 * PIECE in elements, 0: by the simulated network, as in a run; SPEED of the hosts in those of the core that was
 * measured. LATENCY and BANDWIDTH are for the formula. CALLS: how often in a pass of a layer the sums are looked after.
 * WIRE: float32 or bf16. Prints a line: ranks, simulated seconds of a step among others, seconds by the formula,
 * seconds of one message of 1 byte, GB/s of one of 1 MiB, bytes of a piece.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comm/allreduce/messages.h"
#include "comm/allreduce/owner.h"
#include "comm/allreduce/piece_size.h"
#include "comm/backend.h"
#include "sim/model.h"
#include "sim/mpi_shim.h"
#include "sim/profile.h"

enum { OUTCOME = 4, MIB = 1 << 20, STEPS = 3 };

typedef struct run {
    nn_comm *comm;
    nni_profile profile;
    size_t piece, calls, count, piece_count;
    nni_wire wire;
    nni_partition *pieces;
    size_t first_piece[NNI_PROFILE_MOST_LAYERS + 1]; /* of each layer, last layer first */
    nni_owner *owner;
    nni_messages *outcome;
    double *told;
} run;

/* Time goes by, and sums are looked after. @param pieces  that make a layer's pass, of which this is one */
static nn_status compute(run *r, double seconds, size_t pieces, nn_error *error)
{
    const size_t calls = (r->calls + pieces - 1) / pieces;
    for (size_t call = 0; call < calls; call++) {
        sim_compute(seconds / (double)calls);
        if (nni_owner_has_messages(r->owner))
            NN_TRY(nni_owner_progress(r->owner, error));
    }
    return NN_OK;
}

/* As train/run/gradient_sync.c has it: what the step before has summed is used when the forward pass comes to it, an
 * eighth of a layer at a time as model/passes.c does. */
static nn_status forward(run *r, bool updates, nn_error *error)
{
    const nni_profile *profile = &r->profile;
    for (size_t l = profile->layer_count; l-- > 0;) {
        const double share = (double)nni_profile_elements(profile, l) / (double)r->count;
        const size_t pieces = r->first_piece[l + 1] - r->first_piece[l];
        size_t used = 0;
        for (size_t part = 1; part <= NNI_MODEL_PARTS; part++) {
            for (; updates && used * NNI_MODEL_PARTS < part * pieces; used++) {
                const size_t p = r->first_piece[l] + used;
                NN_TRY(nni_owner_wait_for_sum(r->owner, p, error));
                sim_compute(profile->descent * (double)r->pieces[p].count / (double)r->count);
                nni_owner_used(r->owner, p);
            }
            NN_TRY(compute(r, profile->forward * share / NNI_MODEL_PARTS, NNI_MODEL_PARTS, error));
        }
    }
    return NN_OK;
}

static nn_status step(run *r, bool first, nn_error *error)
{
    const nni_profile *profile = &r->profile;
    NN_TRY(forward(r, !first, error));
    NN_TRY(nni_messages_start(r->outcome, r->told, OUTCOME, OUTCOME, error));
    nni_owner_begin_round(r->owner);
    for (size_t l = 0; l < profile->layer_count; l++)
        for (size_t p = r->first_piece[l]; p < r->first_piece[l + 1];
             p++) { /* rows are complete as they are computed */
            const size_t pieces = r->first_piece[l + 1] - r->first_piece[l];
            NN_TRY(compute(r, profile->layers[l].backward / (double)pieces, pieces, error));
            nni_owner_complete(r->owner, r->pieces[p].first + r->pieces[p].count);
            if (nni_owner_has_messages(r->owner))
                NN_TRY(nni_owner_progress(r->owner, error));
        }
    sim_compute(profile->rest);
    return nni_messages_finish(r->outcome, error);
}

/* Half of a round trip between the first and the last rank. */
static double message(const nn_comm *comm, int bytes)
{
    if (comm->size == 1)
        return 0;
    const int last = comm->size - 1;
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = MPI_Wtime();
    if (comm->rank == 0) {
        MPI_Send(sim_folded(), bytes, MPI_BYTE, last, 1, MPI_COMM_WORLD);
        MPI_Recv(sim_folded(), bytes, MPI_BYTE, last, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (comm->rank == last) {
        MPI_Recv(sim_folded(), bytes, MPI_BYTE, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(sim_folded(), bytes, MPI_BYTE, 0, 1, MPI_COMM_WORLD);
    }
    return (MPI_Wtime() - begin) / 2;
}

static nn_status prepare(run *r, nn_error *error)
{
    const nni_profile *profile = &r->profile;
    r->count = profile->layers[profile->layer_count - 1].complete;
    sim_fold((r->count > MIB ? r->count : MIB) * sizeof(float));
    sim_set_addition(profile->add);
    if (r->piece == 0 && r->comm->size > 1)
        NN_TRY(nni_piece_size_measure(r->comm, false, r->wire, r->count, &r->piece, error));
    r->piece = r->piece > 0 ? r->piece : r->count;
    r->told = calloc(OUTCOME, sizeof *r->told);
    r->pieces = calloc(r->count / r->piece + profile->layer_count + 1, sizeof *r->pieces);
    for (size_t l = 0; l < profile->layer_count; l++) {
        const size_t elements = nni_profile_elements(profile, l), pieces = (elements + r->piece - 1) / r->piece;
        for (size_t p = 0; p < pieces; p++) {
            r->pieces[r->piece_count] = nni_partition_of(elements, p, pieces);
            r->pieces[r->piece_count++].first += profile->layers[l].complete - elements;
        }
        r->first_piece[l + 1] = r->piece_count;
    }
    const nni_owner_plan plan = {.count = r->count,
                                 .height = 1,
                                 .pieces = r->pieces,
                                 .piece_count = r->piece_count,
                                 .groups = r->first_piece,
                                 .group_count = profile->layer_count,
                                 .threads = 1,
                                 .block = 1,
                                 .wire = r->wire};
    NN_TRY(nni_owner_create(r->comm, &plan, &r->owner, error));
    nni_owner_use(r->owner, sim_folded(), r->count);
    NN_TRY(nni_owner_divide(r->owner, r->pieces, NULL, 0, error));
    const nni_messages_plan outcome = {.element = NNI_DOUBLE, .most = OUTCOME, .tag = NNI_TAG_LOSS};
    return nni_messages_create(r->comm, &outcome, &r->outcome, error);
}

static nn_status simulate(char **argv, nn_comm *comm, nn_error *error)
{
    run r = {.comm = comm,
             .piece = strtoul(argv[2], NULL, 10),
             .calls = strtoul(argv[6], NULL, 10),
             .wire = strcmp(argv[7], "bf16") == 0 ? NNI_WIRE_BF16 : NNI_WIRE_FLOAT32};
    NN_TRY(nni_profile_read(argv[1], &r.profile, error));
    NN_TRY(prepare(&r, error));
    const double one = message(comm, 1), many = message(comm, MIB);
    MPI_Barrier(MPI_COMM_WORLD);
    double begin = 0;
    for (int s = 0; s < STEPS; s++) {
        NN_TRY(step(&r, s == 0, error));
        begin = s == 0 ? MPI_Wtime() : begin;
    }
    double seconds = (MPI_Wtime() - begin) / (STEPS - 1), slowest = seconds;
    for (size_t p = 0; p < r.piece_count; p++)
        NN_TRY(nni_owner_wait_for_sum(r.owner, p, error));
    MPI_Reduce(&seconds, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    const nni_model model = {.ranks = (size_t)comm->size,
                             .piece = r.piece,
                             .element_sent = r.wire == NNI_WIRE_BF16 ? 2 : 4,
                             .looks = r.calls,
                             .latency = atof(argv[4]),
                             .bandwidth = atof(argv[5]),
                             .speed = atof(argv[3])};
    if (comm->rank == 0)
        printf("result %d %.9g %.9g %.3g %.4g %zu\n", comm->size, slowest, nni_model_step(&model, &r.profile), one,
               many > 0 ? MIB / many / 1e9 : 0, 4 * r.piece);
    return NN_OK;
}

int main(int argc, char **argv)
{
    nn_comm *comm = NULL;
    nn_error error = {0};
    nn_status status = nn_comm_create(&argc, &argv, &comm, &error);
    if (status == NN_OK)
        status = argc == 8 ? simulate(argv, comm, &error)
                           : nn_fail(&error, NN_USAGE, "PROFILE PIECE SPEED LATENCY BANDWIDTH CALLS WIRE are needed");
    if (status != NN_OK)
        fprintf(stderr, "nntrain_simulation: %s\n", error.message);
    nn_comm_free(comm);
    return status;
}
