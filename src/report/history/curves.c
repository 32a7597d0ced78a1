/* SPDX-License-Identifier: MIT */
/* Questions about the curves of a run. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/history/history.h"

const nni_curve *nni_history_curve(const nni_history *history, const char *name)
{
    for (size_t i = 0; i < history->curve_count; i++)
        if (strcmp(history->curves[i].name, name) == 0)
            return &history->curves[i];
    return NULL;
}

double nni_history_last(const nni_history *history, const char *name)
{
    const nni_curve *curve = nni_history_curve(history, name);
    for (size_t i = curve ? history->epochs : 0; i-- > 0;)
        if (isfinite(curve->values[i]))
            return curve->values[i];
    return (double)NAN;
}

const char *const nni_figure_split_names[NNI_FIGURE_SPLITS] = {"train", "validation", "test"};

nni_figure_split nni_figure_split_of(const char *name, const char **metric)
{
    for (int split = 0; split < NNI_FIGURE_SPLITS; split++) {
        const size_t length = strlen(nni_figure_split_names[split]);
        if (strncmp(name, nni_figure_split_names[split], length) == 0 && name[length] == '_' && name[length + 1]) {
            *metric = name + length + 1;
            return (nni_figure_split)split;
        }
    }
    *metric = name;
    return NNI_FIGURE_OF_NONE;
}

bool nni_history_lower_is_better(const char *name, bool *known)
{
    const char *rest;
    *known = false;
    if (nni_figure_split_of(name, &rest) == NNI_FIGURE_OF_NONE)
        return false;
    for (int metric = 0; metric < NN_METRIC_COUNT; metric++)
        if (strcmp(rest, nn_metric_name((nn_metric)metric)) == 0) {
            *known = true;
            return nn_metric_lower_is_better((nn_metric)metric);
        }
    return false;
}

/* @return the loss of the split that a figure is of, which tells apart epochs of the same figure; NULL: none, or the
 * figure is what early stopping judges by, whose model is that of the first such epoch */
static const nni_curve *find_loss(const nni_history *history, const nni_curve *curve)
{
    char name[64];
    const size_t split = strcspn(curve->name, "_");
    if (history->watched && strncmp(curve->name, "validation_", 11) == 0 &&
        strcmp(curve->name + 11, history->watched) == 0)
        return NULL;
    if (snprintf(name, sizeof name, "%.*s_loss", (int)split, curve->name) >= (int)sizeof name)
        return NULL;
    return nni_history_curve(history, name);
}

size_t nni_history_best(const nni_history *history, const nni_curve *curve)
{
    bool known = false;
    size_t best = SIZE_MAX;
    const bool lower = nni_history_lower_is_better(curve->name, &known);
    const nni_curve *loss = known ? find_loss(history, curve) : NULL;
    for (size_t i = 0; known && i < history->epochs; i++) {
        const double value = curve->values[i];
        if (!isfinite(value))
            continue;
        if (best == SIZE_MAX || (lower ? value < curve->values[best] : value > curve->values[best]) ||
            (value == curve->values[best] && loss && loss->values[i] < loss->values[best]))
            best = i;
    }
    return best;
}

static bool has_values(const nni_history *history, const nni_curve *curve)
{
    for (size_t i = 0; curve && i < history->epochs; i++)
        if (isfinite(curve->values[i]))
            return true;
    return false;
}

/* @return a curve with values, "SPLIT_METRIC"; NULL: there is none */
static const nni_curve *find(const nni_history *history, const char *split, const char *metric)
{
    char name[64];
    if (snprintf(name, sizeof name, "%s_%s", split, metric) >= (int)sizeof name)
        return NULL;
    const nni_curve *curve = nni_history_curve(history, name);
    return has_values(history, curve) ? curve : NULL;
}

const nni_curve *nni_history_main_curve(const nni_history *history)
{
    static const char *const splits[] = {"validation", "test"};
    static const char *const metrics[] = {"accuracy", "f1_micro", "rmse", "loss"};
    const nni_curve *found = history->watched ? find(history, "validation", history->watched) : NULL;
    for (size_t split = 0; split < sizeof splits / sizeof *splits; split++)
        for (size_t metric = 0; !found && metric < sizeof metrics / sizeof *metrics; metric++)
            found = find(history, splits[split], metrics[metric]);
    if (!found)
        found = nni_history_curve(history, "train_loss");
    return found ? found : history->curves;
}

const nni_curve *nni_history_test_of(const nni_history *history, const nni_curve *curve)
{
    return strncmp(curve->name, "validation_", 11) == 0 ? find(history, "test", curve->name + 11) : NULL;
}
