/** Vectors of AVX-512, and the tile that fills its registers; not a header of declarations. */
/* 14x32 float micro-kernel (14x16 double): 28 sums + 2 vectors of B + 1 broadcast = 31 of 32 registers. */
#include <immintrin.h>

enum { VECTOR_BYTES = 64, ROWS = 14, PITCH = 16, UNROLLED = 4 };
#include "kernels/gemm_vectors.h"

#ifdef NNTRAIN_DOUBLE
static inline void stream(nn_real *to, vector whole)
{
    _mm512_stream_pd(to, (__m512d)whole);
}

static inline vector load_part(const nn_real *from, size_t count)
{
    return (vector)_mm512_maskz_loadu_pd((__mmask8)((1U << count) - 1), from);
}

static inline void store_part(nn_real *to, vector part, size_t count)
{
    _mm512_mask_storeu_pd(to, (__mmask8)((1U << count) - 1), (__m512d)part);
}
#else
static inline void stream(nn_real *to, vector whole)
{
    _mm512_stream_ps(to, (__m512)whole);
}

static inline vector load_part(const nn_real *from, size_t count)
{
    return (vector)_mm512_maskz_loadu_ps((__mmask16)((1U << count) - 1), from);
}

static inline void store_part(nn_real *to, vector part, size_t count)
{
    _mm512_mask_storeu_ps(to, (__mmask16)((1U << count) - 1), (__m512)part);
}

/* Three of four rows' quads are put in place by masks, for which most units of a processor serve; inserting takes the
 * few that shuffle. */
static inline __attribute__((always_inline)) void load_quads(const nn_real *const *row, size_t k, size_t quads,
                                                             vector *quad)
{
#pragma GCC unroll 4
    for (size_t q = 0; q < quads; q++)
        quad[q] = (vector)_mm512_castps128_ps512(_mm_loadu_ps(row[0] + k + 4 * q));
#pragma GCC unroll 4
    for (size_t r = 1; r < 4; r++)
#pragma GCC unroll 4
        for (size_t q = 0; q < quads; q++)
            quad[q] = (vector)_mm512_mask_broadcast_f32x4((__m512)quad[q], (__mmask16)(0xf << 4 * r),
                                                          _mm_loadu_ps(row[4 * r] + k + 4 * q));
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
