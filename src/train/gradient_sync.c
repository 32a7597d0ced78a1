/* SPDX-License-Identifier: MIT */
#include "train/gradient_sync.h"

#include <string.h>

#include "comm/allreduce/allgather.h"
#include "comm/allreduce/exchange.h"
#include "comm/allreduce/reduction.h"
#include "kernels/elementwise/elementwise.h"
#include "support/memory.h"

struct nni_gradient_sync {
    nn_comm *comm;       /* borrowed */
    nni_workspace *work; /* borrowed */
    size_t flat_count;   /* of the network */
    bool tree;           /* sums keep to the tree of the slices */
    nni_reduction *gradients;
    nni_exchange *batch_norm; /* sums of batch norm; with the tree */
    int *share_first;         /* [ranks] elements that each rank's optimizer updates; NULL: all update all */
    int *share_count;         /* [ranks] */
    nni_allgather *shares;    /* gathers what they updated; NULL likewise */
    nni_real
        *accumulated; /* [flat_count] gradients of the batches before in the step; NULL where a step is one batch */
    bool first, last; /* whether the batch in work is the first and the last of its step */
    size_t added;     /* elements from the front that `accumulated` has been added to, or taken from */
};

/* --- what the passes call --- */

static nn_status sum_over_ranks(void *context, nni_leaf_range leaves, double *values, size_t count, nn_error *error)
{
    nni_gradient_sync *sync = context;
    (void)leaves; /* those of this rank */
    if (!sync->tree)
        return nn_comm_sum_double(sync->comm, values, count, error);
    NN_TRY(nni_exchange_start(sync->batch_norm, values, count, count, error));
    return nni_exchange_finish(sync->batch_norm, error);
}

/* Several batches are averaged at once: adds the gradients of those before, or keeps the sum for those that follow. */
static void accumulate(nni_gradient_sync *sync, size_t first, size_t end)
{
    nni_real *gradients = sync->work->gradients + first, *before = sync->accumulated + first;
    if (!sync->first)
        nni_add(before, gradients, end - first);
    if (!sync->last)
        memcpy(before, gradients, (end - first) * sizeof *gradients);
}

static nn_status gradients_complete(void *context, size_t count, nn_error *error)
{
    nni_gradient_sync *sync = context;
    if (sync->accumulated && !sync->tree) {
        accumulate(sync, sync->added, count);
        sync->added = count;
        if (!sync->last)
            return NN_OK;
    }
    return nni_reduction_complete(sync->gradients, count, error);
}

static nn_status gradients_progress(void *context, size_t work, size_t most, nni_errand *errand, nn_error *error)
{
    nni_gradient_sync *sync = context;
    return nni_reduction_progress(sync->gradients, work, most, errand, error);
}

/* --- the moments of a step --- */

void nni_gradient_sync_begin_batch(nni_gradient_sync *sync, bool first, bool last)
{
    sync->first = first;
    sync->last = last;
    sync->added = 0;
}

/* With the tree every batch is averaged on its own. */
static nn_status add_average(nni_gradient_sync *sync, nn_error *error)
{
    size_t end = 0;
    while (end < sync->flat_count)
        NN_TRY(nni_reduction_next(sync->gradients, &end, error));
    accumulate(sync, 0, sync->flat_count);
    return NN_OK;
}

nn_status nni_gradient_sync_end_batch(nni_gradient_sync *sync, nn_error *error)
{
    const nni_sync *passes = &sync->work->sync;
    if (passes->status != NN_OK) {
        *error = passes->error;
        return passes->status;
    }
    return sync->accumulated && sync->tree ? add_average(sync, error) : NN_OK;
}

nn_status nni_gradient_sync_next(nni_gradient_sync *sync, size_t *end, nn_error *error)
{
    if (!sync->accumulated || !sync->tree)
        return nni_reduction_next(sync->gradients, end, error);
    *end = sync->flat_count;
    return NN_OK;
}

