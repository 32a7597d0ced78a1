/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx512/simd.h"

#include "kernels/gemm/microkernel/float.inl.h"

#ifdef NNTRAIN_DOUBLE
static inline __m256d low_half(vector whole)
{
    return _mm512_castpd512_pd256((__m512d)whole);
}

static inline vector widened(__m256d half)
{
    return (vector)_mm512_castpd256_pd512(half);
}
#else
static inline __m256 low_half(vector whole)
{
    return _mm512_castps512_ps256((__m512)whole);
}

static inline vector widened(__m256 half)
{
    return (vector)_mm512_castps256_ps512(half);
}
#endif
#include "kernels/gemm/microkernel/half_width_tile.inl.h"

const nni_gemm_kernel nni_gemm_avx512 = {
    .rows = ROWS,
    .pitch = PITCH,
    .columns = COLUMNS,
    .slot_columns = SLOT_COLUMNS,
    .steps = 1,
    .lanes = LANES,
    .turned_rows = TURNED_ROWS,
    .narrowest = LANES / 2,
    .run = run_halves,
    .run_packing = run_packing,
    .run_turning = run_turning,
    .strip = strip,
    .strip_turned = strip_turned,
    .transpose = transpose,
    .copy = copy,
    .complete = complete,
    .put_transposed = put_transposed,
};
