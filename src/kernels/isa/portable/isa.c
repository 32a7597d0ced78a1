/* SPDX-License-Identifier: MIT */
#include "kernels/isa/isa.h"

extern const struct nni_gemm_kernel nni_gemm_portable, nni_gemm_bf16_portable;
extern const struct nni_elementwise_kernels nni_elementwise_portable;
extern const struct nni_update_kernels nni_update_portable;
extern const struct nni_peak_loops nni_peak_portable;

static bool supported(void)
{
    return true;
}

const nni_isa nni_isa_portable = {
    .name = "portable",
    .title = "portable",
    .supported = supported,
#ifdef __ARM_FEATURE_FMA
    .fused = true,
#endif
    .gemm = &nni_gemm_portable,
#ifndef NNTRAIN_DOUBLE
    .gemm_bf16 = &nni_gemm_bf16_portable,
#endif
    .elementwise = &nni_elementwise_portable,
    .update = &nni_update_portable,
    .peak = &nni_peak_portable,
};
