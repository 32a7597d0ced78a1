/** What one layer keeps from the forward pass for the backward pass, beside its output. */
#ifndef NNI_MODEL_LAYER_WORK_H
#define NNI_MODEL_LAYER_WORK_H

#include "model/network.h"

/** Arrays of [capacity, outputs] unless said otherwise; NULL where the layer does not need them. */
typedef struct nni_layer_work {
    nni_real *at;       /**< what act' is found from, where that is not the layer's output */
    nni_real *mask;     /**< with dropout: 0 or 1 / (1 - p) */
    nni_real *xhat;     /**< with a norm: normalised sums, before gamma and beta */
    nni_real *inverse;  /**< 1 / deviation: batch norm [outputs], layer norm [capacity] */
    nni_real *mean;     /**< batch norm: [outputs] means; in the backward pass means of delta */
    nni_real *products; /**< batch norm: [outputs] gamma * inverse, then means of delta * xhat */
} nni_layer_work;

/** Added to variances, so that a constant unit divides by no zero; as in PyTorch. */
static const double nni_norm_epsilon = 1e-5;

/** How much of a batch's statistics goes into the running ones; as in PyTorch. */
static const double nni_norm_momentum = 0.1;

/** Normalises the sums o of a layer over the rows of the global batch, in place, and moves the running statistics. */
void nni_batch_norm_forward(nn_network *network, size_t layer, const nni_leaf_rows *leaves, nni_real *values,
                            nni_workspace *work);

/** The same with the running statistics. */
void nni_batch_norm_infer(const nn_network *network, size_t layer, size_t rows, nni_real *values, nni_workspace *work);

/** work->delta from dE/dn to dE/do; gradients of gamma and beta. */
void nni_batch_norm_backward(const nn_network *network, size_t layer, const nni_leaf_rows *leaves, nni_workspace *work);

/** Normalises the sums o of each row over the units of a layer, in place. */
void nni_layer_norm_forward(const nn_network *network, size_t layer, size_t rows, nni_real *values,
                            nni_workspace *work);

/** work->delta from dE/dn to dE/do; gradients of gamma and beta. */
void nni_layer_norm_backward(const nn_network *network, size_t layer, const nni_leaf_rows *leaves, nni_workspace *work);

#endif
