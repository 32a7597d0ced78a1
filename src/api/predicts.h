/* SPDX-License-Identifier: MIT */
/** What the outputs of a trained network speak of. */
#ifndef NNI_API_PREDICTS_H
#define NNI_API_PREDICTS_H

#include "checkpoint/checkpoint.h"
#include "nntrain/model.h"

/** Of several sigmoid outputs each is a label of its own, unless classes were trained, one against the rest. Scaled
 * values stay values under any. */
nn_prediction nni_checkpoint_predicts(const nni_checkpoint *model);

#endif
