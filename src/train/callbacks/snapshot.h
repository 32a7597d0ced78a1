/** A checkpoint that is written while the training goes on: rank 0's copy of the state, and the thread that writes it.
 */
#ifndef NNI_TRAIN_CALLBACKS_SNAPSHOT_H
#define NNI_TRAIN_CALLBACKS_SNAPSHOT_H

#include "train/run.h"

typedef struct nn_snapshot nn_snapshot;

/** Takes the memory of the copy: parameters and what the optimizer keeps of them, once more. Local. */
nn_status nn_snapshot_create(const nn_run *run, nn_snapshot **snapshot, nn_error *error);

/** Waits for a write under way. NULL is fine. */
void nn_snapshot_free(nn_snapshot *snapshot);

/** Copies the state and begins to write it; what was begun before has been finished. @param path  copied */
void nn_snapshot_begin(nn_snapshot *snapshot, const char *path, const nn_checkpoint *state);

/** Waits for the write that was begun. @return its outcome */
nn_status nn_snapshot_finish(nn_snapshot *snapshot, nn_error *error);

#endif
