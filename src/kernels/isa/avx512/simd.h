/* SPDX-License-Identifier: MIT */
/** Vectors of AVX-512, and the tile that fills its registers; not a header of declarations. */
/* 6x64 float micro-kernel (6x32 double): 24 sums + 4 vectors of B + 1 broadcast = 29 of 32 registers; 12x32 where there
 * are no more columns. 14x32 loads less of B, but takes its rows of A from more streams: 3 % less on a Zen 5. */
#include <immintrin.h>

enum { VECTOR_BYTES = 64, ROWS = 12, ROWS_OF_2 = 12, ROWS_OF_4 = 6, UNROLLED = 4, TURNED_ROWS = 8, USUAL_VECTORS = 4 };
#include "kernels/gemm/microkernel/vectors.inl.h"

/* Stays in a register: the compiler would fold its load into each of up to three uses, and loads are what is scarce. */
static inline vector keep_in_register(vector whole)
{
#ifdef __AVX512F__ /* not where these vectors are only lowered to shorter ones */
    __asm__("" : "+v"(whole));
#endif
    return whole;
}

#ifdef NNTRAIN_DOUBLE
static inline __attribute__((always_inline, unused)) vector multiply_add(vector sum, nni_real a, vector b)
{
    return (vector)_mm512_fmadd_pd(_mm512_set1_pd(a), (__m512d)b, (__m512d)sum);
}

static inline vector load_part(const nni_real *from, size_t count)
{
    return (vector)_mm512_maskz_loadu_pd((__mmask8)((1U << count) - 1), from);
}

static inline void store_part(nni_real *to, vector part, size_t count)
{
    _mm512_mask_storeu_pd(to, (__mmask8)((1U << count) - 1), (__m512d)part);
}
#else
static inline __attribute__((always_inline, unused)) vector multiply_add(vector sum, nni_real a, vector b)
{
    return (vector)_mm512_fmadd_ps(_mm512_set1_ps(a), (__m512)b, (__m512)sum);
}

static inline vector load_part(const nni_real *from, size_t count)
{
    return (vector)_mm512_maskz_loadu_ps((__mmask16)((1U << count) - 1), from);
}

static inline void store_part(nni_real *to, vector part, size_t count)
{
    _mm512_mask_storeu_ps(to, (__mmask16)((1U << count) - 1), (__m512)part);
}

/* A single quad of each row i, i + 4, i + 8, i + 12. Of four, a vector takes two from row i and two from row i + 4 or,
 * from the third quad of the vectors on, of the rows i + 8 and i + 12: a vector of four rows' quads would take four
 * loads, of which a processor has one or two in a cycle. */
static inline __attribute__((always_inline)) void load_quads(const nni_real *const *row, size_t k, size_t quads,
                                                             vector *quad)
{
    if (quads == 1) {
        __m512 each = _mm512_castps128_ps512(_mm_loadu_ps(row[0] + k));
#pragma GCC unroll 4
        for (size_t r = 1; r < 4; r++)
            each = _mm512_mask_broadcast_f32x4(each, (__mmask16)(0xf << 4 * r), _mm_loadu_ps(row[4 * r] + k));
        quad[0] = (vector)each;
        return;
    }
#pragma GCC unroll 2
    for (size_t r = 0; r < 2; r++)
#pragma GCC unroll 2
        for (size_t half = 0; half < 2; half++) {
            const __m256 low = _mm256_loadu_ps(row[8 * r] + k + 8 * half);
            const __m256 high = _mm256_loadu_ps(row[8 * r + 4] + k + 8 * half);
            quad[2 * half + r] = (vector)_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
        }
}

/* Of quads loaded in pairs: step l of rows 0 to 7, with step l + 4 between its quads, and the same of rows 8 to 15. */
static inline __attribute__((always_inline)) void permute_lanes(size_t count, vector *step)
{
    if (count == 1)
        return;
#pragma GCC unroll 4
    for (size_t l = 0; l < 4; l++) {
        const __m512 low = (__m512)step[l], high = (__m512)step[4 + l];
        step[l] = (vector)_mm512_shuffle_f32x4(low, high, 0x88);
        step[4 + l] = (vector)_mm512_shuffle_f32x4(low, high, 0xdd);
    }
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
