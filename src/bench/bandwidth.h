/** How fast bytes come from caches and memory. */
#ifndef NNI_BENCH_BANDWIDTH_H
#define NNI_BENCH_BANDWIDTH_H

#include <stddef.h>

#include "nntrain/status.h"

/** Where bytes come from. */
typedef enum nn_bench_level { NN_BENCH_L2, NN_BENCH_L3, NN_BENCH_MEMORY } nn_bench_level;

enum { NN_BENCH_LEVELS = 3 };

/** "L2", "L3" or "memory". */
const char *nn_bench_level_name(nn_bench_level level);

/** Bytes a second of all threads together; 0 for a cache that the system does not tell of. */
typedef struct nn_bench_bandwidth {
    size_t threads;
    size_t bytes[NN_BENCH_LEVELS]; /**< what a level holds for all threads; of memory 0 */
    double read[NN_BENCH_LEVELS];
    double triad[NN_BENCH_LEVELS]; /**< two arrays read, one written: three transfers */
} nn_bench_bandwidth;

/** Measures with arrays of half a cache, and of four times the largest but at least 64 MiB for memory. */
nn_status nn_bench_bandwidth_measure(size_t threads, nn_bench_bandwidth *bandwidth, nn_error *error);

/** @return the nearest level that holds so many bytes */
nn_bench_level nn_bench_level_of(const nn_bench_bandwidth *bandwidth, double bytes);

#endif
