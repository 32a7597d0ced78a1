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

static inline __attribute__((always_inline)) void run_rows(size_t rows, size_t vectors, size_t depth, const nn_real *a,
                                                           const nn_real *b, nn_real *c, size_t c_stride, bool add)
{
    switch (rows) {
    case 1:
        tile(1, vectors, depth, a, b, c, c_stride, add);
        break;
    case 2:
        tile(2, vectors, depth, a, b, c, c_stride, add);
        break;
    case 3:
        tile(3, vectors, depth, a, b, c, c_stride, add);
        break;
    case 4:
        tile(4, vectors, depth, a, b, c, c_stride, add);
        break;
    case 5:
        tile(5, vectors, depth, a, b, c, c_stride, add);
        break;
    case 6:
        tile(6, vectors, depth, a, b, c, c_stride, add);
        break;
    case 7:
        tile(7, vectors, depth, a, b, c, c_stride, add);
        break;
    case 8:
        tile(8, vectors, depth, a, b, c, c_stride, add);
        break;
    case 9:
        tile(9, vectors, depth, a, b, c, c_stride, add);
        break;
    case 10:
        tile(10, vectors, depth, a, b, c, c_stride, add);
        break;
    case 11:
        tile(11, vectors, depth, a, b, c, c_stride, add);
        break;
    case 12:
        tile(12, vectors, depth, a, b, c, c_stride, add);
        break;
    case 13:
        tile(13, vectors, depth, a, b, c, c_stride, add);
        break;
    default:
        tile(ROWS, vectors, depth, a, b, c, c_stride, add);
        break;
    }
}

static void run(size_t rows, size_t columns, size_t depth, const nn_real *a, const nn_real *b, nn_real *c,
                size_t c_stride, bool add)
{
    if (columns <= LANES)
        run_rows(rows, 1, depth, a, b, c, c_stride, add);
    else
        run_rows(rows, VECTORS, depth, a, b, c, c_stride, add);
}

const nn_gemm_kernel nn_gemm_avx512 = {
    .rows = ROWS, .pitch = PITCH, .columns = COLUMNS, .lanes = LANES, .run = run, .transpose = transpose, .copy = copy};
