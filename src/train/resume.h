/* SPDX-License-Identifier: MIT */
/** Resuming a run: finding the checkpoint, checking that it is of this training, restoring from it. */
#ifndef NNI_TRAIN_RESUME_H
#define NNI_TRAIN_RESUME_H

#include "checkpoint/checkpoint.h"
#include "train/run/run.h"

/**
 * Reads the checkpoint to continue from. Collective.
 *
 * Without a named file the newest intact one of the run's folder is taken; each damaged one is skipped with a warning.
 *
 * @param checkpoint  receives NULL where the folder has none
 * @return NN_DATA where a named file is no intact checkpoint, or the folder has checkpoints but no intact one
 */
nn_status nni_resume_read(nni_run *run, const nn_train_options *options, nni_checkpoint **checkpoint, nn_error *error);

/**
 * The newest checkpoint of a folder whose seal holds; each damaged one is skipped with a warning. Rank 0 alone.
 *
 * @param path  receives its name; empty: the folder has none
 * @return NN_DATA where the folder has checkpoints but no intact one
 */
nn_status nni_resume_newest(const char *folder, const nni_output *output, char path[PATH_MAX], nn_error *error);

/**
 * Refuses a checkpoint of another network, other data or another order of samples. Local, and alike on every rank.
 *
 * Whatever else changed in the recipe is taken from the recipe: more epochs, a lower rate.
 */
nn_status nni_resume_check(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error);

/** Gives the run initial weights, those of the model that it begins with among them, and an optimizer without state.
 * Collective. */
nn_status nni_resume_begin(nni_run *run, nn_error *error);

/** Copies a checkpoint's weights, optimizer state and counters into the run. Collective. */
nn_status nni_resume_take(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error);

#endif
