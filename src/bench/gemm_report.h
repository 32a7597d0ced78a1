/* SPDX-License-Identifier: MIT */
/** What nntrain bench gemm found, and how it is told. */
#ifndef NNI_BENCH_GEMM_REPORT_H
#define NNI_BENCH_GEMM_REPORT_H

#include "bench/machine.h"
#include "bench/shapes.h"

/** What an entrant is. */
typedef enum nni_bench_role {
    NNI_BENCH_OURS,       /**< our kernels as they are used; always the first entrant */
    NNI_BENCH_ONE_THREAD, /**< the same on one thread, where there are more */
    NNI_BENCH_OTHER_ISA,  /**< our kernels for another instruction set */
    NNI_BENCH_PEER,       /**< another library */
    NNI_BENCH_PEAK,       /**< multiply-adds in registers, on one core */
} nni_bench_role;

enum { NNI_BENCH_MOST_ENTRANTS = 24 };

/** What was measured of one product, in units of 1e9 operations a second. */
typedef struct nni_bench_gemm_result {
    nni_bench_shape shape;
    double gflops[NNI_BENCH_MOST_ENTRANTS]; /**< of each entrant */
} nni_bench_gemm_result;

/** All of it. */
typedef struct nni_bench_gemm_report {
    nni_bench_machine machine;
    size_t entrant_count;
    nni_bench_role roles[NNI_BENCH_MOST_ENTRANTS];
    const char *names[NNI_BENCH_MOST_ENTRANTS];
    size_t count;
    nni_bench_gemm_result *results; /**< [count]; belongs to the caller */
} nni_bench_gemm_report;

void nni_bench_gemm_print_head(const nni_bench_gemm_report *report, FILE *out);
void nni_bench_gemm_print_result(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, FILE *out);
/** Means and worst cases over all results. */
void nni_bench_gemm_print_summary(const nni_bench_gemm_report *report, FILE *out);
void nni_bench_gemm_json(const nni_bench_gemm_report *report, nni_json *json);

#endif
