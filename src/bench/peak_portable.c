/* 12 sums + factor + term = 14 of the 16 registers of the first x86-64; a multiply-add is two instructions. */
enum { VECTOR_BYTES = 16, SUMS = 12 };
#include "bench/peak_loops.h"

const nn_bench_peak nn_bench_peak_portable = {
    .flops = (size_t)2 * SUMS * LANES, .multiply_add = multiply_add, .read = read_all, .triad = triad};
