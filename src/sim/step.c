/* SPDX-License-Identifier: MIT */
/*
 * One step of training on simulated hosts, a rank each:
 *   smpirun ... nntrain_simulation PROFILE BUCKET SPEED LATENCY BANDWIDTH CALLS
 * The sums over ranks are those of src/comm as they are; what a rank computes is time that goes by, as PROFILE has it.
 * BUCKET in elements; SPEED of the hosts in those of the core that was measured. LATENCY and BANDWIDTH are for the
 * formula. CALLS: how often in the backward pass of a layer the sums are looked after; training does it once, at its
 * end. Prints a line: ranks, simulated seconds of the step, seconds by the formula, seconds of one message of 1 byte
 * and of 1 MiB, GB/s.
 */
#include <stdio.h>
#include <stdlib.h>

#include "comm/allreduce/reduction.h"
#include "comm/backend.h"
#include "sim/model.h"
#include "sim/mpi_shim.h"
#include "sim/profile.h"

enum { OUTCOME = 2, MIB = 1 << 20 };

typedef struct run {
    nn_comm *comm;
    nni_profile profile;
    size_t bucket, calls, count;
    nni_reduction *gradients;
    nni_exchange *outcome;
    double *told;
} run;

/* Multiply-adds enough for messages to be looked at whenever this asks. */
static const size_t much_work = (size_t)1 << 30;

/* As the training loop has it: loss, backward with buckets setting out, outcome, descent bucket by bucket. */
static nn_status step(run *r, nn_error *error)
{
    const nni_profile *profile = &r->profile;
    nni_errand none = {.kind = NNI_ERRAND_NONE};
    sim_compute(profile->forward);
    NN_TRY(nni_exchange_start(r->outcome, r->told, OUTCOME, OUTCOME, error));
    for (size_t l = 0; l < profile->layer_count; l++) {
        for (size_t call = 1; call <= r->calls; call++) {
            sim_compute(profile->layers[l].backward / (double)r->calls);
            if (call < r->calls)
                NN_TRY(nni_reduction_progress(r->gradients, much_work, 0, &none, error));
        }
        NN_TRY(nni_reduction_complete(r->gradients, profile->layers[l].complete, error));
    }
    sim_compute(profile->rest);
    NN_TRY(nni_exchange_finish(r->outcome, error));
    for (size_t end = 0, before = 0; end < r->count; before = end) {
        NN_TRY(nni_reduction_next(r->gradients, &end, error));
        sim_compute(profile->descent * (double)(end - before) / (double)r->count);
    }
    return NN_OK;
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
    r->count = r->profile.layers[r->profile.layer_count - 1].complete;
    sim_fold((r->count > MIB ? r->count : MIB) * sizeof(float));
    sim_set_addition(r->profile.add);
    r->told = calloc(OUTCOME, sizeof *r->told);
    const nni_reduction_plan plan = {.values = sim_folded(), .pitch = r->count, .count = r->count, .bucket = r->bucket};
    NN_TRY(nni_reduction_create(r->comm, &plan, &r->gradients, error));
    return nni_exchange_create(r->comm, 0, NNI_DOUBLE, OUTCOME, 1, &r->outcome, error);
}

static nn_status simulate(char **argv, nn_comm *comm, nn_error *error)
{
    run r = {.comm = comm, .bucket = strtoul(argv[2], NULL, 10), .calls = strtoul(argv[6], NULL, 10)};
    NN_TRY(nni_profile_read(argv[1], &r.profile, error));
    NN_TRY(prepare(&r, error));
    const double one = message(comm, 1), many = message(comm, MIB);
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = MPI_Wtime();
    NN_TRY(step(&r, error));
    double seconds = MPI_Wtime() - begin, slowest = seconds;
    MPI_Reduce(&seconds, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    const nni_model model = {.ranks = (size_t)comm->size,
                             .bucket = r.bucket,
                             .latency = atof(argv[4]),
                             .bandwidth = atof(argv[5]),
                             .speed = atof(argv[3]),
                             /* The product's own choice, see comm/allreduce/messages.c. */
                             .segments = comm->size < 16};
    if (comm->rank == 0)
        printf("result %d %.9g %.9g %.3g %.4g\n", comm->size, slowest, nni_model_step(&model, &r.profile), one,
               many > 0 ? MIB / many / 1e9 : 0);
    return NN_OK;
}

int main(int argc, char **argv)
{
    nn_comm *comm = NULL;
    nn_error error = {0};
    nn_status status = nn_comm_create(&argc, &argv, &comm, &error);
    if (status == NN_OK)
        status = argc == 7 ? simulate(argv, comm, &error)
                           : nn_fail(&error, NN_USAGE, "PROFILE BUCKET SPEED LATENCY BANDWIDTH CALLS are needed");
    if (status != NN_OK)
        fprintf(stderr, "nntrain_simulation: %s\n", error.message);
    nn_comm_free(comm);
    return status;
}
