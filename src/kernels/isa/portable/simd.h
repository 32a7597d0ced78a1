/* SPDX-License-Identifier: MIT */
/** Vectors that every processor has, and the tile that fills 16 registers; not a header of declarations. */
/*
 * 4x8 float micro-kernel (4x4 double) for any processor with 16-byte vectors: 8 sums + 2 vectors of B + 1 broadcast +
 * products that a processor without fused multiply-add needs, within the 16 registers of the first x86-64.
 */
#ifdef __ARM_FEATURE_FMA
#include <arm_neon.h>
#endif

enum { VECTOR_BYTES = 16, ROWS = 8, ROWS_OF_2 = 4, ROWS_OF_4 = 2, UNROLLED = 1, TURNED_ROWS = 4, USUAL_VECTORS = 2 };
#include "kernels/gemm/microkernel/vectors.inl.h"

static inline __attribute__((always_inline)) vector multiply_add(vector sum, nni_real a, vector b)
{
#if defined(__ARM_FEATURE_FMA) && defined(NNTRAIN_DOUBLE)
    return (vector)vfmaq_n_f64((float64x2_t)sum, (float64x2_t)b, a);
#elif defined(__ARM_FEATURE_FMA)
    return (vector)vfmaq_n_f32((float32x4_t)sum, (float32x4_t)b, a);
#else
    return sum + a * b; /* rounded twice: the first x86-64 has no other way */
#endif
}

/* How registers are named depends on the processor. */
static inline vector keep_in_register(vector whole)
{
    return whole;
}

static inline vector load_part(const nni_real *from, size_t count)
{
    return load_elements(from, count);
}

static inline void store_part(nni_real *to, vector part, size_t count)
{
    store_elements(to, part, count);
}

#ifndef NNTRAIN_DOUBLE
static inline __attribute__((always_inline)) void load_quads(const nni_real *const *row, size_t k, size_t quads,
                                                             vector *quad)
{
    for (size_t q = 0; q < quads; q++)
        quad[q] = *(const loose_vector *)(row[0] + k + 4 * q);
}

/* Quads lie in their place from the beginning. */
static inline void permute_lanes(size_t count, const vector *step)
{
    (void)count, (void)step;
}

static inline vector interleave_low(vector a, vector b)
{
    return (vector){a[0], b[0], a[1], b[1]};
}

static inline vector interleave_high(vector a, vector b)
{
    return (vector){a[2], b[2], a[3], b[3]};
}
#endif
