#include "kernels/pack.h"

#include <string.h>

static void copy_rows(const nn_real *source, size_t stride, size_t width, size_t depth, nn_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k++, source += stride, panel += pitch) {
        memcpy(panel, source, width * sizeof *panel);
        memset(panel + width, 0, (pitch - width) * sizeof *panel);
    }
}

static void gather(nn_pack_source source, size_t width, size_t depth, nn_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k++, panel += pitch)
        for (size_t i = 0; i < pitch; i++)
            panel[i] = i < width ? source.data[i * source.width_stride + k * source.depth_stride] : 0;
}

void nn_pack_panel(const nn_gemm_kernel *kernel, nn_pack_source source, size_t width, size_t depth, nn_real *panel,
                   size_t pitch)
{
    if (source.width_stride == 1)
        copy_rows(source.data, source.depth_stride, width, depth, panel, pitch);
    else if (source.depth_stride == 1)
        kernel->transpose(source.data, source.width_stride, width, depth, panel, pitch);
    else
        gather(source, width, depth, panel, pitch);
}
