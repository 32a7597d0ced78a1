/* What happens around the five steps: batches, the end of a step, the end of an epoch. */

#include "train/divergence.h"
#include "train/run.h"

void nni_run_mark(nni_run *run, nni_span_kind kind)
{
    nni_timeline_begin(&run->timeline, (nni_activity){kind, NNI_NO_DETAIL});
}

size_t nni_run_step_rows(const nni_run *run)
{
    const size_t rows = run->train->slicing.slices.rows, most = run->batch_rows * run->recipe->training.accumulate;
    const size_t seen = run->progress.epoch_step * most;
    return rows - seen < most ? rows - seen : most;
}

/* Trouble is told with the loss: the other ranks have set out for their step, and wait for this one in the middle of
 * it. */
void nni_run_load(nni_run *run, nni_batch *batch)
{
    nni_run_mark(run, NNI_SPAN_LOAD);
    if (run->part == 0)
        nni_divergence_begin_step(run);
    const size_t index = run->progress.epoch_step * run->recipe->training.accumulate + run->part;
    const nn_status status = nni_sampler_batch(run->sampler, run->progress.epoch, index, batch, &run->load_error);
    if (run->load_status == NN_OK)
        run->load_status = status;
    batch->global_rows = nni_run_step_rows(run);
    if (run->recipe->parallel.reproducible)
        batch->leaves = nni_sampler_leaves(run->sampler);
}

double nni_run_rate(const nni_run *run)
{
    const nni_schedule_span span = {
        .epoch_steps = run->epoch_steps,
        .epochs = run->recipe->training.epochs,
        .step_rows = run->batch_rows * run->recipe->training.accumulate,
    };
    return nni_schedule_rate(&run->recipe->schedule, run->recipe->optimizer.learning_rate, span,
                             &run->progress.schedule, run->progress.step);
}

nn_status nni_run_step_done(nni_run *run, const nni_step_report *report, nn_error *error)
{
    nni_run_mark(run, NNI_SPAN_NONE);
    bool back = false;
    if (report->broken)
        NN_TRY(nni_divergence_mend(run, &back, error));
    else
        nni_divergence_over(run);
    if (back)
        return NN_OK;
    run->progress.step++;
    run->progress.epoch_step++;
    if (report->broken)
        run->progress.skipped += report->rows;
    else
        run->progress.epoch_loss += report->loss * (double)report->rows;
    const double now = nni_clock();
    run->progress.seconds = run->seconds_before + now - run->began;
    run->epoch_rows += report->rows;
    nni_resource_usage_step(run, now);
    for (size_t i = 0; i < run->observer_count; i++) {
        nni_callback *observer = &run->observers[i];
        if (observer->step)
            NN_TRY(observer->step(observer->self, run, report, error));
    }
    return NN_OK;
}

/* What stopped the run is what is told in the end: trouble on top of it is a warning. */
void nni_run_finish_checkpoints(nni_run *run)
{
    nn_error trouble;
    for (size_t i = 0; i < run->observer_count; i++) {
        nni_callback *observer = &run->observers[i];
        if (observer->settle && observer->settle(observer->self, run, &trouble) != NN_OK)
            nni_run_say(run, "warning  %s", trouble.message);
    }
}

static nn_status evaluate(nni_run *run, nni_evaluator *evaluator, bool *done, nni_metrics *metrics, nn_error *error)
{
    *done = evaluator != NULL;
    if (!evaluator)
        return NN_OK;
    return nni_evaluate(evaluator, &run->recipe->loss, run->network, run->work, metrics, error);
}

/* Clocks differ, and what depends on them must not: rank 0's time is everybody's. */
static nn_status agree_on_time(nni_run *run, double now, nn_error *error)
{
    run->progress.seconds = run->seconds_before + now - run->began;
    return nn_comm_broadcast(run->comm, &run->progress.seconds, sizeof run->progress.seconds, error);
}

nn_status nni_run_epoch_done(nni_run *run, nn_error *error)
{
    nni_epoch_report report = {
        .train_loss = run->progress.epoch_loss / (double)(run->train->slicing.slices.rows - run->progress.skipped),
        .learning_rate = nni_run_rate(run),
        .skipped = run->progress.skipped,
    };
    nni_run_mark(run, NNI_SPAN_EVALUATE);
    NN_TRY(evaluate(run, run->evaluate_validation, &report.validated, &report.validation, error));
    NN_TRY(evaluate(run, run->evaluate_test, &report.tested, &report.test, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    run->test_metrics = report.test;
    const double now = nni_clock();
    report.seconds = now - run->epoch_began;
    NN_TRY(nni_resource_usage_epoch(run, &report, error));
    report.rows = run->epoch_rows;
    run->epoch_began = now;
    run->epoch_rows = 0;
    NN_TRY(agree_on_time(run, now, error));
    run->progress.epoch++;
    run->progress.epoch_step = 0;
    run->progress.epoch_loss = 0;
    run->progress.skipped = 0;
    nni_schedule_observe(&run->recipe->schedule, &run->progress.schedule,
                         report.validated ? report.validation.value[NN_METRIC_LOSS] : report.train_loss);
    nni_run_check_early_stopping(run, &report);
    for (size_t i = 0; i < run->observer_count; i++) {
        nni_callback *observer = &run->observers[i];
        if (observer->epoch)
            NN_TRY(observer->epoch(observer->self, run, &report, error));
    }
    return NN_OK;
}
