/*
 * Gradients are averaged while they are found: the backward pass tells how far they are complete from the front of the
 * flat array, and buckets set out for the other ranks.
 *
 * A step of several batches adds up its gradients here first, since one exchange serves them all. With sums that keep
 * to the tree it cannot: a rank has fewer or more nodes by the number of ranks, so sums of batches inside a node would
 * be other sums. There each batch is averaged, and the averages are added up.
 */
#include "train/gradient_sync.h"

#include <math.h>
#include <string.h>

#include "comm/allreduce/allgather.h"
#include "comm/allreduce/reduction.h"
#include "kernels/elementwise/elementwise.h"
#include "model/partial_sums.h"
#include "support/memory.h"
#include "train/divergence.h"
#include "train/signals.h"

/* What is told beside the gradients. */
enum { OUTCOME_LOSS, OUTCOME_STOP, OUTCOME_TROUBLE, OUTCOME_COUNT };

struct nni_gradient_sync {
    nni_leaf_range leaves; /* of this rank */
    bool tree;             /* sums keep to the tree of the slices */
    nni_reduction *gradients;
    nni_exchange *outcome;
    nni_exchange *sums;    /* of batch norm; with the tree */
    double *leaf_losses;   /* [leaves] of the step in work */
    double *told;          /* [height of the stack, OUTCOME_COUNT] */
    int *share_first;      /* [ranks] elements that each rank's optimizer moves; NULL: all do all */
    int *share_count;      /* [ranks] */
    nni_allgather *shares; /* makes whole what they moved; NULL likewise */
    nni_real
        *accumulated; /* [flat_count] gradients of the batches before in the step; NULL where a step is one batch */
    bool last;        /* the batch in work is the last one of its step */
    size_t added;     /* elements from the front that `accumulated` has been added to, or taken from */
};

nni_leaf_range nni_run_leaves(const nn_recipe *recipe, const nn_comm *comm)
{
    if (!recipe->parallel.reproducible)
        return (nni_leaf_range){.total = 1, .first = 0, .count = 1};
    return nni_leaf_range_of_rank(recipe->parallel.slices, (size_t)comm->rank, (size_t)comm->size);
}

/* --- what the passes call --- */

static nn_status sum_over_ranks(void *context, nni_leaf_range leaves, double *values, size_t count, nn_error *error)
{
    nni_run *run = context;
    (void)leaves; /* the run of this rank */
    if (!run->average->tree)
        return nn_comm_sum_double(run->comm, values, count, error);
    NN_TRY(nni_exchange_start(run->average->sums, values, count, count, error));
    return nni_exchange_finish(run->average->sums, error);
}

/* Of several batches that are averaged at once, the gradients of those before come in, or go to those that follow. */
static void accumulate(nni_run *run, size_t first, size_t end)
{
    nni_gradient_sync *average = run->average;
    nni_real *gradients = run->work->gradients + first, *before = average->accumulated + first;
    if (run->part > 0)
        nni_add(before, gradients, end - first);
    if (!average->last)
        memcpy(before, gradients, (end - first) * sizeof *gradients);
}

static nn_status gradients_complete(void *context, size_t count, nn_error *error)
{
    nni_run *run = context;
    nni_gradient_sync *average = run->average;
    if (average->accumulated && !average->tree) {
        accumulate(run, average->added, count);
        average->added = count;
        if (!average->last)
            return NN_OK;
    }
    return nni_reduction_complete(average->gradients, count, error);
}

static nn_status gradients_progress(void *context, size_t work, size_t most, nni_errand *errand, nn_error *error)
{
    nni_run *run = context;
    return nni_reduction_progress(run->average->gradients, work, most, errand, error);
}

/* --- the moments of a step --- */

/* Each leaf's share of the loss: batches are added up leaf by leaf, which any number of ranks does alike. */
static void add_losses(nni_run *run, const nni_batch *batch)
{
    nni_gradient_sync *average = run->average;
    size_t whole[2];
    const nni_leaf_rows leaves = nni_batch_leaves(batch, whole);
    for (size_t leaf = 0; leaf < leaves.run.count; leaf++) {
        const size_t first = leaves.begin[leaf], rows = leaves.begin[leaf + 1] - first;
        const double loss = nni_loss_of_rows(run->work, first, rows) / (double)batch->global_rows;
        average->leaf_losses[leaf] = run->part > 0 ? average->leaf_losses[leaf] + loss : loss;
        if (!isfinite(loss))
            nni_divergence_note(run, batch);
    }
}

