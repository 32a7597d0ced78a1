/* SPDX-License-Identifier: MIT */
/** Matrices of tests of products. */
#ifndef NN_TESTS_GEMM_MATRICES_H
#define NN_TESTS_GEMM_MATRICES_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/gemm/gemm.h"
#include "support/gemm_fixture.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

static inline nni_real *take(size_t count)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's matrix", &values, NULL), NN_OK);
    return values;
}

/* Numbers in [-1, 1). */
static inline nni_real *take_random(size_t count, uint64_t seed)
{
    nni_real *values = take(count);
    for (size_t i = 0; i < count; i++) {
        seed = next_random(seed);
        values[i] = (nni_real)((double)(seed >> 40) * 0x1p-23 - 1);
    }
    return values;
}

static inline nni_real at(nni_view view, size_t i, size_t j)
{
    return view.data[i * view.row_stride + j * view.column_stride];
}

/* Two sums of n products differ by 2 (n + 2) epsilon times the sum of their sizes at most (Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.1). */
static inline bool equals_triple_loop(size_t rows, size_t columns, size_t depth, nni_view a, nni_view b,
                                      const nni_real *c, size_t c_stride)
{
    const double epsilon = sizeof(nni_real) == sizeof(float) ? (double)FLT_EPSILON : DBL_EPSILON;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double sum = 0, sizes = 0;
            for (size_t k = 0; k < depth; k++) {
                double term = (double)at(a, i, k) * (double)at(b, k, j);
                sum += term;
                sizes += fabs(term);
            }
            if (!(fabs((double)c[i * c_stride + j] - sum) <= (double)depth * epsilon * sizes))
                return false;
        }
    return true;
}

/* A view of the shape whose columns lie `gap` elements further apart than they need, or its transpose. */
static inline nni_view view_of(const nni_real *data, size_t rows, size_t columns, bool transposed, size_t gap)
{
    return transposed ? (nni_view){data, 1, rows + gap} : (nni_view){data, columns + gap, 1};
}

/* Exactly as large as the view, so that a sanitizer sees any element read or written beyond. */
static inline nni_real *take_exactly(size_t count, uint64_t seed)
{
    nni_real *random = take_random(count, seed), *exact = malloc(count * sizeof *exact);
    CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
    memcpy(exact, random, count * sizeof *exact);
    nni_release(random);
    return exact;
}

static inline size_t last_element(size_t rows, size_t columns, nni_view view)
{
    return (rows - 1) * view.row_stride + (columns - 1) * view.column_stride;
}

/** @return room for products of operands rounded to bfloat16, on up to four threads; NULL: there is no such kernel
 *  @param pairs  by the instruction for pairs, whichever is the faster kernel; else by multiply-adds */
static inline nni_gemm_workspace *bf16_space(bool pairs)
{
    nni_isa isa = *tested_isa();
    if (pairs)
        isa.gemm_bf16 = isa.gemm_pairs ? isa.gemm_pairs() : NULL;
    isa.gemm_pairs = NULL;
    nni_gemm_workspace *bf16 = NULL;
    if (!pairs || isa.gemm_bf16)
        CU_ASSERT_EQUAL_FATAL(nni_gemm_workspace_create_for(&isa, NN_BF16, 4, &bf16, NULL), NN_OK);
    return bf16;
}

/** Runs tests of products in *space, which they find there. @return the exit code of the program */
static inline int run_in_space(nni_gemm_workspace **space, const char *suite_name, const nni_test *tests, size_t count)
{
    if (cannot_emulate())
        return 0;
    if (nni_gemm_workspace_create_for(tested_isa(), NN_FLOAT32, 4, space, NULL) != NN_OK)
        return 1;
    const int code = nni_run_suite(suite_name, tests, count);
    nni_gemm_workspace_free(*space);
    return code;
}

#endif
