/* SPDX-License-Identifier: MIT */
/** The trained model in a checkpoint. */
#ifndef NNI_CHECKPOINT_TRAINED_H
#define NNI_CHECKPOINT_TRAINED_H

#include "checkpoint/checkpoint.h"
#include "model/trained.h"

/** Of several sigmoid outputs each is a label of its own, unless classes were trained, one against the rest. Scaled
 * values stay values under any. */
nn_prediction nni_checkpoint_predicts(const nni_checkpoint *model);

/** @return the model in a checkpoint, which it borrows */
nni_trained nni_trained_of(const nni_checkpoint *model);

#endif
