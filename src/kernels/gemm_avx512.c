/* 14x32 float micro-kernel (14x16 double): 28 sums + 2 vectors of B + 1 broadcast = 31 of 32 registers. */
enum { VECTOR_BYTES = 64, ROWS = 14, PITCH = 16 };
#include "kernels/gemm_tile.h"

#ifndef NNTRAIN_DOUBLE
#include <immintrin.h>

static inline vector load_quads(const nn_real *const *row, size_t k)
{
    __m512 quads = _mm512_castps128_ps512(_mm_loadu_ps(row[0] + k));
    quads = _mm512_insertf32x4(quads, _mm_loadu_ps(row[4] + k), 1);
    quads = _mm512_insertf32x4(quads, _mm_loadu_ps(row[8] + k), 2);
    return (vector)_mm512_insertf32x4(quads, _mm_loadu_ps(row[12] + k), 3);
}

static inline vector interleave_low(vector a, vector b)
{
    return (vector)_mm512_unpacklo_ps((__m512)a, (__m512)b);
}

static inline vector interleave_high(vector a, vector b)
{
    return (vector)_mm512_unpackhi_ps((__m512)a, (__m512)b);
}
#endif

#include "kernels/pack_loops.h"

const nn_gemm_kernel nn_gemm_avx512 = {
    .rows = ROWS, .pitch = PITCH, .columns = COLUMNS, .lanes = LANES, .run = run, .transpose = transpose, .copy = copy};
