/* SPDX-License-Identifier: MIT */
#include "train/divergence_cause.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "optim/sections.h"

/* Features and targets of this size throw off weights that are drawn for some of about 1, and rates of this many times
 * the usual one do whatever the data. */
static const double large = 30, hasty = 10;

static double largest_feature(const nni_run_data *data)
{
    const double *range = data->train->x_range;
    return data->feature_scaler->kind == NN_NORMALIZE_NONE ? fmax(fabs(range[0]), fabs(range[1])) : 0;
}

/* Of the rows in memory; those in the file may be out of reach by now. */
static nn_status largest_target(const nni_run_data *data, nn_comm *comm, double *largest, nn_error *error)
{
    const nni_dataset *train = data->train;
    *largest = 0;
    if (data->target_scaler->kind == NN_TARGETS_NONE && train->resident.values)
        for (size_t i = 0; i < train->slicing.rows * train->row.outputs; i++)
            *largest = fmax(*largest, fabs(train->resident.values[i]));
    return nni_comm_max_double(comm, largest, 1, error);
}

nn_status nni_find_divergence_cause(const nni_run_data *data, const nni_optimizer_settings *optimizer, double rate,
                                    nn_comm *comm, char text[NNI_CAUSE_SIZE], nn_error *error)
{
    const double usual = strtod(nni_optimizer_usual_rate(optimizer->name), NULL);
    const double feature = largest_feature(data);
    double target;
    NN_TRY(largest_target(data, comm, &target, error));
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
