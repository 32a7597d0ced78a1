/* SPDX-License-Identifier: MIT */
/** The normalisations of a layer's sums, between its product and its activation. To add one, see README.md. */
#ifndef NNI_MODEL_NORMS_H
#define NNI_MODEL_NORMS_H

#include "model/network.h"
#include "support/setting.h"

/** Added to variances, so that a constant unit divides by no zero; as in PyTorch. */
#define NNI_NORM_EPSILON 1e-5

/** A normalisation with trained gamma and beta; functions are NULL where sums stay as they are. */
typedef struct nni_norm_entry {
    nni_kind kind;
    /** Units are normalised over the rows of the global batch: ranks add up sums in each pass, running means and
     * variances are kept for inference, and the layer has no bias, because the mean takes any shift out. */
    bool over_batch;
    /** Normalises the sums o [rows of all leaves, outputs] of a layer in place; in training. */
    void (*forward)(nn_network *network, size_t layer, const nni_leaf_rows *leaves, nni_real *values,
                    nni_workspace *work);
    /** The same in inference. */
    void (*infer)(const nn_network *network, size_t layer, size_t rows, nni_real *values, nni_workspace *work);
    /** Delta [outputs] of one row, from dE/dn to dE/do, n being what infer made of that row alone. */
    void (*infer_backward)(const nn_network *network, size_t layer, nni_real *delta, const nni_workspace *work);
    /** work->delta from dE/dn to dE/do, n being what forward left; gradients of gamma and beta. */
    void (*backward)(const nn_network *network, size_t layer, const nni_leaf_rows *leaves, nni_workspace *work);
} nni_norm_entry;

/** Entries are nni_norm_entry. */
extern const nni_domain nni_norm_domain;

const nni_norm_entry *nni_norm_of(nn_norm_kind norm);

/** @return what batch norm multiplies by in inference: 1 / sqrt(variance + epsilon) of a running variance */
nni_real nni_batch_norm_inverse(nni_real variance);

/** @return whether a norm has gamma, beta and functions */
static inline bool nni_norm_is_on(nn_norm_kind norm)
{
    return nni_norm_of(norm)->forward != NULL;
}

#endif
