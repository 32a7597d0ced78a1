/* SPDX-License-Identifier: MIT */
#include "kernels/isa/portable/simd.h"

#include "kernels/gemm/microkernel/float.inl.h"

const nni_gemm_kernel nni_gemm_portable = {
    .rows = ROWS,
    .pitch = PITCH,
    .columns = COLUMNS,
    .slot_columns = SLOT_COLUMNS,
    .steps = 1,
    .lanes = LANES,
    .turned_rows = TURNED_ROWS,
    .narrowest = LANES,
    .run = run,
    .run_packing = run_packing,
    .strip = strip,
    .strip_turned = strip_turned,
    .transpose = transpose,
    .copy = copy,
    .complete = complete,
    .put_transposed = put_transposed,
};
