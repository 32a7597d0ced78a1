/* SPDX-License-Identifier: MIT */
#include "kernels/isa/portable/simd.h"

#ifndef NNTRAIN_DOUBLE
#include "kernels/gemm/microkernel/bf16_widen.inl.h"

#include "kernels/gemm/microkernel/bf16_pairs.inl.h"

const nni_gemm_kernel nni_gemm_bf16_portable = NNI_GEMM_TABLE;
#endif
