/* SPDX-License-Identifier: MIT */
/**
 * Vectors of the width that the including micro-kernel file gives as VECTOR_BYTES; not a header of declarations.
 */
#include <stdint.h>

#include "kernels/gemm/kernel.h"

enum { VECTORS = 4, LANES = VECTOR_BYTES / sizeof(nni_real), COLUMNS = VECTORS * LANES };
_Static_assert((size_t)COLUMNS <= NNI_GEMM_WIDEST, "buffers of a panel's columns are too short");

/* Elements of a line of the caches. */
enum { LINE = 64 / sizeof(nni_real) };

typedef nni_real vector __attribute__((vector_size(VECTOR_BYTES), may_alias));
/* Bits, four bytes at a time. */
typedef uint32_t word_vector __attribute__((vector_size(VECTOR_BYTES), may_alias));
/* For rows of C and of views, which are aligned to an element only. */
typedef nni_real loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(nni_real)), may_alias));

/* Floats to bfloat16, nearest, ties to even, in the high halves: see support/bf16.h. */
static inline __attribute__((always_inline, unused)) word_vector rounded(vector values)
{
    const word_vector bits = (word_vector)values, nan = (word_vector)(values != values);
    const word_vector nearest = bits + 0x7fff + (bits >> 16 & 1);
    return ((nearest & ~nan) | ((bits | 0x400000) & nan)) & 0xffff0000;
}

/* The first `count` elements one by one: where there are no masks, and for double, which only checks use. */
static inline __attribute__((unused)) vector load_elements(const nni_real *from, size_t count)
{
    vector part = {0};
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        if (i < count)
            part[i] = from[i];
    return part;
}

static inline __attribute__((unused)) void store_elements(nni_real *to, vector part, size_t count)
{
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        if (i < count)
            to[i] = part[i];
}
