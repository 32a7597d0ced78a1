/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx2/simd.h"

#ifndef NNTRAIN_DOUBLE
#include "kernels/gemm/microkernel/bf16_widen.inl.h"

#include "kernels/gemm/microkernel/bf16_pairs.inl.h"

const nni_gemm_kernel nni_gemm_bf16_avx2 = {
    .rows = ROWS,
    .pitch = PITCH,
    .columns = COLUMNS,
    .slot_columns = SLOT_COLUMNS,
    .lanes = LANES,
    .steps = 2,
    .narrowest = LANES,
    .run = run,
    .transpose = transpose,
    .copy = copy,
    .complete = complete,
    .put_transposed = put_transposed,
};
#endif
