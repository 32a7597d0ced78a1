/* SPDX-License-Identifier: MIT */
/**
 * The micro-kernels of nni_real that the files of instruction sets share: of operands as they are, and of operands
 * rounded to bfloat16, whose products are exact; included after vectors.inl.h and what a file says of its set, not a
 * header of declarations.
 */

/* One step of depth. */
static inline __attribute__((always_inline)) vector accumulate(vector sum, nni_real a, vector b)
{
    return multiply_add(sum, a, b);
}

#include "kernels/gemm/microkernel/tile.inl.h"

#include "kernels/gemm/microkernel/pack_loops.inl.h"
#include "kernels/gemm/microkernel/turned.inl.h"

static void transpose(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    transpose_as(PLAIN, source, stride, width, depth, panel, pitch);
}

static void copy(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    copy_as(PLAIN, source, stride, width, depth, panel, pitch);
}

/* An instruction set's entry. */
#define NNI_GEMM_TABLE                                                                                                 \
    {                                                                                                                  \
        NNI_GEMM_TILES, .steps = 1, .turned_rows = TURNED_ROWS, .run_turned = run_turned, .transpose = transpose,      \
                        .copy = copy                                                                                   \
    }

#ifndef NNTRAIN_DOUBLE
static void transpose_rounded(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel,
                              size_t pitch)
{
    transpose_as(ROUNDED, source, stride, width, depth, panel, pitch);
}

static void copy_rounded(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel,
                         size_t pitch)
{
    copy_as(ROUNDED, source, stride, width, depth, panel, pitch);
}

#define NNI_GEMM_BF16_TABLE                                                                                            \
    {                                                                                                                  \
        NNI_GEMM_TILES, .steps = 1, .rounds = true, .transpose = transpose_rounded, .copy = copy_rounded               \
    }
#endif
