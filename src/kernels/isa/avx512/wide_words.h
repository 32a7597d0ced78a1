/* SPDX-License-Identifier: MIT */
/** Sixty-four bytes of 64-bit lanes, for random words; not a header of declarations. */
#include <immintrin.h>
#include <stdint.h>

typedef uint64_t wide_words __attribute__((vector_size(64)));

/* The lower halves of lanes, times a number. */
static inline wide_words wide_product(wide_words words, uint32_t number)
{
    const wide_words numbers = (uint64_t)number + (wide_words){0};
    return (wide_words)_mm512_mul_epu32((__m512i)words, (__m512i)numbers);
}
