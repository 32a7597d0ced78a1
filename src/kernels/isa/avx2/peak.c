/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx2/simd.h"

/* 12 sums + factor + term = 14 of 16 registers. */
enum { SUMS = 12 };
#include "kernels/peak/peak_loops.inl.h"

const nni_peak_loops nni_peak_avx2 = {
    .flops = (size_t)2 * SUMS * LANES, .multiply_add = add_products, .read = read_all, .triad = triad};
