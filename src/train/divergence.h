/** Steps whose loss or gradients are NaN or infinite: where that began, and what the recipe says to do about them. */
#ifndef NNI_TRAIN_DIVERGENCE_H
#define NNI_TRAIN_DIVERGENCE_H

#include "train/run/run.h"

/** Takes what may be needed. Local. */
nn_status nni_divergence_create(const nni_run *run, nni_divergence **trouble, nn_error *error);
void nni_divergence_free(nni_divergence *trouble);

/** Before the first batch of a step: what a skipped step must leave as it was, though its forward pass moves it. */
void nni_divergence_begin_step(nni_run *run);

/** After the forward pass of a batch whose share of the loss is not finite on this rank: where that began. Local. */
void nni_divergence_note(nni_run *run, const nni_batch *batch);

/** The loss of all ranks is not finite. Collective. @return NN_DIVERGED where the recipe says to stop */
nn_status nni_divergence_with_loss(nni_run *run, nni_step_report *report, nn_error *error);

/** The gradients of all ranks, of which the first `count` are there, are not finite. As above; alike on every rank. */
nn_status nni_divergence_with_gradients(nni_run *run, size_t count, nni_step_report *report, nn_error *error);

/**
 * After a broken step: takes back what it moved, or goes back to the newest checkpoint. Collective.
 *
 * @param back  receives whether the run is now at an earlier step
 * @return NN_DIVERGED where that has happened as often as the recipe allows
 */
nn_status nni_divergence_mend(nni_run *run, bool *back, nn_error *error);

/**
 * Before weights are kept: makes sure that they are finite, though loss and gradients of the step before were. Goes
 * back as above where that is what the recipe says. Collective. @return NN_DIVERGED where they are not, and it does not
 */
nn_status nni_divergence_with_weights(nni_run *run, bool *back, nn_error *error);

/** After a step that is sound. */
void nni_divergence_over(nni_run *run);

#endif
