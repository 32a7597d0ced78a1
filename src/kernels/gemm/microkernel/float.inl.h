/* SPDX-License-Identifier: MIT */
/**
 * The micro-kernel of nni_real that the files of instruction sets share; included after vectors.inl.h and what a file
 * says of its set, not a header of declarations.
 */

/* One step of depth. */
static inline __attribute__((always_inline)) vector accumulate(vector sum, nni_real a, vector b)
{
    return multiply_add(sum, a, b);
}

#include "kernels/gemm/microkernel/rows.inl.h"
#include "kernels/gemm/microkernel/sums.inl.h"
#include "kernels/gemm/microkernel/transpose_4x4.inl.h"

#include "kernels/gemm/microkernel/strip.inl.h"
#include "kernels/gemm/microkernel/tile.inl.h"

static inline __attribute__((always_inline)) void wide_packing(size_t rows, bool beside, const nni_gemm_tile *t)
{
    tile_of(VECTORS, rows, beside, true, t);
}

static inline __attribute__((always_inline)) void narrow_packing(size_t rows, bool beside, const nni_gemm_tile *t)
{
    tile_of(1, rows, beside, true, t);
}

static void run_packing(const nni_gemm_tile *t)
{
    if (t->columns > LANES)
        on_rows(wide_packing, t);
    else
        on_rows(narrow_packing, t);
}

#include "kernels/gemm/microkernel/pack_loops.inl.h"
