/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/reduction.h"

#include "comm/allreduce/host_sum.h"
#include "comm/wait.h"
#include "support/memory.h"

/* Multiply-adds between two checks of messages, of a microsecond each: a third of a millisecond of computing. */
static const size_t work_between = (size_t)1 << 24;

/* A part of the array whose sum is under way. */
typedef struct pending_bucket {
    nni_exchange *exchange; /* NULL: the host's sum has it */
    bool done;
    double began; /* nni_clock */
} pending_bucket;

struct nni_reduction {
    nn_comm *comm; /* borrowed */
    nni_reduction_plan plan;
    size_t bucket_count;
    pending_bucket *buckets; /* [bucket_count] */
    nni_host_sum *host;      /* of ranks that share memory; NULL: each bucket has an exchange */
    size_t started, finished;
    size_t work; /* multiply-adds since messages were checked */
};

static size_t end_of(const nni_reduction *reduction, size_t bucket)
{
    const size_t end = (bucket + 1) * reduction->plan.bucket;
    return end < reduction->plan.count ? end : reduction->plan.count;
}

/* --- memory --- */

static nn_status create_exchanges(nni_reduction *reduction, nn_error *error)
{
    const nni_reduction_plan *plan = &reduction->plan;
    for (size_t b = 0; b < reduction->bucket_count; b++)
        NN_TRY(nni_exchange_create(reduction->comm, plan->leaves, NNI_REAL, end_of(reduction, b) - b * plan->bucket,
                                   NNI_TAG_BUCKETS + (int)b, &reduction->buckets[b].exchange, error));
    return NN_OK;
}

/* Ranks that share memory do without exchanges. */
static nn_status create_host_sum(nni_reduction *reduction, nn_error *error)
{
    const nni_reduction_plan *plan = &reduction->plan;
    nn_comm *comm = reduction->comm;
    nni_leaf_range *runs = NULL;
    const size_t ranks = (size_t)comm->size;
    nn_status status = nn_comm_agree(
        comm, nni_leaf_ranges_of_ranks(plan->leaves > 0 ? plan->leaves : ranks, ranks, &runs, error), error);
    if (status == NN_OK)
        status = nni_host_sum_create(comm, runs, plan->values, plan->pitch, plan->count, &reduction->host, error);
    nni_release(runs);
    return status;
}

nn_status nni_reduction_create(nn_comm *comm, const nni_reduction_plan *plan, nni_reduction **result, nn_error *error)
{
    nni_reduction *reduction = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *reduction, "the reduction", &reduction, error), error));
    reduction->comm = comm;
    reduction->plan = *plan;
    reduction->bucket_count = (plan->count + plan->bucket - 1) / plan->bucket;
    nn_status status =
        nni_allocate(reduction->bucket_count, sizeof *reduction->buckets, "the buckets", &reduction->buckets, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK && comm->size > 1 && comm->host_count == 1)
        status = create_host_sum(reduction, error);
    if (status == NN_OK && !reduction->host)
        status = create_exchanges(reduction, error);
    if (status != NN_OK) {
        nni_reduction_free(reduction);
        return status;
    }
    *result = reduction;
    return NN_OK;
}

void nni_reduction_free(nni_reduction *reduction)
{
    if (!reduction)
        return;
    for (size_t b = 0; reduction->buckets && b < reduction->bucket_count; b++)
        nni_exchange_free(reduction->buckets[b].exchange);
    nni_host_sum_free(reduction->host);
    nni_release(reduction->buckets);
    nni_release(reduction);
}

/* --- buckets under way --- */

/* Once, when the sum of a bucket is there. */
static void note_done(const nni_reduction *reduction, size_t b)
{
    nni_timeline *timeline = nni_comm_timeline(reduction->comm);
    const size_t elements = end_of(reduction, b) - b * reduction->plan.bucket;
    reduction->buckets[b].done = true;
    if (timeline && reduction->comm->size > 1)
        nni_timeline_add(timeline, (nni_span){.begin = reduction->buckets[b].began,
                                              .end = nni_clock(),
                                              .bytes = elements * sizeof(nni_real),
                                              .kind = NNI_SPAN_REDUCE,
                                              .detail = (int32_t)b});
}

