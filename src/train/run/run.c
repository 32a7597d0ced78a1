/* SPDX-License-Identifier: MIT */
#include "train/run/run.h"

bool nni_run_is_over(const nni_run *run)
{
    return run->progress.finished || run->progress.counters.epoch == run->recipe->training.epochs;
}

void nni_run_mark(nni_run *run, nni_span_kind kind)
{
    nni_timeline_begin(&run->timeline, (nni_activity){kind, NNI_NO_DETAIL});
}

size_t nni_run_step_rows(const nni_run *run)
{
    const size_t rows = run->data.train->slicing.slices.rows;
    const size_t most = run->plan.batch_rows * run->recipe->training.accumulate;
    const size_t seen = run->progress.counters.epoch_step * most;
    return rows - seen < most ? rows - seen : most;
}

double nni_run_rate(const nni_run *run)
{
    const nni_schedule_span span = {
        .epoch_steps = run->plan.epoch_steps,
        .epochs = run->recipe->training.epochs,
        .step_rows = run->plan.batch_rows * run->recipe->training.accumulate,
    };
    return nni_schedule_rate(&run->recipe->schedule, run->recipe->optimizer.learning_rate, span,
                             &run->progress.counters.schedule, run->progress.counters.step);
}

nni_leaf_range nni_run_leaves(const nn_recipe *recipe, const nn_comm *comm)
{
    if (!recipe->parallel.reproducible)
        return (nni_leaf_range){.total = 1, .first = 0, .count = 1};
    return nni_leaf_range_of_rank(recipe->parallel.slices, (size_t)comm->rank, (size_t)comm->size);
}
