/* SPDX-License-Identifier: MIT */
/** What the passes of training and of inference share: the product of a layer. */
#ifndef NNI_MODEL_INFER_H
#define NNI_MODEL_INFER_H

#include "model/network.h"
#include "support/threads/partition.h"

/** @return the input of layer l: the batch itself or the activations of the layer below */
static inline const nni_real *nni_layer_input(const nni_workspace *work, const nni_real *x, size_t l)
{
    return l == 0 ? x : work->activations[l - 1];
}

/** Columns `outputs` of out [rows, outputs of the layer] = act(a W^T + b), a being the layer's input; not softmax. */
void nni_layer_multiply(const nn_network *network, size_t l, const nni_real *x, size_t rows, nni_partition outputs,
                        nn_activation activation, nni_real *out, nni_workspace *work);

/** A layer but the last in inference: without dropout, with the running statistics of batch norm, its activation
 * applied. */
void nni_layer_infer(const nn_network *network, size_t l, const nni_real *x, size_t rows, nni_workspace *work);

#endif
