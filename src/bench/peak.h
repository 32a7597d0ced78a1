/* SPDX-License-Identifier: MIT */
/** The most multiply-adds that a core can do, as a contestant of a benchmark. */
#ifndef NNI_BENCH_PEAK_H
#define NNI_BENCH_PEAK_H

#include "kernels/peak/peak_loops.h"

/** A peak being measured. */
typedef struct nni_bench_peak_run {
    const nni_peak_loops *loops;
    float result;
} nni_bench_peak_run;

/** @return operations of nni_bench_peak_call */
double nni_bench_peak_flops(const nni_peak_loops *loops);

/** Runs the loop for some tens of microseconds. @param run  an nni_bench_peak_run */
void nni_bench_peak_call(void *run);

#endif
