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

#include "kernels/gemm/microkernel/tile.inl.h"

#include "kernels/gemm/microkernel/pack_loops.inl.h"
#include "kernels/gemm/microkernel/turned.inl.h"

/* An instruction set's entry. */
#define NNI_GEMM_TABLE                                                                                                 \
    {                                                                                                                  \
        .lanes = LANES, .columns = COLUMNS, .rows = {ROWS, ROWS_OF_2, ROWS_OF_4}, .vectors = USUAL_VECTORS,            \
        .steps = 1, .turned_rows = TURNED_ROWS, .run = run, .run_turned = run_turned, .transpose = transpose,          \
        .copy = copy, .put_transposed = put_transposed                                                                 \
    }
