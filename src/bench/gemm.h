/** What nntrain bench gemm found, and how it is told. */
#ifndef NNI_BENCH_GEMM_H
#define NNI_BENCH_GEMM_H

#include "bench/machine.h"
#include "bench/shapes.h"

/** What an entrant is. */
typedef enum nn_bench_role {
    NN_BENCH_OURS,       /**< our kernels as they are used; always the first entrant */
    NN_BENCH_ONE_THREAD, /**< the same on one thread, where there are more */
    NN_BENCH_OTHER_ISA,  /**< our kernels for another instruction set */
    NN_BENCH_PEER,       /**< another library */
    NN_BENCH_PEAK,       /**< multiply-adds in registers, on one core */
} nn_bench_role;

enum { NN_BENCH_MOST_ENTRANTS = 12 };

/** What was measured of one product, in units of 1e9 operations a second. */
typedef struct nn_bench_gemm_result {
    nn_bench_shape shape;
    double gflops[NN_BENCH_MOST_ENTRANTS]; /**< of each entrant */
} nn_bench_gemm_result;

/** All of it. */
typedef struct nn_bench_gemm_report {
    nn_bench_machine machine;
    size_t entrant_count;
    nn_bench_role roles[NN_BENCH_MOST_ENTRANTS];
    const char *names[NN_BENCH_MOST_ENTRANTS];
    size_t count;
    nn_bench_gemm_result *results; /**< [count]; belongs to the caller */
} nn_bench_gemm_report;

/** @return ours as a share of the best peak of a core times threads */
double nn_bench_gemm_share(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result);

/** @return the entrant of a role that was fastest; 0, which is ours, where there is none of the role */
size_t nn_bench_gemm_fastest(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result,
                             nn_bench_role role);

void nn_bench_gemm_print_head(const nn_bench_gemm_report *report, FILE *out);
void nn_bench_gemm_print_result(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, FILE *out);
/** Means and worst cases over all results. */
void nn_bench_gemm_print_summary(const nn_bench_gemm_report *report, FILE *out);
void nn_bench_gemm_json(const nn_bench_gemm_report *report, nn_json *json);

#endif
