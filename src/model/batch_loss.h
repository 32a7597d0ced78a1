/* SPDX-License-Identifier: MIT */
/** Where the backward pass begins. */
#ifndef NNI_MODEL_BATCH_LOSS_H
#define NNI_MODEL_BATCH_LOSS_H

#include "model/network.h"

/** work->delta [rows, outputs] = dE/do of the output layer, from the activations (and logits) that nni_loss left. */
void nni_output_delta(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch,
                      nni_workspace *work);

#endif
