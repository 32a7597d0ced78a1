/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/pack.h"

#include "support/extremes.h"

/* Two steps at a time, whose elements are laid side by side before. */
static void gather(const nni_gemm_kernel *kernel, nni_pack_source source, size_t width, size_t depth, nni_real *panel,
                   size_t pitch)
{
    nni_real beside[2 * NNI_GEMM_WIDEST];
    for (size_t k = 0; k < depth; k += 2) {
        const size_t count = nni_smaller(depth - k, 2);
        for (size_t l = 0; l < count; l++)
            for (size_t i = 0; i < width; i++)
                beside[l * NNI_GEMM_WIDEST + i] = source.data[i * source.width_stride + (k + l) * source.depth_stride];
        kernel->copy(beside, NNI_GEMM_WIDEST, width, count, panel + k / kernel->steps * pitch, pitch);
    }
}

void nni_pack_panel(const nni_gemm_kernel *kernel, nni_pack_source source, size_t left, size_t depth, nni_real *panel,
                    size_t pitch)
{
    const size_t width = left < pitch ? left : pitch;
    if (source.width_stride == 1)
        kernel->copy(source.data, source.depth_stride, width, depth, panel, pitch);
    else if (source.depth_stride == 1)
        kernel->transpose(source.data, source.width_stride, width, depth, panel, pitch);
    else
        gather(kernel, source, width, depth, panel, pitch);
}
