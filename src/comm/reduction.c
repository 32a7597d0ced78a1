#include "comm/reduction.h"

#include "comm/timing.h"
#include "nntrain/memory.h"

/* Some of the array under way. */
typedef struct flight {
    nn_exchange *exchange;
    bool done;
    double began; /* nn_clock */
} flight;

struct nn_reduction {
    nn_comm *comm; /* borrowed */
    nn_reduction_plan plan;
    size_t bucket_count;
    flight *buckets; /* [bucket_count] */
    size_t started, finished;
};

static size_t end_of(const nn_reduction *reduction, size_t bucket)
{
    const size_t end = (bucket + 1) * reduction->plan.bucket;
    return end < reduction->plan.count ? end : reduction->plan.count;
}

nn_status nn_reduction_create(nn_comm *comm, const nn_reduction_plan *plan, nn_reduction **result, nn_error *error)
{
    nn_reduction *reduction = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(1, sizeof *reduction, "the reduction", &reduction, error), error));
    reduction->comm = comm;
    reduction->plan = *plan;
    reduction->bucket_count = (plan->count + plan->bucket - 1) / plan->bucket;
    nn_status status =
        nn_allocate(reduction->bucket_count, sizeof *reduction->buckets, "the buckets", &reduction->buckets, error);
    status = nn_comm_agree(comm, status, error);
    for (size_t b = 0; status == NN_OK && b < reduction->bucket_count; b++)
        status = nn_exchange_create(comm, plan->leaves, NN_EXCHANGE_REAL, end_of(reduction, b) - b * plan->bucket,
                                    NN_TAG_BUCKETS + (int)b, &reduction->buckets[b].exchange, error);
    if (status != NN_OK) {
        nn_reduction_free(reduction);
        return status;
    }
    *result = reduction;
    return NN_OK;
}

void nn_reduction_free(nn_reduction *reduction)
{
    if (!reduction)
        return;
    for (size_t b = 0; reduction->buckets && b < reduction->bucket_count; b++)
        nn_exchange_free(reduction->buckets[b].exchange);
    nn_release(reduction->buckets);
    nn_release(reduction);
}

/* Once, when the sum of a bucket is there. */
static void note_done(const nn_reduction *reduction, size_t b)
{
    nn_timeline *timeline = nn_comm_timeline(reduction->comm);
    const size_t elements = end_of(reduction, b) - b * reduction->plan.bucket;
    reduction->buckets[b].done = true;
    if (timeline && reduction->comm->size > 1)
        nn_timeline_add(timeline, (nn_span){.begin = reduction->buckets[b].began,
                                            .end = nn_clock(),
                                            .bytes = elements * sizeof(nn_real),
                                            .kind = NN_SPAN_REDUCE,
                                            .detail = (int32_t)b});
}

static nn_status progress(nn_reduction *reduction, nn_error *error)
{
    for (size_t b = reduction->finished; b < reduction->started; b++) {
        bool done = reduction->buckets[b].done;
        if (done)
            continue;
        NN_TRY(nn_exchange_progress(reduction->buckets[b].exchange, &done, error));
        if (done)
            note_done(reduction, b);
    }
    return NN_OK;
}

static nn_status complete(nn_reduction *reduction, size_t count, nn_error *error)
{
    const nn_reduction_plan *plan = &reduction->plan;
    while (reduction->started < reduction->bucket_count && end_of(reduction, reduction->started) <= count) {
        const size_t first = reduction->started * plan->bucket, end = end_of(reduction, reduction->started);
        flight *next = &reduction->buckets[reduction->started];
        next->done = false;
        next->began = nn_clock();
        NN_TRY(nn_exchange_start(next->exchange, plan->values + first, plan->pitch, end - first, error));
        reduction->started++;
    }
    return progress(reduction, error);
}

nn_status nn_reduction_complete(nn_reduction *reduction, size_t count, nn_error *error)
{
    if (reduction->comm->size == 1)
        return complete(reduction, count, error);
    /* MPI sends, adds and yields while it is called: with 3 ranks on 2 busy cores that was 2.8 s of the 3.7 s
     * that a rank seemed to compute. */
    const nn_activity before = nn_comm_begin_wait(reduction->comm);
    return nn_comm_end_wait(reduction->comm, before, complete(reduction, count, error));
}

static bool under_way(const nn_reduction *reduction)
{
    for (size_t b = reduction->finished; b < reduction->started; b++)
        if (!reduction->buckets[b].done)
            return true;
    return false;
}

nn_status nn_reduction_progress(nn_reduction *reduction, nn_error *error)
{
    /* Asked often: only what takes time is noted as such. */
    if (!under_way(reduction))
        return NN_OK;
    const nn_activity before = nn_comm_begin_wait(reduction->comm);
    return nn_comm_end_wait(reduction->comm, before, progress(reduction, error));
}

nn_status nn_reduction_next(nn_reduction *reduction, size_t *end, nn_error *error)
{
    NN_TRY(progress(reduction, error));
    NN_TRY(nn_exchange_finish(reduction->buckets[reduction->finished].exchange, error));
    if (!reduction->buckets[reduction->finished].done)
        note_done(reduction, reduction->finished);
    *end = end_of(reduction, reduction->finished);
    if (++reduction->finished == reduction->bucket_count)
        reduction->started = reduction->finished = 0;
    return NN_OK;
}
