/* SPDX-License-Identifier: MIT */
#include "train/early_stopping.h"

#include <math.h>

/* Whether a value is better than another by more than the tolerance; anything is better than nothing. */
static bool better(const nni_stop_settings *stop, double value, double than)
{
    if (isnan(value) || isnan(than))
        return !isnan(value);
    return nn_metric_lower_is_better(stop->metric) ? value < than - stop->tolerance : value > than + stop->tolerance;
}

/* The metric on the validation split; without one, the training loss. */
static double followed_value(const nni_stop_settings *stop, const nni_epoch_report *report)
{
    return report->validated ? report->validation.value[stop->metric] : report->train_loss;
}

static bool reached(const nni_stop_settings *stop, double value)
{
    if (!stop->has_target || isnan(value))
        return false;
    return nn_metric_lower_is_better(stop->metric) ? value <= stop->target : value >= stop->target;
}

/* Stops that depend on the counters alone, so that they hold in a resumed run too. @return NULL: none holds */
static const char *stop_reason(const nni_stop_settings *stop, const nni_progress *counters)
{
    if (stop->patience > 0 && counters->patience >= stop->patience)
        return "no improvement for as many epochs as stop.patience allows";
    if (stop->seconds > 0 && counters->seconds >= stop->seconds)
        return "stop.time is over";
    if (!isnan(counters->best) && reached(stop, counters->best))
        return "stop.target is reached";
    return NULL;
}

void nni_early_stopping_update(const nni_stop_settings *stop, nni_run_progress *progress, nni_epoch_report *report)
{
    nni_progress *counters = &progress->counters;
    const double value = followed_value(stop, report);
    report->improved = better(stop, value, counters->best);
    counters->patience = report->improved ? 0 : counters->patience + 1;
    if (report->improved) {
        counters->best = value;
        counters->best_epoch = counters->epoch;
    }
    progress->finish_reason = stop_reason(stop, counters);
    progress->finished = progress->finish_reason != NULL;
}

bool nni_early_stopping_holds(const nni_stop_settings *stop, const nni_progress *counters)
{
    return stop_reason(stop, counters) != NULL;
}
