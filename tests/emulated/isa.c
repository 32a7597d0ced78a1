/* SPDX-License-Identifier: MIT */
/* The AVX-512 kernels in an entry of their own, for tests on processors that have AVX2 only. */
#include "kernels/isa/isa.h"

extern const struct nni_gemm_kernel emulated_gemm, emulated_gemm_bf16, emulated_gemm_pairs;
extern const nni_isa emulated_isa;

static bool supported(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#ifndef NNTRAIN_DOUBLE
static const struct nni_gemm_kernel *gemm_pairs(void)
{
    return &emulated_gemm_pairs;
}
#endif

const nni_isa emulated_isa = {
    .name = "emulated",
    .title = "emulated AVX-512",
    .supported = supported,
    .fused = true,
    .gemm = &emulated_gemm,
#ifndef NNTRAIN_DOUBLE
    .gemm_bf16 = &emulated_gemm_bf16,
    .gemm_pairs = gemm_pairs,
#endif
};
