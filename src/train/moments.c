/* What happens around the five steps: averaging, the end of a step, the end of an epoch. */
#include <math.h>
#include <string.h>

#include "kernels/elementwise.h"
#include "train/run.h"
#include "train/signals.h"

/* Places in the tail behind the gradients. */
enum { TAIL_LOSS, TAIL_STOP };

void nn_run_mark(nn_run *run, nn_span_kind kind)
{
    nn_timeline_begin(&run->timeline, (nn_activity){kind, NN_NO_DETAIL});
}

/* Rows of the whole step in work, over all its batches and ranks: the n that its loss is divided by. */
static size_t step_rows(const nn_run *run)
{
    const size_t rows = run->train->slices.rows, most = run->batch_rows * run->recipe->training.accumulate;
    const size_t seen = run->progress.epoch_step * most;
    return rows - seen < most ? rows - seen : most;
}

void nn_run_load(nn_run *run, nn_batch *batch)
{
    nn_run_mark(run, NN_SPAN_LOAD);
    const size_t index = run->progress.epoch_step * run->recipe->training.accumulate + run->part;
    nn_sampler_batch(run->sampler, run->progress.epoch, index, batch);
    batch->global_rows = step_rows(run);
}

bool nn_run_accumulates(nn_run *run, double local_loss)
{
    const size_t accumulate = run->recipe->training.accumulate, count = run->network->flat_count;
    const bool more =
        run->part + 1 < accumulate && run->progress.epoch_step * accumulate + run->part + 1 < run->epoch_batches;
    nn_real *gradients = run->work->gradients;
    if (run->part > 0)
        nn_add(run->accumulated, gradients, count);
    if (more)
        memcpy(run->accumulated, gradients, count * sizeof *gradients);
    run->step_loss = run->part > 0 ? run->step_loss + local_loss : local_loss;
    run->part = more ? run->part + 1 : 0;
    return more;
}

double nn_run_rate(const nn_run *run)
{
    const nn_schedule_span span = {
        .epoch_steps = run->epoch_steps,
        .epochs = run->recipe->training.epochs,
        .step_rows = run->batch_rows * run->recipe->training.accumulate,
    };
    return nn_schedule_rate(&run->recipe->schedule, run->recipe->optimizer.learning_rate, span, &run->progress.schedule,
                            run->progress.step);
}

nn_status nn_run_average(nn_run *run, nn_step_report *report, nn_error *error)
{
    nn_real *gradients = run->work->gradients;
    nn_real *tail = gradients + run->network->flat_count;
    nn_run_mark(run, NN_SPAN_NONE);
    if (run->work->sync.status != NN_OK) {
        *error = run->work->sync.error;
        return run->work->sync.status;
    }
    tail[TAIL_LOSS] = (nn_real)run->step_loss;
    tail[TAIL_STOP] = nn_signals_stop_requested() ? 1 : 0;
    /* Each rank's share is already divided by the rows of the global step: the sum is the average. */
    NN_TRY(nn_comm_sum_real(run->comm, gradients, run->network->flat_count + NN_TAIL, error));
    *report = (nn_step_report){
        .loss = (double)tail[TAIL_LOSS],
        .rows = step_rows(run),
        .stop_requested = tail[TAIL_STOP] > 0,
    };
    /* Before the descent: the weights are still those of the last good step. */
    if (!isfinite(report->loss))
        return nn_fail(error, NN_DIVERGED,
                       "the loss became %s in epoch %llu, step %llu; lower optimizer.learning_rate (now %g) or "
                       "normalize the data%s%s",
                       isnan(report->loss) ? "NaN" : "infinite", (unsigned long long)run->progress.epoch + 1,
                       (unsigned long long)run->progress.epoch_step + 1, nn_run_rate(run),
                       run->last_checkpoint[0] ? "; the last good checkpoint is " : "", run->last_checkpoint);
    return NN_OK;
}

nn_status nn_run_step_done(nn_run *run, const nn_step_report *report, nn_error *error)
{
    nn_run_mark(run, NN_SPAN_NONE);
    run->progress.step++;
    run->progress.epoch_step++;
    run->progress.epoch_loss += report->loss * (double)report->rows;
    run->progress.seconds = run->seconds_before + nn_clock() - run->began;
    run->epoch_rows += report->rows;
    for (size_t i = 0; i < run->observer_count; i++) {
        nn_observer *observer = &run->observers[i];
        if (observer->step)
            NN_TRY(observer->step(observer->self, run, report, error));
    }
    return NN_OK;
}

static nn_status evaluate(nn_run *run, nn_evaluator *evaluator, bool *done, nn_metrics *metrics, nn_error *error)
{
    *done = evaluator != NULL;
    if (!evaluator)
        return NN_OK;
    return nn_evaluate(evaluator, &run->recipe->loss, run->network, run->work, metrics, error);
}

/* Clocks differ, and what depends on them must not: rank 0's time is everybody's. */
static nn_status agree_on_time(nn_run *run, double now, nn_error *error)
{
    run->progress.seconds = run->seconds_before + now - run->began;
    return nn_comm_broadcast(run->comm, &run->progress.seconds, sizeof run->progress.seconds, error);
}

nn_status nn_run_epoch_done(nn_run *run, nn_error *error)
{
    nn_epoch_report report = {
        .train_loss = run->progress.epoch_loss / (double)run->train->slices.rows,
        .learning_rate = nn_run_rate(run),
    };
    nn_run_mark(run, NN_SPAN_EVALUATE);
    NN_TRY(evaluate(run, run->evaluate_validation, &report.validated, &report.validation, error));
    NN_TRY(evaluate(run, run->evaluate_test, &report.tested, &report.test, error));
    nn_run_mark(run, NN_SPAN_NONE);
    run->test_metrics = report.test;
    const double now = nn_clock();
    report.seconds = now - run->epoch_began;
    report.rows = run->epoch_rows;
    run->epoch_began = now;
    run->epoch_rows = 0;
    NN_TRY(agree_on_time(run, now, error));
    run->progress.epoch++;
    run->progress.epoch_step = 0;
    run->progress.epoch_loss = 0;
    nn_schedule_observe(&run->recipe->schedule, &run->progress.schedule,
                        report.validated ? report.validation.value[NN_METRIC_LOSS] : report.train_loss);
    nn_run_watch(run, &report);
    for (size_t i = 0; i < run->observer_count; i++) {
        nn_observer *observer = &run->observers[i];
        if (observer->epoch)
            NN_TRY(observer->epoch(observer->self, run, &report, error));
    }
    return NN_OK;
}
