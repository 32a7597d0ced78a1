/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx512/simd.h"

/* 24 sums + factor + term = 26 of 32 registers. */
enum { SUMS = 24 };
#include "kernels/peak/peak_loops.inl.h"

const nni_peak_loops nni_peak_avx512 = {
    .flops = (size_t)2 * SUMS * LANES, .multiply_add = add_products, .read = read_all, .triad = triad};
