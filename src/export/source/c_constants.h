/* SPDX-License-Identifier: MIT */
/** The constants of a model as C arrays. */
#ifndef NNI_EXPORT_SOURCE_C_CONSTANTS_H
#define NNI_EXPORT_SOURCE_C_CONSTANTS_H

#include <stdio.h>

#include "export/source/plan.h"

/** @return the type that the code computes in: "float" or "double" */
const char *nni_c_real(const nni_source_plan *plan);

/** @return the type that the functions take x as, and the one that x is scaled in */
const char *nni_c_x(const nni_source_plan *plan);
const char *nni_c_scaled(const nni_source_plan *plan);

/** @return bytes of a number that the code computes in */
size_t nni_c_real_bytes(const nni_source_plan *plan);

/** @return bytes of the arrays that nni_c_put_constants writes */
size_t nni_c_constant_bytes(const nni_source_plan *plan);

/** Writes weight_I, weight_scale_I, bias_I, gamma_I, beta_I, mean_I and inverse_I of layer I, and those of the
 * scalings. */
void nni_c_put_constants(const nni_source_plan *plan, FILE *out);

/** @return the index of offsets or scales in the loop over features j: "j", or "0" where all share one */
const char *nni_c_feature_index(const double *values, size_t features);

#endif
