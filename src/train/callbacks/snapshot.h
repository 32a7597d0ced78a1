/* SPDX-License-Identifier: MIT */
/** A checkpoint that is written while the training goes on: rank 0's copy of the state, and the thread that writes it.
 */
#ifndef NNI_TRAIN_CALLBACKS_SNAPSHOT_H
#define NNI_TRAIN_CALLBACKS_SNAPSHOT_H

#include "checkpoint/checkpoint.h"
#include "recipe/recipe.h"

typedef struct nni_snapshot nni_snapshot;

/** Takes the memory of the copy: parameters and what the optimizer keeps of them, once more. Local. */
nn_status nni_snapshot_create(const nn_recipe *recipe, size_t inputs, nni_snapshot **snapshot, nn_error *error);

/** Waits for a write under way. NULL is fine. */
void nni_snapshot_free(nni_snapshot *snapshot);

/** Copies the state and begins to write it; what was begun before has been finished. @param path  copied */
void nni_snapshot_begin(nni_snapshot *snapshot, const char *path, const nni_checkpoint *state);

/** Waits for the write that was begun. @return its status */
nn_status nni_snapshot_finish(nni_snapshot *snapshot, nn_error *error);

#endif
