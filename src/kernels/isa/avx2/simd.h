/* SPDX-License-Identifier: MIT */
/** Vectors of AVX2, and the tile that fills its registers; not a header of declarations. */
/* 6x16 float micro-kernel (6x8 double): 12 sums + 2 vectors of B + 1 broadcast = 15 of 16 registers; 2x32 where there
 * are no more rows. */
#include <immintrin.h>
#include <stdint.h>

enum { VECTOR_BYTES = 32, ROWS = 12, ROWS_OF_2 = 6, ROWS_OF_4 = 2, UNROLLED = 4, TURNED_ROWS = 6, USUAL_VECTORS = 2 };
#include "kernels/gemm/microkernel/vectors.inl.h"

/* Stays in a register: the compiler would fold its load into each of up to three uses, and loads are what is scarce. */
static inline vector keep_in_register(vector whole)
{
    __asm__("" : "+x"(whole));
    return whole;
}

#ifdef NNTRAIN_DOUBLE
static inline __attribute__((always_inline)) vector multiply_add(vector sum, nni_real a, vector b)
{
    return (vector)_mm256_fmadd_pd(_mm256_set1_pd(a), (__m256d)b, (__m256d)sum);
}

static inline vector load_part(const nni_real *from, size_t count)
{
    return load_elements(from, count);
}

static inline void store_part(nni_real *to, vector part, size_t count)
{
    store_elements(to, part, count);
}
#else
static inline __attribute__((always_inline)) vector multiply_add(vector sum, nni_real a, vector b)
{
    return (vector)_mm256_fmadd_ps(_mm256_set1_ps(a), (__m256)b, (__m256)sum);
}

/* The first `count` of 8 lanes: a window on seven ones followed by zeros. */
static inline __m256i lanes_below(size_t count)
{
    static const int32_t window[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(window + 8 - count));
}

static inline vector load_part(const nni_real *from, size_t count)
{
    return (vector)_mm256_maskload_ps(from, lanes_below(count));
}

/* In pieces: a masked store takes AMD's processors up to 40 operations. */
static inline void store_part(nni_real *to, vector part, size_t count)
{
    __m128 rest = _mm256_castps256_ps128((__m256)part);
    if (count & 4) {
        _mm_storeu_ps(to, rest);
        rest = _mm256_extractf128_ps((__m256)part, 1);
        to += 4;
    }
    if (count & 2) {
        _mm_storel_pi((__m64 *)to, rest);
        rest = _mm_movehl_ps(rest, rest);
        to += 2;
    }
    if (count & 1)
        _mm_store_ss(to, rest);
}

static inline __attribute__((always_inline)) void load_quads(const nni_real *const *row, size_t k, size_t quads,
                                                             vector *quad)
{
    if (quads == 1) {
        const __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(row[0] + k));
        quad[0] = (vector)_mm256_insertf128_ps(low, _mm_loadu_ps(row[4] + k), 1);
        return;
    }
    const __m256 low = (__m256)keep_in_register((vector)_mm256_loadu_ps(row[0] + k));
    const __m256 high = (__m256)keep_in_register((vector)_mm256_loadu_ps(row[4] + k));
    quad[0] = (vector)_mm256_permute2f128_ps(low, high, 0x20);
    quad[1] = (vector)_mm256_permute2f128_ps(low, high, 0x31);
}

/* Quads lie in their place from the beginning. */
static inline void permute_lanes(size_t count, const vector *step)
{
    (void)count, (void)step;
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
