/* SPDX-License-Identifier: MIT */
/** What data.normalize: auto becomes: by type, shape and statistics of the training rows, never by names. */
#ifndef NNI_DATA_SCALING_CHOICE_H
#define NNI_DATA_SCALING_CHOICE_H

#include "data/scaling/statistics.h"
#include "nntrain/kinds.h"

/** @return whether a feature has no two values in the training rows */
static inline bool nni_feature_is_constant(const nni_statistics *found, size_t i)
{
    return !(found->most[i] > found->least[i]);
}

/**
 * @param found  moments and range
 * @return whether a feature has two values: among all features of that range and mean, only one with no value in
 * between has a variance of (mean - least) (most - mean) (Bhatia and Davis, 2000)
 */
bool nni_feature_is_two_valued(const nni_statistics *found, size_t i);

/** @param found  moments and range. @return the kind that NN_NORMALIZE_AUTO becomes */
nn_feature_scaling nni_feature_scaler_choose(const nni_dataset *dataset, const nni_statistics *found);

#endif
