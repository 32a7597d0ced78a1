/* SPDX-License-Identifier: MIT */
/** What nntrain bench step found, and how it is told. */
#ifndef NNI_BENCH_STEP_REPORT_H
#define NNI_BENCH_STEP_REPORT_H

#include "bench/bandwidth.h"
#include "bench/bench.h"
#include "bench/machine.h"
#include "bench/training.h"

/** Products of a network: three of each layer. */
enum { NNI_BENCH_MOST_PRODUCTS = NNI_BENCH_ORIENTATIONS * NNI_BENCH_MOST_WIDTHS };

/** A product of a step, or the descent: what it costs at least and what it takes. */
typedef struct nni_bench_cost {
    size_t layer;
    const char *name; /**< "forward", "dX", "dW", "descent" */
    double flops;     /**< operations; of the descent 0: it is all transfers */
    double bytes;     /**< that must move at least: every operand read once, every result written once */
    double seconds;   /**< of it alone */
} nni_bench_cost;

/** What was measured of a network. */
typedef struct nni_bench_step_result {
    char network[NNI_BENCH_MOST_WIDTHS * 12]; /**< "784-512-10" */
    size_t batch;
    size_t workers; /**< threads of all ranks */
    double flops;   /**< operations that a step cannot do without */
    double seconds; /**< of a step */
    double parts[NNI_BENCH_PARTS];
    double peak; /**< operations a second of multiply-adds in registers, on one core */
    size_t cost_count;
    nni_bench_cost costs[NNI_BENCH_MOST_PRODUCTS + 1]; /**< [cost_count]; none unless asked for */
} nni_bench_step_result;

/** "arithmetic", "cache" or "memory": which takes longer at least, the operations or the transfers. */
const char *nni_bench_bound(const nni_bench_cost *cost, const nni_bench_bandwidth *bandwidth, double peak);

void nni_bench_step_print_head(const nni_bench_machine *machine, const nni_bench_step_options *options,
                               const nn_comm *comm, FILE *out);
void nni_bench_step_print(const nni_bench_step_result *result, FILE *out);
void nni_bench_explain_print(const nni_bench_step_result *result, const nni_bench_bandwidth *bandwidth, FILE *out);
void nni_bench_bandwidth_print(const nni_bench_bandwidth *bandwidth, FILE *out);
/** @param bandwidth  NULL: nothing was to be explained */
void nni_bench_step_json(const nni_bench_machine *machine, const nni_bench_step_options *options, const nn_comm *comm,
                         const nni_bench_step_result *results, size_t count, const nni_bench_bandwidth *bandwidth,
                         nni_json *json);

#endif
