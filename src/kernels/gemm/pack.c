/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/pack.h"

static void gather(nni_pack_source source, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k++)
        for (size_t i = 0; i < width; i++)
            panel[k * pitch + i] = source.data[i * source.width_stride + k * source.depth_stride];
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
        gather(source, width, depth, panel, pitch);
}
