/* What happens around the five steps: averaging, the end of a step, the end of an epoch. */
#include <math.h>
#include <time.h>

#include "train/run.h"
#include "train/signals.h"

/* Places in the tail behind the gradients. */
enum { TAIL_LOSS, TAIL_STOP };

double nn_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

nn_status nn_run_average(nn_run *run, const nn_batch *batch, double local_loss, nn_step_report *report, nn_error *error)
{
    nn_real *gradients = run->work->gradients;
    nn_real *tail = gradients + run->network->flat_count;
    tail[TAIL_LOSS] = (nn_real)local_loss;
    tail[TAIL_STOP] = nn_signals_stop_requested() ? 1 : 0;
    /* Each rank's share is already divided by the rows of the global batch: the sum is the average. */
    NN_TRY(nn_comm_sum_real(run->comm, gradients, run->network->flat_count + NN_TAIL, error));
    *report = (nn_step_report){
        .loss = (double)tail[TAIL_LOSS],
        .rows = batch->global_rows,
        .stop_requested = tail[TAIL_STOP] > 0,
    };
    /* Before the descent: the weights are still those of the last good step. */
    if (!isfinite(report->loss))
        return nn_fail(error, NN_DIVERGED,
                       "the loss became %s in epoch %llu, step %llu; lower optimizer.learning_rate (now %g) or "
                       "normalize the data%s%s",
                       isnan(report->loss) ? "NaN" : "infinite", (unsigned long long)run->progress.epoch + 1,
                       (unsigned long long)run->progress.epoch_step + 1, run->recipe->optimizer.learning_rate,
                       run->last_checkpoint[0] ? "; the last good checkpoint is " : "", run->last_checkpoint);
    return NN_OK;
}

nn_status nn_run_step_done(nn_run *run, const nn_step_report *report, nn_error *error)
{
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

static nn_status evaluate(nn_run *run, nn_epoch_report *report, nn_error *error)
{
    if (!run->test)
        return NN_OK;
    NN_TRY(nn_evaluate(run->recipe->loss, run->network, run->test, run->work, run->comm, &report->test, error));
    report->tested = true;
    run->test_metrics = report->test;
    if (report->test.loss < run->progress.best_loss) {
        run->progress.best_loss = report->test.loss;
        run->progress.best_epoch = run->progress.epoch + 1;
    }
    return NN_OK;
}

nn_status nn_run_epoch_done(nn_run *run, nn_error *error)
{
    nn_epoch_report report = {.train_loss = run->progress.epoch_loss / (double)run->train->slices.rows};
    NN_TRY(evaluate(run, &report, error));
    const double now = nn_clock();
    report.seconds = now - run->epoch_began;
    report.rows = run->epoch_rows;
    run->epoch_began = now;
    run->epoch_rows = 0;
    run->progress.seconds = run->seconds_before + now - run->began;
    run->progress.epoch++;
    run->progress.epoch_step = 0;
    run->progress.epoch_loss = 0;
    for (size_t i = 0; i < run->observer_count; i++) {
        nn_observer *observer = &run->observers[i];
        if (observer->epoch)
            NN_TRY(observer->epoch(observer->self, run, &report, error));
    }
    return NN_OK;
}