/* Checks whether a bucket that is under way is done by now. */
static nn_status ask(nni_reduction *reduction, size_t b, nn_error *error)
{
    bool done = false;
    if (reduction->host)
        done = nni_host_sum_done(reduction->host) >= end_of(reduction, b);
    else
        NN_TRY(nni_exchange_progress(reduction->buckets[b].exchange, &done, error));
    if (done)
        note_done(reduction, b);
    return NN_OK;
}

static nn_status ask_all(nni_reduction *reduction, nn_error *error)
{
    for (size_t b = reduction->finished; b < reduction->started; b++)
        if (!reduction->buckets[b].done)
            NN_TRY(ask(reduction, b, error));
    return NN_OK;
}

static nn_status start_next(nni_reduction *reduction, nn_error *error)
{
    const nni_reduction_plan *plan = &reduction->plan;
    const size_t first = reduction->started * plan->bucket, end = end_of(reduction, reduction->started);
    pending_bucket *next = &reduction->buckets[reduction->started++];
    next->done = false;
    next->began = nni_clock();
    return reduction->host ? NN_OK
                           : nni_exchange_start(next->exchange, plan->values + first, plan->pitch, end - first, error);
}

static nn_status start_full(nni_reduction *reduction, size_t count, nn_error *error)
{
    while (reduction->started < reduction->bucket_count && end_of(reduction, reduction->started) <= count)
        NN_TRY(start_next(reduction, error));
    return reduction->host ? NN_OK : ask_all(reduction, error);
}

nn_status nni_reduction_complete(nni_reduction *reduction, size_t count, nn_error *error)
{
    if (reduction->host)
        nni_host_sum_complete(reduction->host, count);
    /* Called often: only calls that take time are recorded as waiting. */
    if (reduction->started == reduction->bucket_count || count < end_of(reduction, reduction->started))
        return NN_OK;
    if (reduction->comm->size == 1 || reduction->host)
        return start_full(reduction, count, error);
    /* MPI sends, adds and yields while it is called: with 3 ranks on 2 busy cores that was 2.8 s of the 3.7 s
     * that a rank seemed to compute. */
    const nni_activity before = nni_comm_begin_wait(reduction->comm);
    return nni_comm_end_wait(reduction->comm, before, start_full(reduction, count, error));
}

static bool under_way(const nni_reduction *reduction)
{
    for (size_t b = reduction->finished; b < reduction->started; b++)
        if (!reduction->buckets[b].done)
            return true;
    return false;
}

/* Goes on beside computing, and is not recorded as waiting. */
static nn_status progress_on_host(nni_reduction *reduction, size_t most, nni_errand *errand, nn_error *error)
{
    nni_host_sum_progress(reduction->host, most, errand);
    return nni_comm_timeline(reduction->comm) ? ask_all(reduction, error) : NN_OK;
}

nn_status nni_reduction_progress(nni_reduction *reduction, size_t work, size_t most, nni_errand *errand,
                                 nn_error *error)
{
    if (reduction->host)
        return progress_on_host(reduction, most, errand, error);
    reduction->work += work;
    if (reduction->work < work_between || !under_way(reduction))
        return NN_OK;
    reduction->work = 0;
    const nni_activity before = nni_comm_begin_wait(reduction->comm);
    return nni_comm_end_wait(reduction->comm, before, ask_all(reduction, error));
}

nn_status nni_reduction_next(nni_reduction *reduction, size_t *end, nn_error *error)
{
    const size_t bucket = reduction->finished;
    if (reduction->host)
        nni_host_sum_wait(reduction->host, end_of(reduction, bucket));
    NN_TRY(ask_all(reduction, error));
    if (!reduction->host)
        NN_TRY(nni_exchange_finish(reduction->buckets[bucket].exchange, error));
    if (!reduction->buckets[bucket].done)
        note_done(reduction, bucket);
    *end = end_of(reduction, bucket);
    if (++reduction->finished < reduction->bucket_count)
        return NN_OK;
    reduction->started = reduction->finished = 0;
    if (reduction->host)
        nni_host_sum_next(reduction->host);
    return NN_OK;
}
