#include "kernels/set_portable.h"

#ifndef NNTRAIN_DOUBLE
#include "kernels/gemm_bf16_widen.h"
#include "kernels/gemm_pairs.h"

const nn_gemm_kernel nn_gemm_bf16_portable = {
    .rows = ROWS,
    .pitch = PITCH,
    .columns = COLUMNS,
    .slot_columns = SLOT_COLUMNS,
    .lanes = LANES,
    .steps = 2,
    .narrowest = LANES,
    .run = run,
    .run_carrying = run_carrying,
    .transpose = transpose,
    .copy = copy,
    .complete = complete,
    .put_transposed = put_transposed,
};
#endif
