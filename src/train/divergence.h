/* SPDX-License-Identifier: MIT */
/**
 * Steps whose loss or gradients are NaN or infinite: where that began, and what training.on_nan of the recipe says to
 * do: stop, skip the step, or roll back to the newest checkpoint with a smaller learning rate.
 */
#ifndef NNI_TRAIN_DIVERGENCE_H
#define NNI_TRAIN_DIVERGENCE_H

#include "train/run/run.h"

typedef struct nni_divergence nni_divergence;

/** Takes what may be needed, into the run's model. Local. */
nn_status nni_divergence_create(nni_run *run, nn_error *error);
void nni_divergence_free(nni_divergence *divergence);

/** Before the first batch of a step: copies what a skipped step must leave as it was, though its forward pass changes
 * it. Local. */
void nni_divergence_begin_step(nni_run *run);

/** After the forward pass of a batch whose loss is not finite on this rank: finds the first layer that is not. Local.
 * @param rows  of the batch on this rank */
void nni_divergence_locate(nni_run *run, size_t rows);

/** The loss of all ranks is not finite. Collective. @return NN_DIVERGED where the recipe says to stop */
nn_status nni_divergence_of_loss(nni_run *run, nni_step_report *report, nn_error *error);

/** The gradients of all ranks are not finite. As above.
 * @param place   of the first, see nni_gradient_sync_update; the same on every rank
 * @param counted whether the step is counted by now, and its gradients were used
 */
nn_status nni_divergence_of_gradients(nni_run *run, double place, bool counted, nni_step_report *report,
                                      nn_error *error);

/**
 * After a step: takes back what a diverged one changed, or rolls back to the newest checkpoint. Collective.
 *
 * @param rolled_back  receives whether the run is now at an earlier step
 * @return NN_DIVERGED where that has happened as often as the recipe allows
 */
nn_status nni_divergence_handle(nni_run *run, const nni_step_report *report, bool *rolled_back, nn_error *error);

/** As a callback: before weights are written, makes sure that they are finite, though loss and gradients of the step
 * before were. Rolls back where that is what the recipe says. */
nn_status nni_divergence_callback(nni_run *run, nni_callback *callback, nn_error *error);

#endif
