/* SPDX-License-Identifier: MIT */
#include "train/epoch.h"

#include "train/early_stopping.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"
#include "train/step.h"

static nn_status evaluate(nni_run *run, nni_evaluator *evaluator, bool *done, nni_metrics *metrics, nn_error *error)
{
    *done = evaluator != NULL;
    if (!evaluator)
        return NN_OK;
    return nni_evaluate(evaluator, &run->recipe->loss, run->model.network, run->model.work, metrics, error);
}

/* Clocks differ, and what depends on them must not: rank 0's time is everybody's. */
static nn_status agree_on_time(nni_run_progress *progress, double now, nn_comm *comm, nn_error *error)
{
    double *seconds = &progress->counters.seconds;
    *seconds = progress->seconds_before + now - progress->began;
    return nn_comm_broadcast(comm, seconds, sizeof *seconds, error);
}

static double waited_for_rows(const nni_run_data *data)
{
    const nni_dataset *const splits[] = {data->train, data->validation, data->test};
    double seconds = 0;
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++)
        seconds += splits[i] ? nni_dataset_waited(splits[i]) : 0;
    return seconds;
}

/* Counters of the next epoch. */
static void begin_next(nni_run_progress *progress, double now)
{
    nni_progress *counters = &progress->counters;
    progress->epoch_began = now;
    progress->epoch_rows = 0;
    counters->epoch++;
    counters->epoch_step = 0;
    counters->epoch_loss = 0;
    counters->skipped = 0;
}

nn_status nni_epoch_done(nni_run *run, nn_error *error)
{
    nni_run_progress *progress = &run->progress;
    nni_progress *counters = &progress->counters;
    nni_epoch_report report = {
        .train_loss = counters->epoch_loss / (double)(run->data.train->slicing.slices.rows - counters->skipped),
        .learning_rate = nni_run_rate(run),
        .skipped = counters->skipped,
        .rows = progress->epoch_rows,
    };
    NN_TRY(nni_gradient_sync_settle(run->model.gradient_sync, error));
    NN_TRY(nni_step_check_gradients(run, error));
    nni_run_mark(run, NNI_SPAN_EVALUATE);
    NN_TRY(evaluate(run, run->model.validation_evaluator, &report.validated, &report.validation, error));
    NN_TRY(evaluate(run, run->model.test_evaluator, &report.tested, &report.test, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    progress->test = report.test;
    const double now = nni_clock();
    report.seconds = now - progress->epoch_began;
    NN_TRY(nni_resource_usage_epoch(&progress->usage, waited_for_rows(&run->data), run->comm, &run->output, &report,
                                    error));
    NN_TRY(agree_on_time(progress, now, run->comm, error));
    begin_next(progress, now);
    nni_schedule_observe(&run->recipe->schedule, &counters->schedule,
                         report.validated ? report.validation.value[NN_METRIC_LOSS] : report.train_loss);
    nni_early_stopping_update(&run->recipe->training.stop, progress, &report);
    return nni_notify_epoch(run, &report, error);
}

nn_status nni_epoch_test_finished(nni_run *run, nn_error *error)
{
    bool tested = run->progress.test.rows > 0;
    if (tested || !run->model.test_evaluator)
        return NN_OK;
    nni_run_mark(run, NNI_SPAN_EVALUATE);
    NN_TRY(evaluate(run, run->model.test_evaluator, &tested, &run->progress.test, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    return NN_OK;
}
