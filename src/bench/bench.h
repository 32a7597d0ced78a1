/* SPDX-License-Identifier: MIT */
/** What nntrain bench measures: matrix products and whole training steps against what the processor can do, and sums
 * over ranks; and how fast rows come from files. */
#ifndef NNI_BENCH_BENCH_H
#define NNI_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/shapes.h"
#include "comm/comm.h"
#include "nntrain/kinds.h"
#include "nntrain/status.h"

/** What all benchmarks are told. */
typedef struct nni_bench_options {
    size_t threads;        /**< OpenMP threads, at least 1 */
    size_t repeat;         /**< timings of everything, of which the median counts; 0: as many as fit the case */
    bool json;             /**< whether figures are wanted as JSON too */
    const char *json_path; /**< file for it; NULL: standard output, in place of the table */
} nni_bench_options;

/** The most shapes that can be named. */
enum { NNI_BENCH_MOST_SHAPES = 64 };

typedef struct nni_bench_gemm_options {
    nni_bench_options common;
    bool peers;                              /**< compare with other libraries too */
    size_t shapes[NNI_BENCH_MOST_SHAPES][3]; /**< rows, columns and depth, each in the three orientations */
    size_t shape_count;                      /**< 0: the layers of nni_bench_default_layers */
} nni_bench_gemm_options;

/**
 * Times products by our kernels, one set of results per instruction set that the processor has, by the other libraries
 * and, beside them in every repeat, multiply-adds in registers. All results are compared before any is timed.
 *
 * @return NN_USAGE where peers are wanted and not built in, NN_SYSTEM where results differ, memory runs out or the JSON
 * cannot be written
 */
nn_status nni_bench_gemm(const nni_bench_gemm_options *options, nn_error *error);

/**
 * Times products of usual layers with other values of what they assume of the machine, in turns, and prints what each
 * would take and which would be better.
 *
 * @return NN_SYSTEM where memory runs out
 */
nn_status nni_bench_tune(const nni_bench_options *options, nn_error *error);

/** The most layers of a network to be named, its inputs counted. */
enum { NNI_BENCH_MOST_WIDTHS = 16 };

typedef struct nni_bench_step_options {
    nni_bench_options common;
    size_t widths[NNI_BENCH_MOST_WIDTHS]; /**< inputs, hidden layers, outputs */
    size_t width_count;                   /**< 0: three networks of our own */
    size_t batch;                         /**< 0: 128, or what goes with a network of ours */
    const char *activation;               /**< of the hidden layers, as in a recipe */
    const char *optimizer;                /**< as in a recipe */
    const char *precision;                /**< as in a recipe */
    double momentum;                      /**< of the optimizer; below 0: its default */
    bool explain;                         /**< tell what bounds each product */
} nni_bench_step_options;

/**
 * Times training steps on synthetic rows in memory: gather, forward, loss, backward and descent as the training loop
 * calls them, beside multiply-adds in registers. Collective: ranks share each batch; rank 0 speaks.
 *
 * @return NN_USAGE where activation, optimizer or precision are none, ranks are more than the rows of a batch or
 * several shall explain, NN_DIVERGED where the weights do not stay finite, NN_SYSTEM where memory runs out or the JSON
 * cannot be written
 */
nn_status nni_bench_step(const nni_bench_step_options *options, nn_comm *comm, nn_error *error);

typedef struct nni_bench_allreduce_options {
    nni_bench_options common; /**< threads play no part */
    size_t slices;            /**< leaves of the tree that sums keep to */
} nni_bench_allreduce_options;

/**
 * Times sums over the ranks by the size of the message: the MPI library's own, and what trainings do. Collective; rank
 * 0 speaks.
 *
 * @return NN_USAGE where ranks are more than slices, NN_SYSTEM where MPI fails, memory runs out or the JSON cannot be
 * written
 */
nn_status nni_bench_allreduce(const nni_bench_allreduce_options *options, nn_comm *comm, nn_error *error);

typedef struct nni_bench_io_options {
    nni_bench_options common; /**< threads play no part; of timings the best counts */
    const char *data;         /**< file to be read; NULL: some are made */
    const char *dataset;      /**< of data */
    nn_external external;     /**< where data may have rows outside of itself */
    size_t bytes;             /**< of the rows of each file that is made */
} nni_bench_io_options;

/**
 * Times how rows come from HDF5 files in the page cache to memory, as trainings read them, beside read(2) of the same
 * files, and zlib's inflate where they are compressed. Collective: each rank reads its part; rank 0 speaks.
 *
 * @return NN_DATA where the file cannot be read, NN_USAGE where files would be made on one of several hosts, NN_SYSTEM
 * where MPI fails, memory runs out, or a file cannot be made or the JSON written
 */
nn_status nni_bench_io(const nni_bench_io_options *options, nn_comm *comm, nn_error *error);

#endif
