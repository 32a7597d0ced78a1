/** Copies of blocks of a matrix in the order in which a micro-kernel reads them. */
#ifndef NN_KERNELS_PACK_H
#define NN_KERNELS_PACK_H

#include "kernels/gemm_kernel.h"

/** A strided matrix as packing sees it: `width` becomes panels, `depth` the order within. A and B differ in strides. */
typedef struct nn_pack_source {
    const nn_real *data;
    size_t width_stride;
    size_t depth_stride;
} nn_pack_source;

/**
 * panel[k * pitch + i] = element (i, k) of source for i < width, 0 for width <= i < pitch.
 *
 * Either stride may be anything; those with one stride of 1, which row-major matrices and their transposes have, are
 * copied by vectors.
 */
void nn_pack_panel(const nn_gemm_kernel *kernel, nn_pack_source source, size_t width, size_t depth, nn_real *panel,
                   size_t pitch);

#endif
