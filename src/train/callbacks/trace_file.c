/* SPDX-License-Identifier: MIT */
#include "train/callbacks/trace_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "comm/clock.h"
#include "nntrain/version.h"
#include "support/files.h"
#include "support/json.h"
#include "support/memory.h"

/* The first bytes of every trace: a file that begins otherwise is not replaced. */
static const char beginning[] = "{\"displayTimeUnit\": \"ms\",";

/* Threads of a process. */
enum { COMPUTE, COMMUNICATION };

/* Two clocks that differ, and may drift: this rank's and how much rank 0's is ahead, early and late. */
typedef struct drift {
    double early, early_offset;
    double late, late_offset;
} drift;

/* What a rank sends ahead of its spans. */
typedef struct rank_head {
    char host[64];
    drift clock;
    double began; /* first span, by its own clock; infinite without spans */
    uint64_t count, lost;
} rank_head;

struct nni_trace {
    nn_comm *comm;          /* borrowed */
    nni_timeline *timeline; /* borrowed */
    nni_span *spans;        /* [most] this rank's; on rank 0 in the end each rank's in turn */
    rank_head *heads;       /* [ranks of the run] on rank 0 */
    drift clock;
    nni_draft draft; /* on rank 0 */
};

static double by_rank_0(const drift *clock, double time)
{
    const double apart = clock->late - clock->early;
    const double share = apart > 0 ? (time - clock->early) / apart : 0;
    return time + clock->early_offset + share * (clock->late_offset - clock->early_offset);
}

static nn_status read_clock(nn_comm *comm, double *now, double *offset, nn_error *error)
{
    NN_TRY(nni_comm_clock_offset(comm, offset, error));
    *now = nni_clock();
    return NN_OK;
}

/* A recipe or a dataset behind --trace is a slip of the pen. */
static nn_status check_replaceable(const char *path, nn_error *error)
{
    char found[sizeof beginning] = "";
    FILE *file = fopen(path, "rb");
    if (!file)
        return NN_OK;
    const size_t count = fread(found, 1, sizeof beginning - 1, file);
    fclose(file);
    if (count == 0 || strcmp(found, beginning) == 0)
        return NN_OK;
    return nn_fail(error, NN_USAGE, "--trace %s would overwrite a file that is no trace; name another", path);
}

static nn_status open_file(const char *path, nni_draft *draft, nn_error *error)
{
    NN_TRY(nni_draft_open(path, draft, error));
    const nn_status status = check_replaceable(path, error);
    if (status != NN_OK)
        nni_draft_drop(draft);
    return status;
}

static nn_status take_memory(nni_trace *trace, size_t most, nn_error *error)
{
    NN_TRY(nni_allocate(most, sizeof *trace->spans, "the spans of the trace", &trace->spans, error));
    if (trace->comm->rank == 0)
        NN_TRY(nni_allocate((size_t)trace->comm->size, sizeof *trace->heads, "the ranks of the trace", &trace->heads,
                            error));
    return NN_OK;
}

static nn_status open_trace(nni_trace *trace, const char *path, size_t most, nn_error *error)
{
    nn_status status = trace->comm->rank == 0 ? open_file(path, &trace->draft, error) : NN_OK;
    NN_TRY(nni_comm_broadcast_status(trace->comm, status, error));
    NN_TRY(nn_comm_agree(trace->comm, take_memory(trace, most, error), error));
    NN_TRY(read_clock(trace->comm, &trace->clock.early, &trace->clock.early_offset, error));
    nni_timeline_keep(trace->timeline, trace->spans, most);
    return NN_OK;
}

nn_status nni_trace_open(const char *path, size_t most, nn_comm *comm, nni_timeline *timeline, nni_trace **result,
                         nn_error *error)
{
    nni_trace *trace = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *trace, "the trace", &trace, error), error));
    trace->comm = comm;
    trace->timeline = timeline;
    const nn_status status = open_trace(trace, path, most, error);
    if (status == NN_OK)
        *result = trace;
    else
        nni_trace_free(trace);
    return status;
}

const char *nni_trace_path(const nni_trace *trace)
{
    return trace->draft.path;
}

void nni_trace_free(nni_trace *trace)
{
    if (!trace)
        return;
    nni_timeline_keep(trace->timeline, NULL, 0);
    nni_draft_drop(&trace->draft);
    nni_release(trace->spans);
    nni_release(trace->heads);
    nni_release(trace);
}

/* Spans are in the order of their ends, and none begins before the first but what goes on beside it. */
static double earliest(const nni_span *spans, size_t count)
{
    double begin = INFINITY;
    for (size_t i = 0; i < count; i++)
        begin = spans[i].begin < begin ? spans[i].begin : begin;
    return begin;
}

