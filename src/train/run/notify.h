/* SPDX-License-Identifier: MIT */
/**
 * Calls all callbacks of a run at a moment: in the order of their table, or at the end backwards, so that what writes
 * the model comes before what prints where it is. All are collective.
 */
#ifndef NNI_TRAIN_RUN_NOTIFY_H
#define NNI_TRAIN_RUN_NOTIFY_H

#include "train/run/run.h"

/** Makes the callbacks of a table. Local. @param makers  [count] */
nn_status nni_callbacks_create(nni_run *run, const nni_callback_maker *makers, size_t count, nn_error *error);
void nni_callbacks_free(nni_callbacks *callbacks);

nn_status nni_notify_begin(nni_run *run, nn_error *error);
nn_status nni_notify_step(nni_run *run, const nni_step_report *report, nn_error *error);
nn_status nni_notify_epoch(nni_run *run, const nni_epoch_report *report, nn_error *error);

/** Before weights are written: they are finite, the same on all ranks, and trained on the rows that were read.
 * @param rolled_back  receives whether the run went back instead; NULL: it cannot */
nn_status nni_notify_before_write(nni_run *run, bool *rolled_back, nn_error *error);

/** Before an error is reported on all ranks: last_checkpoint is the newest good one then. */
void nni_notify_finish_write(nni_run *run);

nn_status nni_notify_rolled_back(nni_run *run, nn_error *error);

/** Backwards. */
nn_status nni_notify_end(nni_run *run, nn_error *error);

/** Backwards, instead of the end. */
void nni_notify_halt(nni_run *run);

#endif
