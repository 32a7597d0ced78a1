/* SPDX-License-Identifier: MIT */
/* Sums over ranks: ours beside the library's own, by the size of the message. */
#include <string.h>

#include "bench/bench.h"
#include "bench/machine.h"
#include "bench/measure.h"
#include "comm/allreduce/owner.h"
#include "comm/wait.h"
#include "support/memory.h"
#include "support/timeline.h"

/* The ways there are to sum an array over the ranks. */
typedef enum way {
    WAY_ALLREDUCE, /* MPI_Allreduce */
    WAY_OWNERS,    /* as a training does: each rank owns a part, in any order */
    WAY_TREE,      /* as a reproducible training does: in the order of the tree of its slices */
    WAYS
} way;

static const char *const way_names[WAYS] = {"allreduce", "owners", "tree"};

enum {
    LEAST_BYTES = 1 << 10,
    MOST_BYTES = 1 << 26,
    PIECE_BYTES = 1 << 19, /* the default of parallel.bucket */
    BLOCK = 4096,          /* elements that an owner reads at a time */
    USUAL_REPEAT = 7,
};

typedef struct bench {
    nn_comm *comm;
    size_t leaves;
    size_t count;     /* elements of a message */
    nni_real *values; /* [height of this rank's tree, count] */
    nni_real *sums;   /* [count] of which this rank keeps its parts, where ranks do not share memory */
    double *times;    /* [WAYS, repeat] */
    size_t piece_count;
    nni_partition *pieces, *parts; /* [piece_count] */
    nni_owner *owners[WAYS];
} bench;

/* As a training has it: an owner reads the sum of its part, and leaves in an array for all what it makes of it. */
static nn_status sum_parts(bench *b, nni_owner *owner, nn_error *error)
{
    nni_real *shared = nni_owner_array(owner, 0), *results = shared ? shared : b->sums;
    nni_owner_begin_round(owner);
    nni_owner_complete(owner, b->count);
    for (size_t p = 0; p < b->piece_count; p++) {
        NN_TRY(nni_owner_wait_for_sum(owner, p, error));
        const nni_partition part = b->parts[p];
        for (size_t done = 0; done < part.count; done += BLOCK) {
            const size_t count = part.count - done < BLOCK ? part.count - done : BLOCK;
            memcpy(results + part.first + done, nni_owner_sum(owner, 0, part.first + done, count),
                   count * sizeof *results);
        }
        nni_owner_used(owner, p);
    }
    for (size_t p = 0; p < b->piece_count; p++)
        nni_owner_wait_for_owners(owner, p);
    return NN_OK;
}

static nn_status sum(bench *b, way how, nn_error *error)
{
    if (how == WAY_ALLREDUCE)
        return nni_comm_check(MPI_Allreduce(MPI_IN_PLACE, b->values, (int)b->count,
                                            nni_element_wire_of(NNI_REAL, NNI_WIRE_FLOAT32).type, MPI_SUM,
                                            b->comm->backend->world),
                              "sum a message", error);
    return sum_parts(b, b->owners[how], error);
}

/* Seconds of a sum, on the rank that took longest: ranks begin together, and do it often enough for the clock. */
static nn_status time_once(bench *b, way how, size_t calls, double *seconds, nn_error *error)
{
    NN_TRY(nn_comm_barrier(b->comm, error));
    const double began = nni_clock();
    for (size_t i = 0; i < calls; i++)
        NN_TRY(sum(b, how, error));
    *seconds = (nni_clock() - began) / (double)calls;
    return nni_comm_max_double(b->comm, seconds, 1, error);
}

/* In turns, so that a change of the machine hits all alike. */
static nn_status time_all(bench *b, size_t repeat, double *medians, nn_error *error)
{
    size_t calls[WAYS];
    for (int how = 0; how < WAYS; how++) {
        NN_TRY(time_once(b, (way)how, 2, medians, error));
        calls[how] = *medians > 0.02 ? 1 : (size_t)(0.02 / (*medians + 1e-7));
    }
    for (size_t r = 0; r < repeat; r++)
        for (int how = 0; how < WAYS; how++)
            NN_TRY(time_once(b, (way)how, calls[how], &b->times[(size_t)how * repeat + r], error));
    for (int how = 0; how < WAYS; how++)
        medians[how] = nni_bench_median(b->times + (size_t)how * repeat, repeat);
    return NN_OK;
}

static nn_status create_owner(bench *b, way how, nn_error *error)
{
    const nni_leaf_range run = nni_leaf_range_of_rank(b->leaves, (size_t)b->comm->rank, (size_t)b->comm->size);
    const nni_owner_plan plan = {.leaves = how == WAY_TREE ? b->leaves : 0,
                                 .count = b->count,
                                 .height = how == WAY_TREE ? nni_sum_tree_nodes(run) : 1,
                                 .arrays = 1,
                                 .pieces = b->pieces,
                                 .piece_count = b->piece_count,
                                 .threads = 1,
                                 .block = BLOCK};
    NN_TRY(nni_owner_create(b->comm, &plan, &b->owners[how], error));
    nni_owner *owner = b->owners[how];
    const size_t index = nni_owner_index(owner), parts = nni_owner_parts(owner);
    for (size_t p = 0; p < b->piece_count; p++) {
        const nni_partition mine =
            index < parts ? nni_partition_of(b->pieces[p].count, index, parts) : (nni_partition){0, 0};
        b->parts[p] = (nni_partition){b->pieces[p].first + mine.first, mine.count};
    }
    if (!nni_owner_gradients(owner))
        nni_owner_use(owner, b->values, b->count);
    return nni_owner_divide(owner, b->parts, NULL, 0, error);
}

