/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx512/simd.h"

#include "kernels/gemm/microkernel/float.inl.h"

const nni_gemm_kernel nni_gemm_avx512 = NNI_GEMM_TABLE;

#ifndef NNTRAIN_DOUBLE
const nni_gemm_kernel nni_gemm_bf16_avx512 = NNI_GEMM_BF16_TABLE;
#endif
