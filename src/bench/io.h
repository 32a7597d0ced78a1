/** What nntrain bench io finds, and how it is told. */
#ifndef NNI_BENCH_IO_H
#define NNI_BENCH_IO_H

#include "bench/machine.h"
#include "comm/comm.h"
#include "hdf5/probe/probe.h"

/** The ways there are to get at bytes of a file. */
typedef enum nn_bench_io_way {
    NN_BENCH_IO_ROWS,    /**< in their order, as rows that stay in memory are read */
    NN_BENCH_IO_BLOCKS,  /**< in shuffled blocks, as rows that stay in the file are read */
    NN_BENCH_IO_PLAIN,   /**< the file's bytes by read(2), into one small buffer */
    NN_BENCH_IO_INFLATE, /**< zlib alone */
} nn_bench_io_way;

enum { NN_BENCH_IO_WAYS = 4 };

/** One dataset. */
typedef struct nn_bench_io_result {
    const char *file; /**< NULL: one that was made for this and is gone */
    const char *name; /**< of the dataset, or of what was made */
    nn_probe_facts facts;
    uint64_t bytes[NN_BENCH_IO_WAYS]; /**< that came to memory, of all ranks */
    double seconds[NN_BENCH_IO_WAYS]; /**< of the rank that took longest; 0: not measured */
} nn_bench_io_result;

void nn_bench_io_begin(const nn_comm *comm, size_t repeat, nn_bench_output *output);
void nn_bench_io_tell(const nn_bench_io_result *result, nn_bench_output *output);
void nn_bench_io_end(nn_bench_output *output);

#endif
