/** Steps whose loss or gradients are NaN or infinite: where that began, and what the recipe says to do about them. */
#ifndef NNI_TRAIN_DIVERGENCE_H
#define NNI_TRAIN_DIVERGENCE_H

#include "train/run.h"

/** Takes what may be needed. Local. */
nn_status nn_trouble_create(const nn_run *run, nn_trouble **trouble, nn_error *error);
void nn_trouble_free(nn_trouble *trouble);

/** Before the first batch of a step: what a skipped step must leave as it was, though its forward pass moves it. */
void nn_trouble_begin_step(nn_run *run);

/** After the forward pass of a batch whose share of the loss is not finite on this rank: where that began. Local. */
void nn_trouble_note(nn_run *run, const nn_batch *batch);

/** The loss of all ranks is not finite. Collective. @return NN_DIVERGED where the recipe says to stop */
nn_status nn_trouble_with_loss(nn_run *run, nn_step_report *report, nn_error *error);

/** The gradients of all ranks, of which the first `count` are there, are not finite. As above; alike on every rank. */
nn_status nn_trouble_with_gradients(nn_run *run, size_t count, nn_step_report *report, nn_error *error);

/**
 * After a broken step: takes back what it moved, or goes back to the newest checkpoint. Collective.
 *
 * @param back  receives whether the run is now at an earlier step
 * @return NN_DIVERGED where that has happened as often as the recipe allows
 */
nn_status nn_trouble_mend(nn_run *run, bool *back, nn_error *error);

/**
 * Before weights are kept: makes sure that they are finite, though loss and gradients of the step before were. Goes
 * back as above where that is what the recipe says. Collective. @return NN_DIVERGED where they are not, and it does not
 */
nn_status nn_trouble_with_weights(nn_run *run, bool *back, nn_error *error);

/** After a step that is sound. */
void nn_trouble_over(nn_run *run);

#endif
