/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx512/simd.h"

#ifndef NNTRAIN_DOUBLE
/* Intel's order: the product of the high halves first, then that of the low ones. */
static inline __attribute__((always_inline)) vector accumulate(vector sum, nni_real a, vector b)
{
    return (vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_ps(a), (__m512bh)b);
}

#include "kernels/gemm/microkernel/bf16_pairs.inl.h"

const nni_gemm_kernel nni_gemm_bf16_avx512 = NNI_GEMM_TABLE;
#endif
