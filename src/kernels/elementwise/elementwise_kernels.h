/* SPDX-License-Identifier: MIT */
/** Functions over arrays without threads: a table in each instruction set's folder. */
#ifndef NNI_KERNELS_ELEMENTWISE_ELEMENTWISE_KERNELS_H
#define NNI_KERNELS_ELEMENTWISE_ELEMENTWISE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/elementwise/activation.h"
#include "support/real.h"

/** The random words of a row of a dropout mask, and the values of the mask. */
typedef struct nni_dropout_row {
    uint32_t key[2];    /**< of Philox */
    uint64_t stream;    /**< the high half of its counter */
    uint64_t index;     /**< the low half for the row's first four columns; one more for each next four */
    uint32_t threshold; /**< a smaller word drops its element */
    nni_real kept;      /**< what the mask is for the others */
} nni_dropout_row;

/** The random words that the noise of a row is made of, and its size. */
typedef struct nni_noise_row {
    uint32_t key[2];    /**< of Philox */
    uint64_t stream;    /**< the high half of its counter */
    uint64_t index;     /**< the low half of the first */
    nni_real deviation; /**< standard deviation */
} nni_noise_row;

enum { NNI_NOISE_VALUES = 256 }; /**< values whose noise is computed at a time */

/** @return blocks that give the noise of up to NNI_NOISE_VALUES values: one for eight, rounded up to whole vectors */
static inline size_t nni_noise_part(size_t values)
{
    enum { LANES = 16, OF_LANES = 8 * LANES };
    return (values + OF_LANES - 1) / OF_LANES * LANES;
}

/** What a value becomes never depends on where in an array it stands. */
typedef struct nni_elementwise_kernels {
    const nni_activation_entry *activations; /**< by activation; all that nni_activation_domain has, with loops */
    /** sums[i] += terms[i] */
    void (*add)(const nni_real *terms, nni_real *sums, size_t count);
    /** sums[j] = sum_i matrix[i * stride + j] for j < count, rows added in order to 0 */
    void (*sum_columns)(const nni_real *matrix, size_t rows, size_t stride, size_t count, nni_real *sums);
    /** @return the largest of at least one value; with NaN among them, some value */
    nni_real (*largest)(const nni_real *values, size_t count);
    /** sums[i % 4] += values[i], i ascending */
    void (*add_every_fourth)(const nni_real *values, size_t count, double sums[4]);
    /** sums[i] += a[i] * b[i] */
    void (*add_products)(const nni_real *a, const nni_real *b, nni_real *sums, size_t count);
    /** sums[i] += values[i], squares[i] += values[i]^2 */
    void (*add_moments)(const nni_real *values, double *sums, double *squares, size_t count);
    /** nni_all_finite */
    bool (*all_finite)(const nni_real *values, size_t count);
    /** One row of nni_normalize_columns. */
    void (*normalize_columns)(nni_real *values, nni_real *xhat, size_t columns, const nni_real *mean,
                              const nni_real *inverse, const nni_real *gamma, const nni_real *beta);
    /** One row of nni_normalize_columns_backward. */
    void (*normalize_columns_backward)(nni_real *delta, const nni_real *xhat, size_t columns, const nni_real *scale,
                                       const nni_real *mean_delta, const nni_real *mean_delta_xhat);
    /** One row of nni_normalize_rows. @return the row's inverse */
    nni_real (*normalize_row)(nni_real *values, nni_real *xhat, size_t columns, const nni_real *gamma,
                              const nni_real *beta, nni_real epsilon);
    /** One row of nni_normalize_rows_backward. */
    void (*normalize_row_backward)(nni_real *delta, const nni_real *xhat, nni_real inverse, size_t columns,
                                   const nni_real *gamma);
    /** One row of nni_dropout_mask. */
    void (*dropout_row)(nni_real *mask, size_t columns, const nni_dropout_row *row);
    /** nni_noise_add */
    void (*noise_row)(nni_real *values, size_t count, const nni_noise_row *row);
} nni_elementwise_kernels;

/** @return the functions for the instruction set in use */
const nni_elementwise_kernels *nni_elementwise_kernels_in_use(void);

#endif
