/* SPDX-License-Identifier: MIT */
/** The feature scaler: shifts and scales features before the first layer; part of the model and of checkpoints. */
#ifndef NNI_MODEL_FEATURE_SCALER_H
#define NNI_MODEL_FEATURE_SCALER_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/status.h"
#include "support/element.h"
#include "support/real.h"
#include "support/setting.h"

/** Entries are nni_kind. */
extern const nni_domain nni_feature_scaling_domain;

/** x' = (x - offset) * scale, feature by feature, within -limit ... limit where there is one, or `missing` where x is
 * NaN; from statistics of the training split. Owns its arrays. */
typedef struct nni_feature_scaler {
    nn_feature_scaling kind;
    size_t features;
    double *offset;        /**< [features] */
    double *scale;         /**< [features]; 0 for a feature that the training rows have one value of */
    double limit;          /**< 0: none */
    nni_real *missing;     /**< [features] what stands for a missing value, normalised; NULL: none may be missing */
    double *least, *most;  /**< [features] range of the training rows, as the data has them; NULL: not known */
    nni_real *offset_real; /**< [features] offset, rounded by nni_feature_scaler_round */
    nni_real *scale_real;  /**< [features] */
} nni_feature_scaler;

/** Creates an identity: offset 0, scale 1. */
nn_status nni_feature_scaler_create(nn_feature_scaling kind, size_t features, nni_feature_scaler **normalization,
                                    nn_error *error);

/** Allocates `missing`, so that missing values are replaced; its values are then measured or read. */
nn_status nni_feature_scaler_impute(nni_feature_scaler *normalization, nn_error *error);

/** Allocates `least` and `most`, whose values are then measured or read. */
nn_status nni_feature_scaler_take_range(nni_feature_scaler *normalization, nn_error *error);

/** Rounds offset and scale for types of x that an nni_real holds exactly; to be called after these were written. */
void nni_feature_scaler_round(nni_feature_scaler *normalization);

/**
 * One row as the network takes it, without threads: (x - offset) * scale, each operation rounded on its own, to
 * nni_real, or to double for types that a float does not hold exactly.
 *
 * @param from  [features] of `element`, as the data has them
 * @param to    [features]
 */
void nni_feature_scaler_apply(const nni_feature_scaler *normalization, nni_element element, const void *from,
                              nni_real *to);

/** Types of the numbers that a model's features are taken as and scaled in; NNI_FLOAT or NNI_DOUBLE. */
typedef struct nni_scaling_types {
    nni_element x;      /**< as which x is to be given */
    nni_element scaled; /**< in which (x - offset) * scale is computed; not narrower than x */
} nni_scaling_types;

/**
 * The types that a model outside nntrain needs, for features as the training had them.
 *
 * nntrain scales numbers of types that a float holds in float, and others in double; the range of the training rows
 * tells which these were, unless they were whole numbers. It matters where features lie far from 0 for how much they
 * vary, as years and seconds since 1970 do: double where float would lose digits that tell rows apart.
 */
nni_scaling_types nni_feature_scaler_types(const nni_feature_scaler *normalization);

void nni_feature_scaler_free(nni_feature_scaler *normalization);

#endif