static nn_status gather_heads(nni_trace *trace, rank_head *mine, nn_error *error)
{
    const nni_timeline *timeline = trace->timeline;
    *mine =
        (rank_head){.began = earliest(trace->spans, timeline->count), .count = timeline->count, .lost = timeline->lost};
    memcpy(mine->host, trace->comm->host, sizeof mine->host);
    nni_timeline_keep(trace->timeline, NULL, 0);
    NN_TRY(read_clock(trace->comm, &trace->clock.late, &trace->clock.late_offset, error));
    mine->clock = trace->clock;
    return nni_comm_gather_bytes(trace->comm, mine, trace->heads, sizeof *mine, error);
}

static void put_name(FILE *file, const char *what, int rank, int thread, const char *name)
{
    fprintf(file, "\n{\"name\": \"%s\", \"ph\": \"M\", \"pid\": %d, \"tid\": %d, \"args\": {\"name\": ", what, rank,
            thread);
    nni_json_put(file, name);
    fputs("}}", file);
}

/* The first of all events is a process's name: before any other comes a comma. */
static void put_rank(FILE *file, int rank, const rank_head *head)
{
    char name[96];
    snprintf(name, sizeof name, "rank %d on %s", rank, head->host);
    if (rank > 0)
        fputc(',', file);
    put_name(file, "process_name", rank, COMPUTE, name);
    fputc(',', file);
    put_name(file, "thread_name", rank, COMPUTE, "compute");
    fputc(',', file);
    put_name(file, "thread_name", rank, COMMUNICATION, "communication");
}

static void put_span(FILE *file, int rank, const nni_span *span, const drift *clock, double origin)
{
    const bool reduces = span->kind == NNI_SPAN_REDUCE;
    const double begin = by_rank_0(clock, span->begin), end = by_rank_0(clock, span->end);
    fprintf(file, ",\n{\"name\": \"%s\", \"ph\": \"X\", \"pid\": %d, \"tid\": %d, \"ts\": %.3f, \"dur\": %.3f",
            nni_span_name((nni_span_kind)span->kind), rank, reduces ? COMMUNICATION : COMPUTE, 1e6 * (begin - origin),
            1e6 * (end - begin));
    if (reduces)
        fprintf(file, ", \"args\": {\"piece\": %" PRId32 ", \"bytes\": %" PRIu64 "}", span->detail, span->bytes);
    else if (span->detail != NNI_NO_DETAIL)
        fprintf(file, ", \"args\": {\"layer\": %" PRId32 "}", span->detail);
    fputc('}', file);
}

/* What the file is of, and whether it has all of it. */
static void put_head(const nni_trace *trace, const nni_trace_summary *summary)
{
    FILE *file = trace->draft.file;
    fprintf(file, "%s\n\"otherData\": {\"program\": ", beginning);
    nni_json_put(file, "nntrain");
    fputs(", \"version\": ", file);
    nni_json_put(file, nn_version());
    fprintf(file, ", \"ranks\": %d, \"spans\": %" PRIu64 ", \"complete\": %s, \"spans_lost\": %" PRIu64 "},\n",
            trace->comm->size, summary->spans, summary->lost == 0 ? "true" : "false", summary->lost);
    fputs("\"traceEvents\": [", file);
}

static void summarize(const nni_trace *trace, nni_trace_summary *summary, double *origin)
{
    *summary = (nni_trace_summary){0};
    *origin = INFINITY;
    for (int rank = 0; rank < trace->comm->size; rank++) {
        const rank_head *head = &trace->heads[rank];
        const double began = by_rank_0(&head->clock, head->began);
        summary->spans += head->count;
        summary->lost += head->lost;
        *origin = began < *origin ? began : *origin;
    }
}

/* One rank after the other, so that rank 0 needs memory for one only. The commit reports a write that failed. */
static nn_status write_spans(nni_trace *trace, const rank_head *mine, double origin, nn_error *error)
{
    FILE *file = trace->draft.file;
    for (int rank = 0; rank < trace->comm->size; rank++) {
        const rank_head *head = trace->comm->rank == 0 ? &trace->heads[rank] : mine;
        if (trace->comm->rank == 0 || trace->comm->rank == rank)
            NN_TRY(nni_comm_send_bytes_to_root(trace->comm, rank, trace->spans, head->count * sizeof *trace->spans,
                                               error));
        if (trace->comm->rank > 0)
            continue;
        put_rank(file, rank, head);
        for (size_t i = 0; i < head->count; i++)
            put_span(file, rank, &trace->spans[i], &head->clock, origin);
    }
    return NN_OK;
}

nn_status nni_trace_write(nni_trace *trace, nni_trace_summary *summary, nn_error *error)
{
    rank_head mine;
    double origin = 0;
    nni_timeline_begin(trace->timeline, (nni_activity){NNI_SPAN_NONE, NNI_NO_DETAIL});
    NN_TRY(gather_heads(trace, &mine, error));
    nn_status status = NN_OK;
    if (trace->comm->rank == 0) {
        summarize(trace, summary, &origin);
        put_head(trace, summary);
    }
    NN_TRY(write_spans(trace, &mine, origin, error));
    if (trace->comm->rank == 0) {
        fputs("\n]}\n", trace->draft.file);
        status = nni_draft_commit(&trace->draft, error);
    }
    return nni_comm_broadcast_status(trace->comm, status, error);
}
