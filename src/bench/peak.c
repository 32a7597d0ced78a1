/* SPDX-License-Identifier: MIT */
#include "bench/peak.h"

/* About 50 microseconds: long against the call, short against what a timing lasts. */
enum { STEPS = 10000 };

double nni_bench_peak_flops(const nni_peak_loops *loops)
{
    return (double)STEPS * (double)loops->flops;
}

void nni_bench_peak_call(void *context)
{
    nni_bench_peak_run *run = context;
    /* The sums converge to 1: neither infinite nor so small that the processor takes its time over them. */
    run->loops->multiply_add(STEPS, 0.5F, 0.5F, &run->result);
}
