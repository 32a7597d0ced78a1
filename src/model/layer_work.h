/* SPDX-License-Identifier: MIT */
/** What one layer keeps from the forward pass for the backward pass, beside its output. */
#ifndef NNI_MODEL_LAYER_WORK_H
#define NNI_MODEL_LAYER_WORK_H

#include "model/network.h"

/** Arrays of [capacity, outputs] unless said otherwise; NULL where the layer does not need them. */
typedef struct nni_layer_work {
    nni_real *at;       /**< what act' is found from (o, or act(o) before dropout), where activations do not hold it */
    nni_real *mask;     /**< with dropout: 0 or 1 / (1 - p) */
    nni_real *xhat;     /**< with a norm: normalised sums, before gamma and beta */
    nni_real *inverse;  /**< 1 / deviation: batch norm [outputs], layer norm [capacity] */
    nni_real *mean;     /**< batch norm: [outputs] means; in the backward pass means of delta */
    nni_real *products; /**< batch norm: [outputs] gamma * inverse, then means of delta * xhat */
} nni_layer_work;

#endif
