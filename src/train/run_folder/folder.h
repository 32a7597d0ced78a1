/* SPDX-License-Identifier: MIT */
/** The folder of a run and the checkpoints in it. All local: rank 0 alone looks at the disk. */
#ifndef NNI_TRAIN_RUN_FOLDER_FOLDER_H
#define NNI_TRAIN_RUN_FOLDER_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"
#include "nntrain/train.h"
#include "train/run_folder/run_lock.h"

/** A run's folder as it was found or made. */
typedef struct nni_folder {
    char path[PATH_MAX];
    bool created; /* by us, just now */
} nni_folder;

/**
 * Finds the folder of the run to be continued, or makes a new one, and takes it for this run alone.
 *
 * @param lock  receives what is to be released in the end, also where this fails; or NULL
 * @return NN_USAGE where the folder holds a run that nobody asked to continue; NN_SYSTEM where it cannot be made or
 * written to, or another run has it
 */
nn_status nni_folder_open(const nn_train_options *options, nni_folder *folder, nni_run_lock **lock, nn_error *error);

/** Takes a folder away again where it was created and nothing is in it. */
void nni_folder_abandon(const nni_folder *folder);

/** Path of the checkpoint of a step. */
nn_status nni_folder_checkpoint(const char *folder, uint64_t step, char path[PATH_MAX], nn_error *error);

/** Joins folder and name; NN_SYSTEM where that is too long. */
nn_status nni_folder_join(const char *folder, const char *name, char path[PATH_MAX], nn_error *error);

#endif
