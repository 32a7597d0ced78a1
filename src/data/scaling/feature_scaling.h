/* SPDX-License-Identifier: MIT */
/** How features are scaled: measured on a training split, and applied to rows as they are given out. */
#ifndef NNI_DATA_SCALING_FEATURE_SCALING_H
#define NNI_DATA_SCALING_FEATURE_SCALING_H

#include "data/scaling/notes.h"
#include "model/feature_scaler.h"

/**
 * Measures offset and scale on a training split, and what stands for missing values where the normalisation has that.
 * Collective; the same bits on any number of ranks.
 *
 * Means and squared deviations are found slice by slice (Welford) in double and merged in slice order (Chan, Golub,
 * LeVeque, 1983). A feature without spread gets scale 0, so that no other value of it in another split can be large.
 * NN_NORMALIZE_AUTO becomes the kind that is chosen.
 *
 * @return NN_DATA where a feature that is to be imputed has no value in any row, or where one spreads too far for
 * doubles
 */
nn_status nni_feature_scaler_fit(nni_feature_scaler *normalization, const nni_dataset *dataset, nn_comm *comm,
                                 nn_error *error);

/** Widens the range, where one is known, to further training rows; forgets it where these are not in memory, since they
 * are not read for that alone. Collective. */
nn_status nni_feature_scaler_widen_range(nni_feature_scaler *normalization, const nni_dataset *dataset, nn_comm *comm,
                                         nn_error *error);

/**
 * Has rows normalised from now on as they are given out; the resident ones stay as they are. Local. NN_DATA where the
 * number of features differs, or where a number is beyond the range of nni_real and nothing scales it, naming the file.
 *
 * @param normalization  borrowed; outlives the dataset's use
 */
nn_status nni_dataset_normalize(nni_dataset *dataset, const nni_feature_scaler *normalization, nn_error *error);

/**
 * nni_feature_scaler_fit, and of NN_NORMALIZE_AUTO what a user should know. Collective.
 *
 * @param notes  receives it; NULL saves the passes over the rows that it takes
 */
nn_status nni_feature_scaler_fit_noting(nni_feature_scaler *normalization, const nni_dataset *dataset, nn_comm *comm,
                                        nni_feature_scaler_notes *notes, nn_error *error);

#endif
