/* SPDX-License-Identifier: MIT */
/**
 * The loops over arrays of one instruction set, and their table; not a header of declarations.
 *
 * The including file names the table by NNI_ELEMENTWISE_TABLE and is compiled by the flags of its instruction set.
 * math.inl.h says why bits do not depend on positions.
 */
#include "kernels/elementwise/activations.inl.h"
#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/elementwise/random_words.inl.h"

static void add(const nni_real *terms, nni_real *sums, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        sums[i] += terms[i];
}

/* NaN and infinity have all bits of the exponent set. No early return: the loop would not be vectorised. */
static bool all_finite(const nni_real *values, size_t count)
{
    const bits exponent = bits_of((nni_real)INFINITY);
    bits found = 0;
#pragma omp simd reduction(| : found)
    for (size_t i = 0; i < count; i++)
        found |= -(bits)((bits_of(values[i]) & exponent) == exponent);
    return found == 0;
}

#include "kernels/elementwise/dropout_loops.inl.h"
#include "kernels/elementwise/noise_loops.inl.h"
#include "kernels/elementwise/normalize_loops.inl.h"

const nni_elementwise_kernels NNI_ELEMENTWISE_TABLE = {
    .activations = activations,
    .add = add,
    .add_products = add_products,
    .add_moments = add_moments,
    .all_finite = all_finite,
    .normalize_columns = normalize_columns,
    .normalize_columns_backward = normalize_columns_backward,
    .normalize_row = normalize_row,
    .normalize_row_backward = normalize_row_backward,
    .dropout_row = dropout_row,
    .noise_row = noise_row,
};
