/* SPDX-License-Identifier: MIT */
/* Rows from HDF5 to memory, beside what reading and inflating the same bytes cost at least. */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include "bench/io_report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "data/order/shuffle.h"
#include "support/memory.h"
#include "support/timeline.h"

enum { USUAL_REPEAT = 3, FEATURES = 784, PLAIN_BYTES = 1 << 20 };

static const char made_dataset[] = "x";

/* What is made where no file is named. */
typedef struct made {
    const char *name;
    bool bytes;
    nni_probe_storage storage;
} made;

static const made all_made[] = {
    {"float32 contiguous", false, NNI_PROBE_CONTIGUOUS}, {"uint8 contiguous", true, NNI_PROBE_CONTIGUOUS},
    {"float32 chunked", false, NNI_PROBE_CHUNKED},       {"uint8 chunked", true, NNI_PROBE_CHUNKED},
    {"float32 gzip 4", false, NNI_PROBE_DEFLATED},
};
enum { MADE = sizeof all_made / sizeof *all_made };

/* A file under measurement. */
typedef struct bench {
    nn_comm *comm;
    const char *path;
    nn_external external;
    nni_probe *probe;
    int descriptor; /* of the same file */
    void *buffer;   /* [PLAIN_BYTES] */
    size_t repeat;
} bench;

/* This rank's part of the file's bytes. */
static nn_status read_plain(bench *b, uint64_t *bytes, nn_error *error)
{
    const uint64_t size = nni_probe_facts_of(b->probe)->file_bytes;
    const uint64_t rank = (uint64_t)b->comm->rank, ranks = (uint64_t)b->comm->size;
    const uint64_t first = size / ranks * rank, end = rank + 1 == ranks ? size : size / ranks * (rank + 1);
    for (uint64_t at = first; at < end;) {
        const size_t wanted = end - at < PLAIN_BYTES ? end - at : PLAIN_BYTES;
        const ssize_t got = pread(b->descriptor, b->buffer, wanted, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return nn_fail(error, NN_DATA, "%s cannot be read: %s", b->path,
                           got < 0 ? strerror(errno) : "it became shorter");
        at += (uint64_t)got;
    }
    *bytes = end - first;
    return NN_OK;
}

/* Blocks in the order of an epoch, as rows that stay in the file are read. */
static nn_status read_blocks(bench *b, nn_error *error)
{
    const nni_probe_facts *facts = nni_probe_facts_of(b->probe);
    if (facts->blocks == 0)
        return NN_OK;
    const nni_shuffle order = nni_shuffle_for(NNI_RANDOM_BLOCKS, facts->blocks, 1, 0, (uint64_t)b->comm->rank);
    for (uint64_t i = 0; i < order.count; i++)
        NN_TRY(nni_probe_read_block(b->probe, nni_shuffle_row(&order, i), error));
    return NN_OK;
}

/* Reads once. @param seconds  as measured here, where the way does not know better */
static nn_status go(bench *b, nni_bench_io_way way, double *seconds, uint64_t *bytes, nn_error *error)
{
    const nni_probe_facts *facts = nni_probe_facts_of(b->probe);
    const double began = nni_clock();
    nn_status status = NN_OK;
    *bytes = (uint64_t)facts->count * facts->row_bytes;
    if (way == NNI_BENCH_IO_ROWS)
        status = nni_probe_read(b->probe, error);
    else if (way == NNI_BENCH_IO_BLOCKS)
        status = read_blocks(b, error);
    else if (way == NNI_BENCH_IO_PLAIN)
        status = read_plain(b, bytes, error);
    *seconds = nni_clock() - began;
    return way == NNI_BENCH_IO_INFLATE ? nni_probe_inflate(b->probe, seconds, bytes, error) : status;
}

/* Ranks begin together; the one that takes longest counts. */
static nn_status time_once(bench *b, nni_bench_io_way way, nni_bench_io_result *result, nn_error *error)
{
    double seconds = 0;
    uint64_t bytes = 0;
    NN_TRY(nn_comm_barrier(b->comm, error));
    NN_TRY(nn_comm_agree(b->comm, go(b, way, &seconds, &bytes, error), error));
    NN_TRY(nni_comm_max_double(b->comm, &seconds, 1, error));
    double sum = (double)bytes;
    NN_TRY(nn_comm_sum_double(b->comm, &sum, 1, error));
    result->bytes[way] = (uint64_t)sum;
    if (sum > 0 && (result->seconds[way] == 0 || seconds < result->seconds[way]))
        result->seconds[way] = seconds;
    return NN_OK;
}

/* In turns, so that a change of the machine hits all alike; and all once before, for the caches and pages of memory. */
static nn_status time_all(bench *b, nni_bench_io_result *result, nn_error *error)
{
    const nni_bench_io_result before = *result;
    const int ways = result->facts.deflated ? NNI_BENCH_IO_WAYS : NNI_BENCH_IO_INFLATE;
    for (size_t r = 0; r <= b->repeat; r++) {
        for (int way = 0; way < ways; way++)
            NN_TRY(time_once(b, (nni_bench_io_way)way, result, error));
        if (r == 0)
            *result = before;
    }
    return NN_OK;
}

static nn_status prepare(bench *b, nn_error *error)
{
    NN_TRY(nni_allocate(PLAIN_BYTES, 1, "a buffer to read into", &b->buffer, error));
    b->descriptor = open(b->path, O_RDONLY | O_CLOEXEC);
    if (b->descriptor < 0)
        return nn_fail(error, NN_DATA, "%s cannot be read: %s", b->path, strerror(errno));
    return NN_OK;
}

/* A file that was made goes as soon as all have it open, so that nothing is left whatever happens. */
static nn_status measure(bench *b, const char *dataset, bool remove_it, nni_bench_io_result *result, nn_error *error)
{
    nn_status status = nni_probe_open(b->path, dataset, b->external, b->comm, &b->probe, error);
    if (status == NN_OK)
        status = nn_comm_agree(b->comm, prepare(b, error), error);
    if (remove_it && b->comm->rank == 0)
        unlink(b->path);
    if (status == NN_OK) {
        result->facts = *nni_probe_facts_of(b->probe);
        status = time_all(b, result, error);
    }
    nni_probe_close(b->probe);
    b->probe = NULL;
    if (b->descriptor >= 0)
        close(b->descriptor);
    b->descriptor = -1;
    nni_release(b->buffer);
    b->buffer = NULL;
    return status;
}

static nn_status measure_made(bench *b, const made *kind, size_t bytes, nni_bench_output *output, nn_error *error)
{
    nn_status status = NN_OK;
    const size_t rows = bytes / FEATURES / (kind->bytes ? 1 : sizeof(float));
    const nni_probe_recipe recipe = {kind->bytes, kind->storage, rows > 0 ? rows : 1, FEATURES};
    if (b->comm->rank == 0)
        status = nni_probe_write(b->path, made_dataset, &recipe, error);
    NN_TRY(nni_comm_broadcast_status(b->comm, status, error));
    nni_bench_io_result result = {.name = kind->name};
    NN_TRY(measure(b, made_dataset, true, &result, error));
    nni_bench_io_tell(&result, output);
    return NN_OK;
}

static nn_status make_folder(char folder[PATH_MAX], nn_error *error)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, PATH_MAX, "%s/nntrain-bench-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (mkdtemp(folder))
        return NN_OK;
    return nn_fail(error, NN_SYSTEM, "%s: no folder for files to be measured can be made there: %s; set TMPDIR", folder,
                   strerror(errno));
}

