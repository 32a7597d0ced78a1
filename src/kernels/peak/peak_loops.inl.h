/* SPDX-License-Identifier: MIT */
/**
 * The loops of an instruction set's peak.c; not a header of declarations.
 *
 * The including file brings the vectors of its set, simd.h, and says how many sums there are: SUMS, so many that the
 * latency of a multiply-add is hidden (two a cycle, 4 or 5 cycles each, are 10) and they fit into the registers.
 */
#include "kernels/peak/peak_loops.h"

enum { STREAMS = 8 };

static nni_real sum_lanes(vector sum)
{
    nni_real total = 0;
    for (size_t lane = 0; lane < LANES; lane++)
        total += sum[lane];
    return total;
}

static void add_products(size_t steps, nni_real factor, nni_real term, nni_real *result)
{
    vector sum[SUMS];
    const vector terms = (vector){0} + term;
#pragma GCC unroll 32
    for (size_t i = 0; i < SUMS; i++)
        sum[i] = terms * (nni_real)(i + 1);
    for (size_t step = 0; step < steps; step++) {
#pragma GCC unroll 32
        for (size_t i = 0; i < SUMS; i++)
            sum[i] = multiply_add(terms, factor, sum[i]);
    }
    vector total = {0};
#pragma GCC unroll 32
    for (size_t i = 0; i < SUMS; i++)
        total += sum[i];
    *result = sum_lanes(total);
}

static nni_real read_all(const nni_real *values, size_t count)
{
    const vector *from = (const vector *)values;
    vector sum[STREAMS];
#pragma GCC unroll 8
    for (size_t i = 0; i < STREAMS; i++)
        sum[i] = (vector){0};
    for (size_t k = 0; k < count / LANES; k += STREAMS) {
#pragma GCC unroll 8
        for (size_t i = 0; i < STREAMS; i++)
            sum[i] += from[k + i];
    }
    vector total = {0};
#pragma GCC unroll 8
    for (size_t i = 0; i < STREAMS; i++)
        total += sum[i];
    return sum_lanes(total);
}

static void triad(nni_real *a, const nni_real *b, const nni_real *c, nni_real factor, size_t count)
{
    vector *to = (vector *)a;
    const vector *left = (const vector *)b, *right = (const vector *)c;
    for (size_t k = 0; k < count / LANES; k += STREAMS) {
#pragma GCC unroll 8
        for (size_t i = 0; i < STREAMS; i++)
            to[k + i] = multiply_add(left[k + i], factor, right[k + i]);
    }
}
