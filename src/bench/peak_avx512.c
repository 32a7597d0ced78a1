/* 24 sums + factor + term = 26 of 32 registers. */
enum { VECTOR_BYTES = 64, SUMS = 24 };
#include "bench/peak_loops.h"

const nn_bench_peak nn_bench_peak_avx512 = {
    .flops = (size_t)2 * SUMS * LANES, .multiply_add = multiply_add, .read = read_all, .triad = triad};
