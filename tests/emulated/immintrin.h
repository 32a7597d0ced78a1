/* SPDX-License-Identifier: MIT */
/**
 * Stands in for the compiler's header where a test computes AVX-512 kernels on a processor without: the few intrinsics
 * that those kernels use, element by element, as Intel's Intrinsics Guide defines them.
 */
#include_next <immintrin.h>

#include <stdint.h>
#include <string.h>

static __attribute__((noinline, unused)) __m512 emulated_maskz_loadu_ps(__mmask16 mask, const void *from)
{
    __m512 result = {0};
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1)
            result[i] = ((const float *)from)[i];
    return result;
}

static __attribute__((noinline, unused)) void emulated_mask_storeu_ps(void *to, __mmask16 mask, __m512 a)
{
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1)
            ((float *)to)[i] = a[i];
}

static __attribute__((noinline, unused)) __m512d emulated_maskz_loadu_pd(__mmask8 mask, const void *from)
{
    __m512d result = {0};
    for (int i = 0; i < 8; i++)
        if (mask >> i & 1)
            result[i] = ((const double *)from)[i];
    return result;
}

static __attribute__((noinline, unused)) void emulated_mask_storeu_pd(void *to, __mmask8 mask, __m512d a)
{
    for (int i = 0; i < 8; i++)
        if (mask >> i & 1)
            ((double *)to)[i] = a[i];
}

static inline __m512 emulated_castps128_ps512(__m128 a)
{
    __m512 result = {0};
    for (int i = 0; i < 4; i++)
        result[i] = a[i];
    return result;
}

/* The low half of a vector; and one whose high half, which the processor leaves undefined, must not be used. */
static inline __m256 emulated_castps512_ps256(__m512 a)
{
    __m256 result = {0};
    for (int i = 0; i < 8; i++)
        result[i] = a[i];
    return result;
}

static inline __m512 emulated_castps256_ps512(__m256 a)
{
    __m512 result = {0};
    for (int i = 0; i < 16; i++)
        result[i] = i < 8 ? a[i] : 1e30f;
    return result;
}

static inline __m256d emulated_castpd512_pd256(__m512d a)
{
    __m256d result = {0};
    for (int i = 0; i < 4; i++)
        result[i] = a[i];
    return result;
}

static inline __m512d emulated_castpd256_pd512(__m256d a)
{
    __m512d result = {0};
    for (int i = 0; i < 8; i++)
        result[i] = i < 4 ? a[i] : 1e30;
    return result;
}

static inline __m512 emulated_mask_broadcast_f32x4(__m512 other, __mmask16 mask, __m128 a)
{
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1)
            other[i] = a[i % 4];
    return other;
}

static inline __m512 emulated_insertf32x8(__m512 a, __m256 half, int at)
{
    for (int i = 0; i < 8; i++)
        a[8 * at + i] = half[i];
    return a;
}

/* Two lanes of four elements from each, which two bits of `which` choose. */
static inline __m512 emulated_shuffle_f32x4(__m512 a, __m512 b, int which)
{
    __m512 result = {0};
    for (int i = 0; i < 16; i++) {
        const __m512 from = i < 8 ? a : b;
        result[i] = from[4 * (which >> 2 * (i / 4) & 3) + i % 4];
    }
    return result;
}

static inline __m512 emulated_unpack_ps(__m512 a, __m512 b, int high)
{
    __m512 result = {0};
    for (int lane = 0; lane < 16; lane += 4)
        for (int i = 0; i < 2; i++) {
            result[lane + 2 * i] = a[lane + 2 * high + i];
            result[lane + 2 * i + 1] = b[lane + 2 * high + i];
        }
    return result;
}

static inline __m512 emulated_set1_ps(float a)
{
    return (__m512){0} + a;
}

static inline __m512d emulated_set1_pd(double a)
{
    return (__m512d){0} + a;
}

static inline float emulated_half(float pair, int high)
{
    uint32_t bits;
    memcpy(&bits, &pair, sizeof bits);
    bits = high ? bits & 0xffff0000 : bits << 16;
    memcpy(&pair, &bits, sizeof pair);
    return pair;
}

static __attribute__((noinline, unused)) __m512 emulated_dpbf16_ps(__m512 sum, __m512 a, __m512 b)
{
    for (int i = 0; i < 16; i++) {
        sum[i] = __builtin_fmaf(emulated_half(a[i], 1), emulated_half(b[i], 1), sum[i]);
        sum[i] = __builtin_fmaf(emulated_half(a[i], 0), emulated_half(b[i], 0), sum[i]);
    }
    return sum;
}

#define _mm512_set1_ps emulated_set1_ps
#define _mm512_set1_pd emulated_set1_pd
/* Fused by the compiler, whose flags for these files say so: lowered by hand, tests take ten times as long. */
#define _mm512_fmadd_ps(a, b, c)    ((a) * (b) + (c))
#define _mm512_fmadd_pd(a, b, c)    ((a) * (b) + (c))
#define _mm512_dpbf16_ps(sum, a, b) emulated_dpbf16_ps(sum, (__m512)(a), (__m512)(b))
#define _mm512_maskz_loadu_ps       emulated_maskz_loadu_ps
#define _mm512_mask_storeu_ps       emulated_mask_storeu_ps
#define _mm512_maskz_loadu_pd       emulated_maskz_loadu_pd
#define _mm512_mask_storeu_pd       emulated_mask_storeu_pd
#define _mm512_castps128_ps512      emulated_castps128_ps512
#define _mm512_castps512_ps256      emulated_castps512_ps256
#define _mm512_castps256_ps512      emulated_castps256_ps512
#define _mm512_castpd512_pd256      emulated_castpd512_pd256
#define _mm512_castpd256_pd512      emulated_castpd256_pd512
#define _mm512_mask_broadcast_f32x4 emulated_mask_broadcast_f32x4
#define _mm512_insertf32x8          emulated_insertf32x8
#define _mm512_shuffle_f32x4        emulated_shuffle_f32x4
#define _mm512_unpacklo_ps(a, b)    emulated_unpack_ps(a, b, 0)
#define _mm512_unpackhi_ps(a, b)    emulated_unpack_ps(a, b, 1)
