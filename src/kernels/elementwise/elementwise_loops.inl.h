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
#include "support/extremes.h"

static void add(const nni_real *terms, nni_real *sums, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        sums[i] += terms[i];
}

/* Two vectors of columns, which may overlap, are summed over the rows in registers: each is a chain of additions that
 * has to wait for its own latency. */
#define SUM_COLUMNS(lanes)                                                                                             \
    static inline void sum_##lanes##_columns(const nni_real *matrix, size_t rows, size_t stride, size_t first,         \
                                             size_t second, nni_real *sums)                                            \
    {                                                                                                                  \
        typedef nni_real part                                                                                          \
            __attribute__((vector_size(lanes * sizeof(nni_real)), aligned(sizeof(nni_real)), may_alias));              \
        part sum[2] = {{0}, {0}};                                                                                      \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            sum[0] += *(const part *)(matrix + i * stride + first);                                                    \
            sum[1] += *(const part *)(matrix + i * stride + second);                                                   \
        }                                                                                                              \
        *(part *)(sums + first) = sum[0];                                                                              \
        *(part *)(sums + second) = sum[1];                                                                             \
    }
SUM_COLUMNS(16)
SUM_COLUMNS(8)
SUM_COLUMNS(4)
SUM_COLUMNS(1)

static void sum_columns(const nni_real *matrix, size_t rows, size_t stride, size_t count, nni_real *sums)
{
    if (count >= 16)
        for (size_t j = 0; j < count; j += 32)
            sum_16_columns(matrix, rows, stride, nni_smaller(j, count - 16), nni_smaller(j + 16, count - 16), sums);
    else if (count >= 8)
        sum_8_columns(matrix, rows, stride, 0, count - 8, sums);
    else if (count >= 4)
        sum_4_columns(matrix, rows, stride, 0, count - 4, sums);
    else
        for (size_t j = 0; j < count; j += 2)
            sum_1_columns(matrix, rows, stride, j, nni_smaller(j + 1, count - 1), sums);
}

static nni_real largest(const nni_real *values, size_t count)
{
    nni_real high = values[0];
#pragma omp simd reduction(max : high)
    for (size_t j = 1; j < count; j++)
        high = values[j] > high ? values[j] : high;
    return high;
}

static void add_every_fourth(const nni_real *values, size_t count, double sums[4])
{
    typedef nni_real terms __attribute__((vector_size(4 * sizeof(nni_real)), aligned(sizeof(nni_real)), may_alias));
    typedef double wide __attribute__((vector_size(4 * sizeof(double))));
    wide sum = {sums[0], sums[1], sums[2], sums[3]};
    const size_t whole = count - count % 4;
    for (size_t j = 0; j < whole; j += 4)
        sum += __builtin_convertvector(*(const terms *)(values + j), wide);
    for (size_t lane = 0; lane < 4; lane++)
        sums[lane] = sum[lane];
    for (size_t j = whole; j < count; j++)
        sums[j - whole] += (double)values[j];
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
    .sum_columns = sum_columns,
    .largest = largest,
    .add_every_fourth = add_every_fourth,
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
