/* SPDX-License-Identifier: MIT */
#include "kernels/isa/portable/simd.h"

/* 12 sums + factor + term = 14 of the 16 registers of the first x86-64; a multiply-add is two instructions. */
enum { SUMS = 12 };
#include "kernels/peak/peak_loops.inl.h"

const nni_peak_loops nni_peak_portable = {
    .flops = (size_t)2 * SUMS * LANES, .multiply_add = add_products, .read = read_all, .triad = triad};