nn_status nni_loss_allreduce_start(nni_run *run, const nni_batch *batch, nn_error *error)
{
    nni_gradient_sync *average = run->average;
    const size_t accumulate = run->recipe->training.accumulate;
    average->last =
        run->part + 1 == accumulate || run->progress.epoch_step * accumulate + run->part + 1 == run->epoch_batches;
    average->added = 0;
    add_losses(run, batch);
    if (!average->last)
        return NN_OK;
    size_t height = 0;
    for (size_t leaf = 0; leaf < average->leaves.count; leaf++) {
        double *top = average->told + height * OUTCOME_COUNT;
        top[OUTCOME_LOSS] = average->leaf_losses[leaf];
        top[OUTCOME_STOP] = nni_signals_stop_requested() || nni_run_lock_lost(run->lock) ? 1 : 0;
        top[OUTCOME_TROUBLE] = run->load_status == NN_OK ? 0 : 1;
        height = nni_join_doubles(average->leaves, average->leaves.first + leaf, average->told, OUTCOME_COUNT,
                                  height + 1, OUTCOME_COUNT);
    }
    return nni_exchange_start(average->outcome, average->told, OUTCOME_COUNT, OUTCOME_COUNT, error);
}

/* With the tree every batch is averaged on its own. */
static nn_status add_average(nni_run *run, nn_error *error)
{
    const size_t count = run->network->flat_count;
    size_t end = 0;
    while (end < count)
        NN_TRY(nni_reduction_next(run->average->gradients, &end, error));
    accumulate(run, 0, count);
    return NN_OK;
}

nn_status nni_run_batch_done(nni_run *run, bool *more, nn_error *error)
{
    nni_gradient_sync *average = run->average;
    nni_run_mark(run, NNI_SPAN_NONE);
    if (run->work->sync.status != NN_OK) {
        *error = run->work->sync.error;
        return run->work->sync.status;
    }
    if (average->accumulated && average->tree)
        NN_TRY(add_average(run, error));
    *more = !average->last;
    run->part = *more ? run->part + 1 : 0;
    return NN_OK;
}

/* The message of a rank whose rows could not be read, to all. */
static nn_status agree_on_trouble(nni_run *run, nn_error *error)
{
    nni_run_finish_checkpoints(run);
    if (error && run->load_status != NN_OK)
        *error = run->load_error;
    return nn_comm_agree(run->comm, run->load_status, error);
}

nn_status nni_loss_allreduce_finish(nni_run *run, nni_step_report *report, nn_error *error)
{
    const double *told = run->average->told;
    NN_TRY(nni_exchange_finish(run->average->outcome, error));
    if (told[OUTCOME_TROUBLE] > 0)
        NN_TRY(agree_on_trouble(run, error));
    *report = (nni_step_report){
        .loss = told[OUTCOME_LOSS],
        .rows = nni_run_step_rows(run),
        .stop_requested = told[OUTCOME_STOP] > 0,
    };
    return isfinite(report->loss) ? NN_OK : nni_divergence_with_loss(run, report, error);
}

/* The average as far as it has come. @param end  receives the count of elements from the front that are there */
static nn_status next_average(nni_run *run, size_t *end, nn_error *error)
{
    nni_gradient_sync *average = run->average;
    if (!average->accumulated || !average->tree)
        return nni_reduction_next(average->gradients, end, error);
    *end = run->network->flat_count;
    return NN_OK;
}

/* Of a step that is skipped nothing may have been moved when its last gradient comes. A bucket is in the caches when it
 * is looked at, so that this costs less than a hundredth of a step. */
