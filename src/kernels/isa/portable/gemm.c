/* SPDX-License-Identifier: MIT */
#include "kernels/isa/portable/simd.h"

#include "kernels/gemm/microkernel/float.inl.h"

const nni_gemm_kernel nni_gemm_portable = NNI_GEMM_TABLE;

#ifndef NNTRAIN_DOUBLE
const nni_gemm_kernel nni_gemm_bf16_portable = NNI_GEMM_BF16_TABLE;
#endif
