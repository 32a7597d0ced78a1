/** How features are scaled: the choice, and what is found on the way that a user should know. */
#ifndef NNI_DATA_SCALING_FEATURE_SCALING_H
#define NNI_DATA_SCALING_FEATURE_SCALING_H

#include "data/scaling/statistics.h"

/** One feature among those that a note is about. */
typedef struct nni_feature_note {
    size_t features; /**< that it holds of; 0: of none */
    size_t feature;  /**< the one that it holds of most */
    double value, measure;
} nni_feature_note;

/** What data.normalize: auto found in the training rows. */
typedef struct nni_feature_scaler_notes {
    size_t constant;   /**< features that have one value */
    size_t two_valued; /**< features that have two values, where each feature is scaled on its own */
    nni_feature_note
        outliers;           /**< value: the farthest one; measure: deviations of the others from their mean to there */
    nni_feature_note codes; /**< value: how many different numbers there are */
} nni_feature_scaler_notes;

/**
 * nni_feature_scaler_fit, and of NN_NORMALIZE_AUTO what a user should know. Collective.
 *
 * @param notes  receives it; NULL saves the passes over the rows that it takes
 */
nn_status nni_feature_scaler_fit_noting(nni_feature_scaler *normalization, const nni_dataset *dataset, nn_comm *comm,
                                        nni_feature_scaler_notes *notes, nn_error *error);

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

/**
 * Sets aside what lies more than three deviations off the mean, until nothing new does (sigma clipping). Collective.
 *
 * @param passes  over the rows, at most
 * @param found  moments; they become those of what is left. A feature with nothing but one value left keeps its own
 */
nn_status nni_statistics_clip(const nni_dataset *dataset, size_t passes, nn_comm *comm, nni_statistics *found,
                              nn_error *error);

/** Notes of features that are each scaled on its own. Collective. @param found  moments and range; clipped here */
nn_status nni_feature_scaler_note(const nni_dataset *dataset, nn_comm *comm, nni_statistics *found,
                                  nni_feature_scaler_notes *notes, nn_error *error);

#endif