nn_status nni_run_update(nni_run *run, nni_step_report *report, nn_error *error)
{
    nni_gradient_sync *average = run->average;
    const size_t count = run->network->flat_count;
    const bool whole = run->recipe->training.on_nan.name == NN_ON_NAN_SKIP;
    nni_real *gradients = run->work->gradients;
    bool begun = false;
    nni_run_mark(run, NNI_SPAN_UPDATE);
    for (size_t end = 0; end < count;) {
        const size_t first = end;
        NN_TRY(next_average(run, &end, error));
        if (!report->broken && !nni_optimizer_all_finite(run->optimizer, gradients, first, end))
            NN_TRY(nni_divergence_with_gradients(run, end, report, error));
        if (report->broken || (whole && end < count))
            continue;
        if (!begun)
            nni_optimizer_begin(run->optimizer, run->network, nni_run_rate(run));
        begun = true;
        nni_optimizer_update(run->optimizer, run->network, gradients, end);
    }
    if (report->broken)
        return NN_OK;
    if (average->shares)
        NN_TRY(nni_allgather_run(average->shares, nni_optimizer_update_target(run->optimizer, run->network, gradients),
                                 error));
    nni_optimizer_finish(run->optimizer, run->network, gradients);
    return NN_OK;
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

static nn_status take_shares(const nni_run *run, nni_gradient_sync *average, nn_error *error)
{
    const size_t ranks = (size_t)run->comm->size;
    const char what[] = "the shares of the optimizer";
    nn_status status = nni_allocate(ranks, sizeof *average->share_first, what, &average->share_first, error);
    if (status == NN_OK)
        status = nni_allocate(ranks, sizeof *average->share_count, what, &average->share_count, error);
    NN_TRY(nn_comm_agree(run->comm, status, error));
    for (size_t rank = 0; rank < ranks; rank++) {
        size_t first = 0, count = 0;
        nni_optimizer_share(run->optimizer, rank, ranks, &first, &count);
        average->share_first[rank] = (int)first;
        average->share_count[rank] = (int)count;
    }
    return nni_allgather_create(run->comm, average->share_first, average->share_count, &average->shares, error);
}

static nn_status take_memory(const nni_run *run, nni_gradient_sync *average, nn_error *error)
{
    const nn_network *network = run->network;
    const nni_parallel_settings *parallel = &run->recipe->parallel;
    const size_t tree = average->tree ? parallel->slices : 0;
    const nni_reduction_plan plan = {
        .leaves = tree,
        .values = run->work->gradients,
        .pitch = run->work->flat_pitch,
        .count = network->flat_count,
        /* Alone, nothing is waited for: threads move their own rows of all layers at once. */
        .bucket = run->comm->size > 1 ? parallel->bucket_bytes / sizeof(nni_real) : network->flat_count,
    };
    NN_TRY(nni_reduction_create(run->comm, &plan, &average->gradients, error));
    NN_TRY(nni_exchange_create(run->comm, tree, NNI_EXCHANGE_DOUBLE, OUTCOME_COUNT, NNI_TAG_OUTCOME, &average->outcome,
                               error));
    if (average->tree)
        NN_TRY(nni_exchange_create(run->comm, tree, NNI_EXCHANGE_DOUBLE, 2 * widest_norm(network) + 1,
                                   NNI_TAG_BATCH_NORM, &average->sums, error));
    if (nni_run_shards_state(run))
        NN_TRY(take_shares(run, average, error));
    NN_TRY(nni_allocate(average->leaves.count, sizeof *average->leaf_losses, "the losses of a step",
                        &average->leaf_losses, error));
    NN_TRY(nni_allocate(nni_sum_tree_height(average->leaves), OUTCOME_COUNT * sizeof *average->told,
                        "the loss of a step", &average->told, error));
    if (run->recipe->training.accumulate > 1)
        NN_TRY(nni_allocate(network->flat_count, sizeof(nni_real), "the gradients of a step", &average->accumulated,
                            error));
    return NN_OK;
}

nn_status nni_gradient_sync_create(nni_run *run, nni_gradient_sync **result, nn_error *error)
{
    nni_gradient_sync *average = NULL;
    NN_TRY(nn_comm_agree(run->comm, nni_allocate(1, sizeof *average, "the averaging", &average, error), error));
    average->tree = run->recipe->parallel.reproducible;
    average->leaves = nni_run_leaves(run->recipe, run->comm);
    const nn_status status = take_memory(run, average, error);
    if (status != NN_OK) {
        nni_gradient_sync_free(average);
        return status;
    }
    run->work->sync = (nni_sync){.sum = sum_over_ranks, .complete = gradients_complete, .context = run};
    if (run->comm->size > 1)
        run->work->sync.progress = gradients_progress;
    *result = average;
    return NN_OK;
}

void nni_gradient_sync_free(nni_gradient_sync *average)
{
    if (!average)
        return;
    nni_reduction_free(average->gradients);
    nni_exchange_free(average->outcome);
    nni_exchange_free(average->sums);
    nni_release(average->leaf_losses);
    nni_release(average->told);
    nni_release(average->accumulated);
    nni_allgather_free(average->shares);
    nni_release(average->share_first);
    nni_release(average->share_count);
    nni_release(average);
}
