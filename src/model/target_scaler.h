/** How targets that are values are shifted and scaled before a network learns them, and outputs taken back; part of the
 * model and kept in checkpoints. */
#ifndef NNI_MODEL_TARGET_SCALER_H
#define NNI_MODEL_TARGET_SCALER_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/real.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y' = (y - offset) * scale, output by output, of log(1 + y) in the place of y for NN_TARGETS_LOG1P; from statistics
 * of the training split. Owns its arrays. */
typedef struct nn_target_scaling {
    nn_target_scaling_kind kind; /**< never NN_TARGETS_AUTO */
    size_t outputs;
    double *offset; /**< [outputs] */
    double *scale;  /**< [outputs], none of them 0 */
} nn_target_scaling;

/** Takes an identity: offset 0, scale 1. What it is of is found by nn_target_scaling_fit (data/dataset/dataset.h). */
nn_status nn_target_scaling_create(nn_target_scaling_kind kind, size_t outputs, nn_target_scaling **scaling,
                                   nn_error *error);
void nn_target_scaling_free(nn_target_scaling *scaling);

/**
 * Targets as the network learns them, computed in double and rounded once.
 *
 * @param values  [rows, outputs], in the user's units
 * @param to      [rows, outputs]
 */
void nn_target_scaling_apply(const nn_target_scaling *scaling, const double *values, size_t rows, nn_real *to);

/**
 * Outputs of a network in the user's units: what nn_target_scaling_apply does, undone, in double.
 *
 * @param output  [rows, outputs] activations of the last layer
 * @param to      [rows, outputs]
 */
void nn_target_scaling_restore(const nn_target_scaling *scaling, const nn_real *output, size_t rows, double *to);

#ifdef __cplusplus
}
#endif

#endif
