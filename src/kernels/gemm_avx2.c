/* 6x16 float micro-kernel (6x8 double): 12 sums + 2 vectors of B + 1 broadcast = 15 of 16 registers. */
enum { VECTOR_BYTES = 32, ROWS = 6, PITCH = 8 };
#include "kernels/gemm_tile.h"

#ifndef NNTRAIN_DOUBLE
#include <immintrin.h>

static inline vector load_quads(const nn_real *const *row, size_t k)
{
    return (vector)_mm256_loadu2_m128(row[4] + k, row[0] + k);
}

static inline vector interleave_low(vector a, vector b)
{
    return (vector)_mm256_unpacklo_ps((__m256)a, (__m256)b);
}

static inline vector interleave_high(vector a, vector b)
{
    return (vector)_mm256_unpackhi_ps((__m256)a, (__m256)b);
}
#endif

#include "kernels/pack_loops.h"

const nn_gemm_kernel nn_gemm_avx2 = {
    .rows = ROWS, .pitch = PITCH, .columns = COLUMNS, .lanes = LANES, .run = run, .transpose = transpose, .copy = copy};
