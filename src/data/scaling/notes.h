/* SPDX-License-Identifier: MIT */
/** What a user should know of features that data.normalize: auto scales. */
#ifndef NNI_DATA_SCALING_NOTES_H
#define NNI_DATA_SCALING_NOTES_H

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
