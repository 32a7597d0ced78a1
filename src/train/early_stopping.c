/* Until convergence: the watched metric, its best value, and the stops of the recipe. */
#include <math.h>

#include "train/run/run.h"

/* Whether a value is better than another by more than the tolerance; anything is better than nothing. */
static bool better(const nni_stop_settings *stop, double value, double than)
{
    if (isnan(value) || isnan(than))
        return !isnan(value);
    return nn_metric_lower_is_better(stop->metric) ? value < than - stop->tolerance : value > than + stop->tolerance;
}

/* The metric on the validation split; without one, the training loss. */
static double watched(const nni_run *run, const nni_epoch_report *report)
{
    return report->validated ? report->validation.value[run->recipe->training.stop.metric] : report->train_loss;
}

static bool reached(const nni_stop_settings *stop, double value)
{
    if (!stop->has_target || isnan(value))
        return false;
    return nn_metric_lower_is_better(stop->metric) ? value <= stop->target : value >= stop->target;
}

/* Stops that the progress alone tells of, so that a resumed run knows them too. */
static const char *exhausted(const nni_run *run)
{
    const nni_stop_settings *stop = &run->recipe->training.stop;
    if (stop->patience > 0 && run->progress.patience >= stop->patience)
        return "no improvement for as many epochs as stop.patience allows";
    if (stop->seconds > 0 && run->progress.seconds >= stop->seconds)
        return "stop.time is over";
    if (!isnan(run->progress.best) && reached(stop, run->progress.best))
        return "stop.target is reached";
    return NULL;
}

void nni_run_check_early_stopping(nni_run *run, nni_epoch_report *report)
{
    const nni_stop_settings *stop = &run->recipe->training.stop;
    nni_progress *at = &run->progress;
    const double value = watched(run, report);
    report->improved = better(stop, value, at->best);
    at->patience = report->improved ? 0 : at->patience + 1;
    if (report->improved) {
        at->best = value;
        at->best_epoch = at->epoch;
    }
    run->finish_reason = exhausted(run);
    run->finished = run->finish_reason != NULL;
}

bool nni_run_was_finished(const nni_run *run)
{
    return exhausted(run) != NULL;
}
