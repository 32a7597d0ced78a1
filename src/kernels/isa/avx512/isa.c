/* SPDX-License-Identifier: MIT */
#include "kernels/isa/isa.h"

extern const struct nni_gemm_kernel nni_gemm_avx512, nni_gemm_bf16_avx512, nni_gemm_pairs_avx512;
extern const struct nni_elementwise_kernels nni_elementwise_avx512;
extern const struct nni_update_kernels nni_update_avx512;
extern const struct nni_peak_loops nni_peak_avx512;

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

#ifndef NNTRAIN_DOUBLE
/* An extension, which AVX-512 alone does not have. */
static const struct nni_gemm_kernel *gemm_pairs(void)
{
    return __builtin_cpu_supports("avx512bf16") ? &nni_gemm_pairs_avx512 : NULL;
}
#endif

const nni_isa nni_isa_avx512 = {
    .name = "avx512",
    .title = "AVX-512",
    .supported = supported,
    .fused = true,
    .gemm = &nni_gemm_avx512,
#ifndef NNTRAIN_DOUBLE
    .gemm_bf16 = &nni_gemm_bf16_avx512,
    .gemm_pairs = gemm_pairs,
#endif
    .elementwise = &nni_elementwise_avx512,
    .update = &nni_update_avx512,
    .peak = &nni_peak_avx512,
};
