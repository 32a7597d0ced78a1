/* SPDX-License-Identifier: MIT */
/** Why a training diverged, as far as its data and settings tell. */
#ifndef NNI_TRAIN_DIVERGENCE_CAUSE_H
#define NNI_TRAIN_DIVERGENCE_CAUSE_H

#include "train/run/run.h"

enum { NNI_CAUSE_SIZE = 256 };

/**
 * Names what is most likely behind a loss or gradient that is not finite, and its remedy, as the end of a sentence.
 * Collective.
 *
 * @param rate  learning rate of the step
 * @param text  receives it; the same on every rank
 */
nn_status nni_find_divergence_cause(const nni_run_data *data, const nni_optimizer_settings *optimizer, double rate,
                                    nn_comm *comm, char text[NNI_CAUSE_SIZE], nn_error *error);

#endif
