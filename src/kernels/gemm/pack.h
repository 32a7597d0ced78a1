/* SPDX-License-Identifier: MIT */
/** Copies of blocks of a matrix in the order in which a micro-kernel reads them. */
#ifndef NNI_KERNELS_GEMM_PACK_H
#define NNI_KERNELS_GEMM_PACK_H

#include "kernels/gemm/kernel.h"

/** A strided matrix as packing sees it: its width is cut into panels. A's width is its rows, B's its columns. */
typedef struct nni_pack_source {
    const nni_real *data;
    size_t width_stride;
    size_t depth_stride;
} nni_pack_source;

/**
 * panel[k * pitch + i] = element (i, k) of source for i < left; the rest of the pitch may hold anything, since what a
 * micro-kernel makes of it is never written.
 *
 * Either stride may be anything; those with one stride of 1, which row-major matrices and their transposes have, are
 * copied by vectors.
 *
 * @param left  elements of the width from the panel's first to the end of the matrix, at least 1; up to `pitch` are
 *              copied, also where the panel is to use fewer, as whole vectors cost less than parts
 */
void nni_pack_panel(const nni_gemm_kernel *kernel, nni_pack_source source, size_t left, size_t depth, nni_real *panel,
                    size_t pitch);

#endif
