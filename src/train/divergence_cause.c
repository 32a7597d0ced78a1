#include "train/divergence_cause.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "recipe/kind_settings.h"

/* Features and targets of this size throw off weights that are drawn for some of about 1, and rates of this many times
 * the usual one do whatever the data. */
static const double large = 30, hasty = 10;

static double largest_feature(const nni_run *run)
{
    const double *range = run->train->x_range;
    return run->normalization->kind == NN_NORMALIZE_NONE ? fmax(fabs(range[0]), fabs(range[1])) : 0;
}

/* Of the rows in memory; those in the file may be out of reach by now. */
static nn_status largest_target(const nni_run *run, double *largest, nn_error *error)
{
    const nni_dataset *train = run->train;
    *largest = 0;
    if (run->target_scaling->kind == NN_TARGETS_NONE && train->resident.values)
        for (size_t i = 0; i < train->slicing.rows * train->row.outputs; i++)
            *largest = fmax(*largest, fabs(train->resident.values[i]));
    return nni_comm_max_double(run->comm, largest, 1, error);
}

nn_status nni_find_divergence_cause(const nni_run *run, char text[NNI_CAUSE_SIZE], nn_error *error)
{
    const nni_optimizer_settings *optimizer = &run->recipe->optimizer;
    const double rate = nni_run_rate(run), usual = strtod(nni_recipe_usual_rate(optimizer->name), NULL);
    const double feature = largest_feature(run);
    double target;
    NN_TRY(largest_target(run, &target, error));
    if (optimizer->learning_rate > hasty * usual)
        snprintf(text, NNI_CAUSE_SIZE, "lower optimizer.learning_rate (now %g): %g is usual for %s", rate, usual,
                 nn_optimizer_name(optimizer->name));
    else if (feature > large)
        snprintf(text, NNI_CAUSE_SIZE,
                 "features reach %.3g and are not scaled: have data.normalize: auto, or lower optimizer.learning_rate "
                 "(now %g)",
                 feature, rate);
    else if (target > large)
        snprintf(text, NNI_CAUSE_SIZE,
                 "targets reach %.3g and are not scaled: have data.normalize_targets: auto, or lower "
                 "optimizer.learning_rate (now %g)",
                 target, rate);
    else
        snprintf(
            text, NNI_CAUSE_SIZE,
            "gradients explode: lower optimizer.learning_rate (now %g), or bound them by regularization.clip_norm: "
            "1",
            rate);
    return NN_OK;
}
