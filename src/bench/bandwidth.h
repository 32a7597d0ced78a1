/* SPDX-License-Identifier: MIT */
/** How fast bytes come from caches and memory. */
#ifndef NNI_BENCH_BANDWIDTH_H
#define NNI_BENCH_BANDWIDTH_H

#include <stddef.h>

#include "nntrain/status.h"

/** Where bytes come from. */
typedef enum nni_bench_level { NNI_BENCH_L2, NNI_BENCH_L3, NNI_BENCH_MEMORY } nni_bench_level;

enum { NNI_BENCH_LEVELS = 3 };

/** "L2", "L3" or "memory". */
const char *nni_bench_level_name(nni_bench_level level);

/** Bytes a second of all threads together; 0 for a cache that the system does not tell of. */
typedef struct nni_bench_bandwidth {
    size_t threads;
    size_t bytes[NNI_BENCH_LEVELS]; /**< what a level holds for all threads; of memory 0 */
    double read[NNI_BENCH_LEVELS];
    double triad[NNI_BENCH_LEVELS]; /**< two arrays read, one written: three transfers */
} nni_bench_bandwidth;

/** Measures with arrays of half a cache, and of four times the largest but at least 64 MiB for memory. */
nn_status nni_bench_bandwidth_measure(size_t threads, nni_bench_bandwidth *bandwidth, nn_error *error);

/** @return the nearest level that holds so many bytes */
nni_bench_level nni_bench_level_of(const nni_bench_bandwidth *bandwidth, double bytes);

#endif
