/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx512/simd.h"

#ifndef NNTRAIN_DOUBLE
/* Intel's order: the product of the high halves first, then that of the low ones. */
static inline __attribute__((always_inline)) vector accumulate(vector sum, nni_real a, vector b)
{
    return (vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_ps(a), (__m512bh)b);
}

#include "kernels/gemm/microkernel/tile.inl.h"

#include "kernels/gemm/microkernel/pack_loops.inl.h"

static void transpose(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    transpose_as(PAIRED, source, stride, width, depth, panel, pitch);
}

static void copy(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    copy_as(PAIRED, source, stride, width, depth, panel, pitch);
}

const nni_gemm_kernel nni_gemm_pairs_avx512 = {NNI_GEMM_TILES, .steps = 2, .rounds = true, .transpose = transpose,
                                               .copy = copy};
#endif
