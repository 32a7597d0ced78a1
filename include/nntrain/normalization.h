/** How features are shifted and scaled before they enter the network; part of the model and kept in checkpoints. */
#ifndef NNTRAIN_NORMALIZATION_H
#define NNTRAIN_NORMALIZATION_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/real.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** x' = (x - offset) * scale, feature by feature, or `missing` where x is NaN; statistics of the training split. Owns
 * its arrays. */
typedef struct nn_normalization {
    nn_normalization_kind kind;
    size_t features;
    nn_real *offset;  /**< [features] */
    nn_real *scale;   /**< [features] */
    nn_real *missing; /**< [features] what stands for a missing value, normalised; NULL: none may be missing */
} nn_normalization;

/** Takes an identity normalisation: offset 0, scale 1. */
nn_status nn_normalization_create(nn_normalization_kind kind, size_t features, nn_normalization **normalization,
                                  nn_error *error);

/** Has missing values replaced, by what is then measured or read. */
nn_status nn_normalization_impute(nn_normalization *normalization, nn_error *error);

void nn_normalization_free(nn_normalization *normalization);

#ifdef __cplusplus
}
#endif

#endif
