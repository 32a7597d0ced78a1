/* SPDX-License-Identifier: MIT */
/** Thirty-two bytes of 64-bit lanes, for random words; not a header of declarations. */
#include <immintrin.h>
#include <stdint.h>

typedef uint64_t wide_words __attribute__((vector_size(32)));

/* The lower halves of lanes, times a number. */
static inline wide_words wide_product(wide_words words, uint32_t number)
{
    const wide_words numbers = (uint64_t)number + (wide_words){0};
    return (wide_words)_mm256_mul_epu32((__m256i)words, (__m256i)numbers);
}
