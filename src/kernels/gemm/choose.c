/* SPDX-License-Identifier: MIT */
/* Which micro-kernel computes products. For bfloat16 an instruction set may have two, to the same bits: an instruction
 * for pairs has twice the products of a multiply-add on a Zen 4 and half of them on a Xeon with AMX. */
#include <math.h>
#include <stdatomic.h>

#include "kernels/gemm/product.h"
#include "support/timeline.h"

enum { STEPS = 64 };

/* Seconds that a few tiles take whose operands are in the level 1 cache. */
static double time_tiles(const nni_gemm_kernel *kernel, const nni_real *operand, nni_real *c)
{
    const nni_gemm_chain chain = {.depth = STEPS / kernel->steps};
    const double began = nni_clock();
    for (int i = 0; i < 4; i++) {
        nni_gemm_strip tile = {.rows = kernel->rows[NNI_GEMM_WIDTHS - 1],
                               .columns = kernel->columns,
                               .a = operand,
                               .a_row_stride = 1,
                               .a_depth_stride = NNI_GEMM_PITCH,
                               .b = operand,
                               .b_stride = kernel->columns,
                               .chains = &chain,
                               .chain_count = 1,
                               .matrices = 1,
                               .c = c,
                               .c_stride = kernel->columns};
        kernel->run(&tile);
    }
    return nni_clock() - began;
}

/* Clearly so: where it made no difference, noise would decide, and with it what becomes of numbers below 2^-126. Takes
 * some 20 microseconds. */
static bool is_faster(const nni_gemm_kernel *pairs, const nni_gemm_kernel *floats)
{
    const nni_real operand[STEPS * NNI_GEMM_WIDEST] = {0};
    nni_real c[NNI_GEMM_GROUP * NNI_GEMM_WIDEST];
    double least_pairs = 1, least_floats = 1;
    for (int i = 0; i < 6; i++) {
        least_pairs = fmin(least_pairs, time_tiles(pairs, operand, c));
        least_floats = fmin(least_floats, time_tiles(floats, operand, c));
    }
    return least_pairs < 0.8 * least_floats;
}

const nni_gemm_kernel *nni_gemm_kernel_of(const nni_isa *isa, nn_precision precision)
{
    static const nni_gemm_kernel *_Atomic chosen; /* by the first thread that measured, for the set in use */
    if (precision != NN_BF16 || !isa->gemm_bf16)
        return isa->gemm; /* the double library checks mathematics that rounding would hide */
    const nni_gemm_kernel *pairs = isa->gemm_pairs ? isa->gemm_pairs() : NULL, *before = NULL;
    if (!pairs)
        return isa->gemm_bf16;
    if (!atomic_load(&chosen))
        atomic_compare_exchange_strong(&chosen, &before, is_faster(pairs, isa->gemm_bf16) ? pairs : isa->gemm_bf16);
    before = atomic_load(&chosen);
    return before == pairs ? pairs : isa->gemm_bf16;
}
