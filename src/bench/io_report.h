/* SPDX-License-Identifier: MIT */
/** What nntrain bench io finds, and how it is told. */
#ifndef NNI_BENCH_IO_REPORT_H
#define NNI_BENCH_IO_REPORT_H

#include "bench/machine.h"
#include "comm/comm.h"
#include "hdf5/probe/probe.h"

/** The ways there are to get at bytes of a file. */
typedef enum nni_bench_io_way {
    NNI_BENCH_IO_ROWS,    /**< in their order, as rows that stay in memory are read */
    NNI_BENCH_IO_BLOCKS,  /**< in shuffled blocks, as rows that stay in the file are read */
    NNI_BENCH_IO_PLAIN,   /**< the file's bytes by read(2), into one small buffer */
    NNI_BENCH_IO_INFLATE, /**< zlib alone */
} nni_bench_io_way;

enum { NNI_BENCH_IO_WAYS = 4 };

/** One dataset. */
typedef struct nni_bench_io_result {
    const char *file; /**< NULL: one that was made for this and is gone */
    const char *name; /**< of the dataset, or of what was made */
    nni_probe_facts facts;
    uint64_t bytes[NNI_BENCH_IO_WAYS]; /**< that came to memory, of all ranks */
    double seconds[NNI_BENCH_IO_WAYS]; /**< of the rank that took longest; 0: not measured */
} nni_bench_io_result;

void nni_bench_io_begin(const nn_comm *comm, size_t repeat, nni_bench_output *output);
void nni_bench_io_tell(const nni_bench_io_result *result, nni_bench_output *output);
void nni_bench_io_end(nni_bench_output *output);

#endif
