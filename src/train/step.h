/* SPDX-License-Identifier: MIT */
/**
 * The parts of a training step around the passes of the network, in the order of loop.c. All but the first are
 * collective.
 */
#ifndef NNI_TRAIN_STEP_H
#define NNI_TRAIN_STEP_H

#include "train/run/run.h"

/** Loads the next batch of the step. Where its rows cannot be read, nni_step_finish_loss fails on all ranks. */
void nni_step_load(nni_run *run, nni_batch *batch);

/** After the loss of a batch: makes ready for its gradients; with the last batch of a step its loss sets out for the
 * other ranks. */
nn_status nni_step_start_loss(nni_run *run, const nni_batch *batch, nn_error *error);

/** After its backward pass. @param more  receives whether the step has more batches before its update */
nn_status nni_step_batch_done(nni_run *run, bool *more, nn_error *error);

/** Waits for the loss of the step over all ranks. Nothing is updated by then. @return NN_DIVERGED where it is not
 * finite and the recipe says to stop then; what a rank could not read, on all ranks */
nn_status nni_step_finish_loss(nni_run *run, nni_step_report *report, nn_error *error);

/** Updates the parameters by the average of the gradients over all ranks, each rank its own parts; not by that of a
 * step that diverged, nor by one that is not finite where the recipe says to skip it or to roll back. */
nn_status nni_step_update(nni_run *run, nni_step_report *report, nn_error *error);

/** Whether all gradients were finite that parameters have been updated with so far. @return NN_DIVERGED where they were
 * not and the recipe says to stop then: nni_step_finish_loss of the step after asks, and whoever reads the model before
 * that */
nn_status nni_step_check_gradients(nni_run *run, nn_error *error);

/** Counts the step, then calls the callbacks. Rolls back instead where a step diverged and the recipe says so. */
nn_status nni_step_done(nni_run *run, const nni_step_report *report, nn_error *error);

#endif
