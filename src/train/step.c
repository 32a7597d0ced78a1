/* SPDX-License-Identifier: MIT */
#include "train/step.h"

#include <math.h>

#include "train/divergence.h"
#include "train/loss_allreduce.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"
#include "train/run/signals.h"
#include "train/run_folder/run_lock.h"

/* Batch of the epoch that is in work. */
static size_t batch_index(const nni_run *run)
{
    return run->progress.counters.epoch_step * run->recipe->training.accumulate + run->progress.batch;
}

static bool is_last_batch(const nni_run *run)
{
    return run->progress.batch + 1 == run->recipe->training.accumulate ||
           batch_index(run) + 1 == run->plan.epoch_batches;
}

/* A failure goes out with the loss: the other ranks have begun the step, and wait for this one in the middle of it. */
void nni_step_load(nni_run *run, nni_batch *batch)
{
    nni_run_progress *progress = &run->progress;
    nni_run_mark(run, NNI_SPAN_LOAD);
    if (progress->batch == 0)
        nni_divergence_begin_step(run);
    const nn_status status =
        nni_sampler_batch(run->data.sampler, progress->counters.epoch, batch_index(run), batch, &progress->load_error);
    if (progress->load_status == NN_OK)
        progress->load_status = status;
    batch->global_rows = nni_run_step_rows(run);
    if (run->recipe->parallel.reproducible)
        batch->leaves = nni_sampler_leaves(run->data.sampler);
}

nn_status nni_step_start_loss(nni_run *run, const nni_batch *batch, nn_error *error)
{
    nni_loss_allreduce *loss = run->model.loss_allreduce;
    const bool first = run->progress.batch == 0, last = is_last_batch(run);
    const bool finite = nni_loss_allreduce_add(loss, run->model.work, batch, first);
    const bool sound =
        finite && run->progress.load_status == NN_OK && !isfinite(nni_gradient_sync_bad(run->model.gradient_sync));
    nni_gradient_sync_begin_batch(run->model.gradient_sync, first, last, nni_run_rate(run), sound);
    if (!finite)
        nni_divergence_locate(run, batch->rows);
    if (!last)
        return NN_OK;
    const nni_loss_flags flags = {
        .stop_requested = nni_signals_stop_requested() || nni_run_lock_lost(run->files.lock),
        .load_failed = run->progress.load_status != NN_OK,
        .gradients_bad = isfinite(nni_gradient_sync_bad(run->model.gradient_sync)),
    };
    return nni_loss_allreduce_start(loss, flags, error);
}

nn_status nni_step_batch_done(nni_run *run, bool *more, nn_error *error)
{
    nni_run_mark(run, NNI_SPAN_NONE);
    NN_TRY(nni_gradient_sync_end_batch(run->model.gradient_sync, error));
    *more = !is_last_batch(run);
    run->progress.batch = *more ? run->progress.batch + 1 : 0;
    return NN_OK;
}

/* The message of a rank whose rows could not be read, to all. */
static nn_status agree_on_load(nni_run *run, nn_error *error)
{
    const nni_run_progress *progress = &run->progress;
    nni_notify_finish_write(run);
    if (error && progress->load_status != NN_OK)
        *error = progress->load_error;
    return nn_comm_agree(run->comm, progress->load_status, error);
}

nn_status nni_step_finish_loss(nni_run *run, nni_step_report *report, nn_error *error)
{
    nni_loss_sum sum;
    NN_TRY(nni_loss_allreduce_finish(run->model.loss_allreduce, &sum, error));
    if (sum.flags.load_failed)
        NN_TRY(agree_on_load(run, error));
    *report = (nni_step_report){
        .loss = sum.loss,
        .rows = nni_run_step_rows(run),
        .stop_requested = sum.flags.stop_requested,
    };
    if (sum.flags.gradients_bad)
        return nni_step_check_gradients(run, error);
    return isfinite(report->loss) ? NN_OK : nni_divergence_of_loss(run, report, error);
}

/* Each rank knows of its own parts alone. The step that they were of has been counted by now. */
nn_status nni_step_check_gradients(nni_run *run, nn_error *error)
{
    double place = nni_gradient_sync_bad(run->model.gradient_sync);
    nni_step_report report = {.diverged = false};
    NN_TRY(nni_comm_min_double(run->comm, &place, 1, error));
    return isinf(place) ? NN_OK : nni_divergence_of_gradients(run, place, true, &report, error);
}

nn_status nni_step_update(nni_run *run, nni_step_report *report, nn_error *error)
{
    nni_gradient_sync *sync = run->model.gradient_sync;
    double place = INFINITY;
    nni_run_mark(run, NNI_SPAN_UPDATE);
    if (report->diverged)
        return nni_gradient_sync_discard(sync, error);
    NN_TRY(nni_gradient_sync_update(sync, &place, error));
    return isinf(place) ? NN_OK : nni_divergence_of_gradients(run, place, false, report, error);
}

nn_status nni_step_done(nni_run *run, const nni_step_report *report, nn_error *error)
{
    nni_run_progress *progress = &run->progress;
    nni_progress *counters = &progress->counters;
    bool rolled_back = false;
    nni_run_mark(run, NNI_SPAN_NONE);
    NN_TRY(nni_divergence_handle(run, report, &rolled_back, error));
    if (rolled_back)
        return NN_OK;
    counters->step++;
    counters->epoch_step++;
    if (report->diverged)
        counters->skipped += report->rows;
    else
        counters->epoch_loss += report->loss * (double)report->rows;
    const double now = nni_clock();
    counters->seconds = progress->seconds_before + now - progress->began;
    progress->epoch_rows += report->rows;
    nni_resource_usage_step(&progress->usage, now);
    return nni_notify_step(run, report, error);
}
