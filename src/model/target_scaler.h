/* SPDX-License-Identifier: MIT */
/** The target scaler: shifts and scales targets that are values before training, and outputs back to the user's units;
 * part of the model and of checkpoints. */
#ifndef NNI_MODEL_TARGET_SCALER_H
#define NNI_MODEL_TARGET_SCALER_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/status.h"
#include "support/real.h"
#include "support/setting.h"

/** Entries are nni_kind. */
extern const nni_domain nni_target_scaling_domain;

/** y' = (y - offset) * scale, output by output, of log(1 + y) in the place of y for NN_TARGETS_LOG1P; from statistics
 * of the training split. Owns its arrays. */
typedef struct nni_target_scaler {
    nn_target_scaling kind; /**< never NN_TARGETS_AUTO */
    size_t outputs;
    double *offset; /**< [outputs] */
    double *scale;  /**< [outputs], none of them 0 */
} nni_target_scaler;

/** Creates an identity: offset 0, scale 1. nni_target_scaler_fit (data/dataset/dataset.h) fits one to data. */
nn_status nni_target_scaler_create(nn_target_scaling kind, size_t outputs, nni_target_scaler **scaling,
                                   nn_error *error);
void nni_target_scaler_free(nni_target_scaler *scaling);

/**
 * Targets as the network learns them, computed in double and rounded once.
 *
 * @param values  [rows, outputs], in the user's units
 * @param to      [rows, outputs]
 */
void nni_target_scaler_apply(const nni_target_scaler *scaling, const double *values, size_t rows, nni_real *to);

/**
 * Outputs of a network in the user's units: what nni_target_scaler_apply does, undone, in double.
 *
 * @param output  [rows, outputs] activations of the last layer
 * @param to      [rows, outputs]
 */
void nni_target_scaler_restore(const nni_target_scaler *scaling, const nni_real *output, size_t rows, double *to);

#endif