static nn_status take_memory(bench *b, size_t repeat, nn_error *error)
{
    const nni_leaf_range run = nni_leaf_range_of_rank(b->leaves, (size_t)b->comm->rank, (size_t)b->comm->size);
    NN_TRY(nni_allocate(WAYS * repeat, sizeof *b->times, "the times of a benchmark", &b->times, error));
    /* Zeros stay zeros, however often they are summed. */
    NN_TRY(nni_allocate(nni_sum_tree_nodes(run), b->count * sizeof *b->values, "a message", &b->values, error));
    NN_TRY(nni_allocate(b->count, sizeof *b->sums, "sums", &b->sums, error));
    const size_t most = b->comm->host_count > 1 ? PIECE_BYTES / sizeof(nni_real) : b->count;
    b->piece_count = (b->count + most - 1) / most;
    NN_TRY(nni_allocate(b->piece_count, sizeof *b->pieces, "pieces", &b->pieces, error));
    NN_TRY(nni_allocate(b->piece_count, sizeof *b->parts, "parts", &b->parts, error));
    for (size_t p = 0; p < b->piece_count; p++)
        b->pieces[p] = nni_partition_of(b->count, p, b->piece_count);
    return NN_OK;
}

static nn_status prepare(bench *b, size_t repeat, nn_error *error)
{
    NN_TRY(nn_comm_agree(b->comm, take_memory(b, repeat, error), error));
    NN_TRY(create_owner(b, WAY_OWNERS, error));
    return create_owner(b, WAY_TREE, error);
}

static nn_status measure(bench *b, size_t repeat, double *medians, nn_error *error)
{
    nn_status status = prepare(b, repeat, error);
    if (status == NN_OK)
        status = time_all(b, repeat, medians, error);
    for (int how = 0; how < WAYS; how++) {
        nni_owner_free(b->owners[how]);
        b->owners[how] = NULL;
    }
    nni_release(b->values);
    nni_release(b->sums);
    nni_release(b->times);
    nni_release(b->pieces);
    nni_release(b->parts);
    b->values = b->sums = NULL;
    b->times = NULL;
    b->pieces = b->parts = NULL;
    return status;
}

static void print_head(const bench *b, FILE *out)
{
    fprintf(out, "ranks    %d on %d host%s, %zu slices; %s\n", b->comm->size, b->comm->host_count,
            b->comm->host_count == 1 ? "" : "s", b->leaves, nni_comm_library());
    fprintf(out, "sums     over the ranks, in microseconds, and how many times as fast as MPI_Allreduce they are\n");
    fprintf(out, "%9s %11s %11s %11s %9s %9s\n", "bytes", way_names[WAY_ALLREDUCE], way_names[WAY_OWNERS],
            way_names[WAY_TREE], way_names[WAY_OWNERS], way_names[WAY_TREE]);
}

static void print_row(size_t bytes, const double *medians, FILE *out)
{
    fprintf(out, "%9zu", bytes);
    for (int how = 0; how < WAYS; how++)
        fprintf(out, " %11.1f", 1e6 * medians[how]);
    for (int how = WAY_OWNERS; how < WAYS; how++)
        fprintf(out, " %9.2f", medians[WAY_ALLREDUCE] / medians[how]);
    fprintf(out, "\n");
    fflush(out);
}

static void put_head(const bench *b, nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_json_count(json, "ranks", (size_t)b->comm->size);
    nni_json_count(json, "hosts", (size_t)b->comm->host_count);
    nni_json_count(json, "slices", b->leaves);
    nni_json_text(json, "mpi", nni_comm_library());
    nni_json_begin(json, "sums", '[');
}

static void put_row(size_t bytes, const double *medians, nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_json_count(json, "bytes", bytes);
    nni_json_begin(json, "seconds", '{');
    for (int how = 0; how < WAYS; how++)
        nni_json_number(json, way_names[how], medians[how]);
    nni_json_end(json, '}');
    nni_json_end(json, '}');
}

/* Rank 0 speaks; `output` of the others is empty. */
static nn_status measure_all(bench *b, size_t repeat, nni_bench_output *output, nn_error *error)
{
    if (output->table)
        print_head(b, output->table);
    if (output->json.out)
        put_head(b, &output->json);
    for (size_t bytes = LEAST_BYTES; bytes <= MOST_BYTES; bytes *= 4) {
        double medians[WAYS];
        b->count = bytes / sizeof(nni_real);
        NN_TRY(measure(b, repeat, medians, error));
        if (output->table)
            print_row(bytes, medians, output->table);
        if (output->json.out)
            put_row(bytes, medians, &output->json);
    }
    if (output->json.out) {
        nni_json_end(&output->json, ']');
        nni_json_end(&output->json, '}');
    }
    return NN_OK;
}

nn_status nni_bench_allreduce(const nni_bench_allreduce_options *options, nn_comm *comm, nn_error *error)
{
    bench b = {.comm = comm, .leaves = options->slices};
    const nni_bench_options *common = &options->common;
    if (b.leaves < (size_t)comm->size)
        return nn_fail(error, NN_USAGE, "%d ranks are more than %zu slices; raise --slices or start fewer ranks",
                       comm->size, b.leaves);
    nni_bench_output output = {.table = NULL};
    nn_status status = NN_OK;
    if (comm->rank == 0)
        status = nni_bench_output_open(common->json, common->json_path, &output, error);
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    status = measure_all(&b, common->repeat > 0 ? common->repeat : USUAL_REPEAT, &output, error);
    if (comm->rank == 0)
        status = nni_bench_output_close(&output, status, error);
    return nni_comm_broadcast_status(comm, status, error);
}
