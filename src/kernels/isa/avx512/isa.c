/* SPDX-License-Identifier: MIT */
#include "kernels/isa/isa.h"

extern const struct nni_gemm_kernel nni_gemm_avx512, nni_gemm_bf16_avx512, nni_gemm_bf16_avx2;
extern const struct nni_elementwise_kernels nni_elementwise_avx512;
extern const struct nni_update_kernels nni_update_avx512;
extern const struct nni_peak_loops nni_peak_avx512;

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

#ifndef NNTRAIN_DOUBLE
/* AVX-512 alone does not have it: where its extension is missing, AVX2 widens. */
static const struct nni_gemm_kernel *gemm_bf16(void)
{
    return __builtin_cpu_supports("avx512bf16") ? &nni_gemm_bf16_avx512 : &nni_gemm_bf16_avx2;
}
#endif

const nni_isa nni_isa_avx512 = {
    .name = "avx512",
    .title = "AVX-512",
    .supported = supported,
    .fused = true,
    .gemm = &nni_gemm_avx512,
#ifndef NNTRAIN_DOUBLE
    .gemm_bf16 = gemm_bf16,
#endif
    .elementwise = &nni_elementwise_avx512,
    .update = &nni_update_avx512,
    .peak = &nni_peak_avx512,
};
