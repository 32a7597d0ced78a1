/** How features are shifted and scaled before they enter the network; part of the model and kept in checkpoints. */
#ifndef NNI_MODEL_FEATURE_SCALER_H
#define NNI_MODEL_FEATURE_SCALER_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/real.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** x' = (x - offset) * scale, feature by feature, within -limit ... limit where there is one, or `missing` where x is
 * NaN; from statistics of the training split. Owns its arrays. */
typedef struct nn_normalization {
    nn_normalization_kind kind;
    size_t features;
    double *offset;       /**< [features] */
    double *scale;        /**< [features]; 0 for a feature that the training rows have one value of */
    double limit;         /**< 0: none */
    nn_real *missing;     /**< [features] what stands for a missing value, normalised; NULL: none may be missing */
    nn_real *offset_real; /**< [features] offset, rounded by nn_normalization_round */
    nn_real *scale_real;  /**< [features] */
} nn_normalization;

/** Takes an identity normalisation: offset 0, scale 1. */
nn_status nn_normalization_create(nn_normalization_kind kind, size_t features, nn_normalization **normalization,
                                  nn_error *error);

/** Has missing values replaced, by what is then measured or read. */
nn_status nn_normalization_impute(nn_normalization *normalization, nn_error *error);

/** Rounds offset and scale for types of x that an nn_real holds exactly; to be called after these were written. */
void nn_normalization_round(nn_normalization *normalization);

void nn_normalization_free(nn_normalization *normalization);

#ifdef __cplusplus
}
#endif

#endif