nn_status nni_gradient_sync_gather_shares(nni_gradient_sync *sync, nni_real *values, nn_error *error)
{
    return sync->shares ? nni_allgather_run(sync->shares, values, error) : NN_OK;
}

/* --- memory --- */

static size_t widest_norm(const nn_network *network)
{
    size_t widest = 0;
    for (size_t l = 0; l < network->layer_count; l++)
        if (nni_layer_has_statistics(&network->layers[l]) && network->layers[l].outputs > widest)
            widest = network->layers[l].outputs;
    return widest;
}

static nn_status create_shares(nni_gradient_sync *sync, const nni_optimizer *optimizer, nn_error *error)
{
    const size_t ranks = (size_t)sync->comm->size;
    const char what[] = "the shares of the optimizer";
    nn_status status = nni_allocate(ranks, sizeof *sync->share_first, what, &sync->share_first, error);
    if (status == NN_OK)
        status = nni_allocate(ranks, sizeof *sync->share_count, what, &sync->share_count, error);
    NN_TRY(nn_comm_agree(sync->comm, status, error));
    for (size_t rank = 0; rank < ranks; rank++) {
        size_t first = 0, count = 0;
        nni_optimizer_share(optimizer, rank, ranks, &first, &count);
        sync->share_first[rank] = (int)first;
        sync->share_count[rank] = (int)count;
    }
    return nni_allgather_create(sync->comm, sync->share_first, sync->share_count, &sync->shares, error);
}

static nn_status take_memory(nni_gradient_sync *sync, const nni_gradient_sync_plan *plan, nn_error *error)
{
    const nni_parallel_settings *parallel = &plan->recipe->parallel;
    const size_t leaves = sync->tree ? parallel->slices : 0;
    const nni_reduction_plan reduction = {
        .leaves = leaves,
        .values = sync->work->gradients,
        .pitch = sync->work->flat_pitch,
        .count = sync->flat_count,
        /* Alone, nothing is waited for: threads update their own rows of all layers at once. */
        .bucket = sync->comm->size > 1 ? parallel->bucket_bytes / sizeof(nni_real) : sync->flat_count,
    };
    NN_TRY(nni_reduction_create(sync->comm, &reduction, &sync->gradients, error));
    if (sync->tree)
        NN_TRY(nni_exchange_create(sync->comm, leaves, NNI_DOUBLE, 2 * widest_norm(plan->network) + 1,
                                   NNI_TAG_BATCH_NORM, &sync->batch_norm, error));
    if (plan->sharded)
        NN_TRY(create_shares(sync, plan->sharded, error));
    if (plan->recipe->training.accumulate > 1)
        NN_TRY(nni_allocate(sync->flat_count, sizeof(nni_real), "the gradients of a step", &sync->accumulated, error));
    return NN_OK;
}

nn_status nni_gradient_sync_create(const nni_gradient_sync_plan *plan, nni_gradient_sync **result, nn_error *error)
{
    nn_comm *comm = plan->comm;
    nni_gradient_sync *sync = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *sync, "the averaging", &sync, error), error));
    sync->comm = comm;
    sync->work = plan->work;
    sync->flat_count = plan->network->flat_count;
    sync->tree = plan->recipe->parallel.reproducible;
    const nn_status status = nn_comm_agree(comm, take_memory(sync, plan, error), error);
    if (status != NN_OK) {
        nni_gradient_sync_free(sync);
        return status;
    }
    plan->work->sync = (nni_sync){.sum = sum_over_ranks, .complete = gradients_complete, .context = sync};
    if (comm->size > 1)
        plan->work->sync.progress = gradients_progress;
    *result = sync;
    return NN_OK;
}

void nni_gradient_sync_free(nni_gradient_sync *sync)
{
    if (!sync)
        return;
    nni_reduction_free(sync->gradients);
    nni_exchange_free(sync->batch_norm);
    nni_release(sync->accumulated);
    nni_allgather_free(sync->shares);
    nni_release(sync->share_first);
    nni_release(sync->share_count);
    nni_release(sync);
}