static nn_status measure_all_made(bench *b, size_t bytes, nni_bench_output *output, nn_error *error)
{
    char folder[PATH_MAX] = "", path[PATH_MAX + 8];
    if (b->comm->host_count > 1)
        return nn_fail(
            error, NN_USAGE,
            "files to be measured would be made on one of %d hosts; name with --data one that all of them see",
            b->comm->host_count);
    nn_status status = b->comm->rank == 0 ? make_folder(folder, error) : NN_OK;
    NN_TRY(nni_comm_broadcast_status(b->comm, status, error));
    NN_TRY(nn_comm_broadcast(b->comm, folder, sizeof folder, error));
    snprintf(path, sizeof path, "%s/data.h5", folder);
    b->path = path;
    for (size_t i = 0; i < MADE && status == NN_OK; i++)
        status = measure_made(b, &all_made[i], bytes, output, error);
    if (b->comm->rank == 0)
        rmdir(folder);
    b->path = NULL;
    return status;
}

static nn_status measure_given(bench *b, const nni_bench_io_options *options, nni_bench_output *output, nn_error *error)
{
    b->path = options->data;
    b->external = options->external;
    nni_bench_io_result result = {.file = options->data, .name = options->dataset};
    NN_TRY(measure(b, options->dataset, false, &result, error));
    nni_bench_io_tell(&result, output);
    return NN_OK;
}

nn_status nni_bench_io(const nni_bench_io_options *options, nn_comm *comm, nn_error *error)
{
    const nni_bench_options *common = &options->common;
    bench b = {.comm = comm, .descriptor = -1, .repeat = common->repeat > 0 ? common->repeat : USUAL_REPEAT};
    nni_bench_output output = {.table = NULL};
    nn_status status = NN_OK;
    if (comm->rank == 0)
        status = nni_bench_output_open(common->json, common->json_path, &output, error);
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    nni_bench_io_begin(comm, b.repeat, &output);
    status = options->data ? measure_given(&b, options, &output, error)
                           : measure_all_made(&b, options->bytes, &output, error);
    nni_bench_io_end(&output);
    if (comm->rank == 0)
        status = nni_bench_output_close(&output, status, error);
    return nni_comm_broadcast_status(comm, status, error);
}
