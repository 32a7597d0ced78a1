/**
 * The body that the peak files share; not a header of declarations.
 *
 * The including file says how wide a vector is and how many sums there are: VECTOR_BYTES and SUMS, so many that the
 * latency of a multiply-add is hidden (two a cycle, 4 or 5 cycles each, are 10) and they fit into the registers.
 */
#include "bench/peak.h"

enum { LANES = VECTOR_BYTES / sizeof(float), STREAMS = 8 };

typedef float vector __attribute__((vector_size(VECTOR_BYTES), may_alias));

static float sum_lanes(vector sum)
{
    float total = 0;
    for (size_t lane = 0; lane < LANES; lane++)
        total += sum[lane];
    return total;
}

static void multiply_add(size_t steps, float factor, float term, float *result)
{
    vector sum[SUMS];
    const vector factors = (vector){0} + factor, terms = (vector){0} + term;
#pragma GCC unroll 32
    for (size_t i = 0; i < SUMS; i++)
        sum[i] = terms * (float)(i + 1);
    for (size_t step = 0; step < steps; step++) {
#pragma GCC unroll 32
        for (size_t i = 0; i < SUMS; i++)
            sum[i] = sum[i] * factors + terms;
    }
    vector total = {0};
#pragma GCC unroll 32
    for (size_t i = 0; i < SUMS; i++)
        total += sum[i];
    *result = sum_lanes(total);
}

static float read_all(const float *values, size_t count)
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

static void triad(float *a, const float *b, const float *c, float factor, size_t count)
{
    vector *to = (vector *)a;
    const vector *left = (const vector *)b, *right = (const vector *)c;
    for (size_t k = 0; k < count / LANES; k += STREAMS) {
#pragma GCC unroll 8
        for (size_t i = 0; i < STREAMS; i++)
            to[k + i] = left[k + i] + factor * right[k + i];
    }
}
