/** Vectors of AVX-512, and the tile that fills its registers; not a header of declarations. */
/* 14x32 float micro-kernel (14x16 double): 28 sums + 2 vectors of B + 1 broadcast = 31 of 32 registers. */
#include <immintrin.h>

enum { VECTOR_BYTES = 64, ROWS = 14, PITCH = 16, UNROLLED = 1 };
#include "kernels/gemm_vectors.h"

#ifdef NNTRAIN_DOUBLE
static inline vector load_part(const nn_real *from, size_t count)
{
    return (vector)_mm512_maskz_loadu_pd((__mmask8)((1U << count) - 1), from);
}

static inline void store_part(nn_real *to, vector part, size_t count)
{
    _mm512_mask_storeu_pd(to, (__mmask8)((1U << count) - 1), (__m512d)part);
}
#else
static inline vector load_part(const nn_real *from, size_t count)
{
    return (vector)_mm512_maskz_loadu_ps((__mmask16)((1U << count) - 1), from);
}

static inline void store_part(nn_real *to, vector part, size_t count)
{
    _mm512_mask_storeu_ps(to, (__mmask16)((1U << count) - 1), (__m512)part);
}

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
