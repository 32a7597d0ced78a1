/* What happens around the five steps: batches, the end of a step, the end of an epoch. */

#include "train/divergence.h"
#include "train/run.h"

void nn_run_mark(nn_run *run, nn_span_kind kind)
{
    nn_timeline_begin(&run->timeline, (nn_activity){kind, NN_NO_DETAIL});
}

size_t nn_run_step_rows(const nn_run *run)
{
    const size_t rows = run->train->slices.rows, most = run->batch_rows * run->recipe->training.accumulate;
    const size_t seen = run->progress.epoch_step * most;
    return rows - seen < most ? rows - seen : most;
}

/* Trouble is told with the loss: the other ranks have set out for their step, and wait for this one in the middle of
 * it. */
void nn_run_load(nn_run *run, nn_batch *batch)
{
    nn_run_mark(run, NN_SPAN_LOAD);
    if (run->part == 0)
        nn_trouble_begin_step(run);
    const size_t index = run->progress.epoch_step * run->recipe->training.accumulate + run->part;
    const nn_status status = nn_sampler_batch(run->sampler, run->progress.epoch, index, batch, &run->load_error);
    if (run->load_status == NN_OK)
        run->load_status = status;
    batch->global_rows = nn_run_step_rows(run);
    if (run->recipe->parallel.reproducible)
        batch->leaves = nn_sampler_leaves(run->sampler);
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

nn_status nn_run_step_done(nn_run *run, const nn_step_report *report, nn_error *error)
{
    nn_run_mark(run, NN_SPAN_NONE);
    bool back = false;
    if (report->broken)
        NN_TRY(nn_trouble_mend(run, &back, error));
    else
        nn_trouble_over(run);
    if (back)
        return NN_OK;
    run->progress.step++;
    run->progress.epoch_step++;
    if (report->broken)
        run->progress.skipped += report->rows;
    else
        run->progress.epoch_loss += report->loss * (double)report->rows;
    const double now = nn_clock();
    run->progress.seconds = run->seconds_before + now - run->began;
    run->epoch_rows += report->rows;
    nn_watermarks_step(run, now);
    for (size_t i = 0; i < run->observer_count; i++) {
        nn_observer *observer = &run->observers[i];
        if (observer->step)
            NN_TRY(observer->step(observer->self, run, report, error));
    }
    return NN_OK;
}

/* What stopped the run is what is told in the end: trouble on top of it is a warning. */
void nn_run_settle(nn_run *run)
{
    nn_error trouble;
    for (size_t i = 0; i < run->observer_count; i++) {
        nn_observer *observer = &run->observers[i];
        if (observer->settle && observer->settle(observer->self, run, &trouble) != NN_OK)
            nn_run_say(run, "warning  %s", trouble.message);
    }
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
        .train_loss = run->progress.epoch_loss / (double)(run->train->slices.rows - run->progress.skipped),
        .learning_rate = nn_run_rate(run),
        .skipped = run->progress.skipped,
    };
    nn_run_mark(run, NN_SPAN_EVALUATE);
    NN_TRY(evaluate(run, run->evaluate_validation, &report.validated, &report.validation, error));
    NN_TRY(evaluate(run, run->evaluate_test, &report.tested, &report.test, error));
    nn_run_mark(run, NN_SPAN_NONE);
    run->test_metrics = report.test;
    const double now = nn_clock();
    report.seconds = now - run->epoch_began;
    NN_TRY(nn_watermarks_epoch(run, &report, error));
    report.rows = run->epoch_rows;
    run->epoch_began = now;
    run->epoch_rows = 0;
    NN_TRY(agree_on_time(run, now, error));
    run->progress.epoch++;
    run->progress.epoch_step = 0;
    run->progress.epoch_loss = 0;
    run->progress.skipped = 0;
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
