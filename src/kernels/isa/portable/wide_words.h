/* SPDX-License-Identifier: MIT */
/** Sixteen bytes of 64-bit lanes, for random words; not a header of declarations. */
#include <stdint.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

typedef uint64_t wide_words __attribute__((vector_size(16)));

/* The lower halves of lanes, times a number. */
static inline wide_words wide_product(wide_words words, uint32_t number)
{
    const wide_words numbers = (uint64_t)number + (wide_words){0};
#if defined(__SSE2__)
    return (wide_words)_mm_mul_epu32((__m128i)words, (__m128i)numbers);
#else
    return (words & UINT32_MAX) * numbers;
#endif
}
