#include "comm/reduction.h"

#include "nntrain/memory.h"

struct nn_reduction {
    nn_comm *comm; /* borrowed */
    nn_reduction_plan plan;
    size_t bucket_count;
    nn_exchange **buckets; /* [bucket_count] */
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
    NN_TRY(nn_allocate(1, sizeof *reduction, "the reduction", &reduction, error));
    reduction->comm = comm;
    reduction->plan = *plan;
    reduction->bucket_count = (plan->count + plan->bucket - 1) / plan->bucket;
    nn_status status =
        nn_allocate(reduction->bucket_count, sizeof *reduction->buckets, "the buckets", &reduction->buckets, error);
    for (size_t b = 0; status == NN_OK && b < reduction->bucket_count; b++)
        status = nn_exchange_create(comm, plan->leaves, NN_EXCHANGE_REAL, end_of(reduction, b) - b * plan->bucket,
                                    NN_TAG_BUCKETS + (int)b, &reduction->buckets[b], error);
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
        nn_exchange_free(reduction->buckets[b]);
    nn_release(reduction->buckets);
    nn_release(reduction);
}

nn_status nn_reduction_progress(nn_reduction *reduction, nn_error *error)
{
    for (size_t b = reduction->finished; b < reduction->started; b++) {
        bool done = false;
        NN_TRY(nn_exchange_progress(reduction->buckets[b], &done, error));
    }
    return NN_OK;
}

nn_status nn_reduction_complete(nn_reduction *reduction, size_t count, nn_error *error)
{
    const nn_reduction_plan *plan = &reduction->plan;
    while (reduction->started < reduction->bucket_count && end_of(reduction, reduction->started) <= count) {
        const size_t first = reduction->started * plan->bucket, end = end_of(reduction, reduction->started);
        NN_TRY(nn_exchange_start(reduction->buckets[reduction->started], plan->values + first, plan->pitch, end - first,
                                 error));
        reduction->started++;
    }
    return nn_reduction_progress(reduction, error);
}

nn_status nn_reduction_next(nn_reduction *reduction, size_t *end, nn_error *error)
{
    NN_TRY(nn_reduction_progress(reduction, error));
    NN_TRY(nn_exchange_finish(reduction->buckets[reduction->finished], error));
    *end = end_of(reduction, reduction->finished);
    if (++reduction->finished == reduction->bucket_count)
        reduction->started = reduction->finished = 0;
    return NN_OK;
}
