/* SPDX-License-Identifier: MIT */
/** Loops of updates without threads: a table in each instruction set's folder. */
#ifndef NNI_KERNELS_UPDATE_UPDATE_KERNELS_H
#define NNI_KERNELS_UPDATE_UPDATE_KERNELS_H

#include "kernels/update/optimizers.h"

typedef struct nni_update_kernels {
    const nni_optimizer_entry *optimizers; /**< by optimizer; all that nni_optimizer_domain has, with loops */
    /** nni_update_apply, of a block. */
    void (*apply)(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count);
    /** Sum of squares of values. */
    double (*squares)(const nni_real *values, size_t count);
    /** Sum of squares of regularized gradients. */
    double (*regularized_squares)(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count);
} nni_update_kernels;

#endif
