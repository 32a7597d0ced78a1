/* SPDX-License-Identifier: MIT */
#include "kernels/isa/isa.h"

extern const struct nni_gemm_kernel nni_gemm_avx2, nni_gemm_bf16_avx2;
extern const struct nni_elementwise_kernels nni_elementwise_avx2;
extern const struct nni_update_kernels nni_update_avx2;
extern const struct nni_peak_loops nni_peak_avx2;

/* The compiler's run-time check reads XCR0 too: a system that does not save wide registers counts as no support. */
static bool supported(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const nni_isa nni_isa_avx2 = {
    .name = "avx2",
    .title = "AVX2",
    .supported = supported,
    .fused = true,
    .gemm = &nni_gemm_avx2,
#ifndef NNTRAIN_DOUBLE
    .gemm_bf16 = &nni_gemm_bf16_avx2,
#endif
    .elementwise = &nni_elementwise_avx2,
    .update = &nni_update_avx2,
    .peak = &nni_peak_avx2,
};
