/* SPDX-License-Identifier: MIT */
/** What a benchmark ran on. */
#ifndef NNI_BENCH_MACHINE_H
#define NNI_BENCH_MACHINE_H

#include "kernels/isa/isa.h"
#include "nntrain/status.h"
#include "support/json.h"

typedef struct nni_bench_machine {
    char processor[128]; /**< as /proc/cpuinfo names it; "unknown" where it does not */
    const nni_isa *isa;  /**< of the kernels in use */
    size_t threads;      /**< that compute */
    size_t cores;        /**< this process may use */
    size_t cache[3];     /**< bytes of levels 1, 2 and 3; 0: not told */
} nni_bench_machine;

nni_bench_machine nni_bench_machine_of(size_t threads);

/** One line about it, and its member "machine". */
void nni_bench_machine_print(const nni_bench_machine *machine, FILE *out);
void nni_bench_machine_json(const nni_bench_machine *machine, nni_json *json);

/** Where a benchmark tells what it found. */
typedef struct nni_bench_output {
    FILE *table;      /**< NULL: no table */
    nni_json json;    /**< json.out NULL: no JSON */
    const char *path; /**< of the JSON; NULL: standard output, in place of the table */
    char *text;       /**< the JSON so far */
    size_t length;
} nni_bench_output;

/** @param wanted  whether JSON is; @param path  where to, NULL: standard output */
nn_status nni_bench_output_open(bool wanted, const char *path, nni_bench_output *output, nn_error *error);

/** Writes the JSON where status is NN_OK, and lets go of it. @return status, or why the file cannot be written */
nn_status nni_bench_output_close(nni_bench_output *output, nn_status status, nn_error *error);

#endif
