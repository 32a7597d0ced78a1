/* SPDX-License-Identifier: MIT */
/** Setup of a run: splits, scaling and augmentation. All are collective. */
#ifndef NNI_TRAIN_SETUP_DATA_H
#define NNI_TRAIN_SETUP_DATA_H

#include "train/run/run.h"

/** Replaces each auto in the recipe by a number: that of the run which is continued, or one chosen for this data.
 * @param checkpoint  NULL: a new run */
nn_status nni_setup_resolve_recipe(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error);

/** Opens the training split, and the others or holds them out of it. */
nn_status nni_setup_open_data(nni_run *run, nn_error *error);

/** Targets as the outputs of the recipe's network need them. */
nn_status nni_setup_fit_targets(nni_run *run, nn_error *error);

/** Finds what features are called, for rank 0. @param checkpoint  that the training goes on from, whose names are kept;
 * NULL: a new run */
nn_status nni_setup_name_features(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error);

/** Scales features and targets, by what the checkpoint scaled by or by what the training split asks for.
 * @param checkpoint  gives its target scaler away; NULL: a new run */
nn_status nni_setup_scale(nni_run *run, nni_checkpoint *checkpoint, nn_error *error);

/** Once features are scaled. Local. */
nn_status nni_setup_augment(nni_run *run, nn_error *error);

/** Frees splits, scalers and the resolved recipe. */
void nni_setup_free_data(nni_run *run);

#endif
