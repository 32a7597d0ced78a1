/* SPDX-License-Identifier: MIT */
/**
 * The ranks of one run: who they are, what they add up, and how they agree on an error.
 *
 * Every function that takes an nn_comm and does not say otherwise is collective: all ranks call it, in the same order.
 */
#ifndef NNI_COMM_COMM_H
#define NNI_COMM_COMM_H

#include <stddef.h>
#include <stdint.h>

#include "nntrain/comm.h"
#include "nntrain/status.h"
#include "support/real.h"

/** How floats travel between hosts. */
typedef enum nni_wire {
    NNI_WIRE_FLOAT32,
    NNI_WIRE_BF16, /**< rounded to bfloat16, to nearest, ties to even; NaN stays NaN */
} nni_wire;

/** The ranks of this run. Plain facts to read; the communicator itself stays behind `backend`. */
struct nn_comm {
    int rank;
    int size;
    int local_rank; /**< rank among those on this host */
    int local_size; /**< ranks on this host */
    int host_count;
    int core_sharers; /**< ranks on this host, this one included, that may run on one of this rank's cores */
    int core_index;   /**< this rank's place among those, from 0; -1: not all of them have the same cores */
    char host[64];    /**< name of this host */
    struct nni_comm_backend *backend;
};

/**
 * This process alone, without MPI: for what one process does by itself, such as looking into a file.
 *
 * @return a run of one rank; nothing to free
 */
nn_comm nni_comm_alone(void);

/**
 * Shares the outcome of what rank 0 did alone, such as reading or writing a file; the others pass anything.
 *
 * @param error  on every rank receives rank 0's message where it failed
 * @return rank 0's status
 */
nn_status nni_comm_broadcast_status(nn_comm *comm, nn_status status, nn_error *error);

/** Sums each element over ranks, in place: MPI_Iallreduce, which Open MPI is slow with where many values go between
 * hosts.
 */
nn_status nni_comm_sum_real(nn_comm *comm, nni_real *values, size_t count, nn_error *error);

/** Smallest and largest over ranks, element by element, in place. */
nn_status nni_comm_min_double(nn_comm *comm, double *values, size_t count, nn_error *error);
nn_status nni_comm_max_double(nn_comm *comm, double *values, size_t count, nn_error *error);

/**
 * Compares a value over the ranks.
 *
 * @param value  NULL: this rank has none
 * @param outlier   receives -1 where all have the same; else the lowest rank that has another one than most, or, where
 * two ranks have one each, the second of them
 * @param host  [64] receives the name of that rank's host
 */
nn_status nni_comm_find_outlier(nn_comm *comm, const uint64_t *value, int *outlier, char host[64], nn_error *error);

/**
 * Makes sure that all ranks have a text in common, before anything that would wait for ever if they had not.
 *
 * @param what   it describes, for the message: "recipe"
 * @param lines  "KEY: VALUE" a line
 * @return NN_USAGE naming a rank, its host and the first line that is another than another rank's
 */
nn_status nni_comm_compare(nn_comm *comm, const char *what, const char *lines, nn_error *error);

/**
 * Takes one rank's values to rank 0. Called by rank 0 and by `from` alone; nothing to do where they are the same.
 *
 * @param values  [count] to be sent on `from`, to be filled on rank 0
 */
nn_status nni_comm_send_to_root(nn_comm *comm, int from, nni_real *values, size_t count, nn_error *error);

/** The same for bytes. */
nn_status nni_comm_send_bytes_to_root(nn_comm *comm, int from, void *bytes, size_t count, nn_error *error);

/**
 * Takes some bytes of every rank to rank 0.
 *
 * @param mine   [count], at most INT_MAX
 * @param all    [size, count] in the order of the ranks on rank 0; anything on the others
 */
nn_status nni_comm_gather_bytes(nn_comm *comm, const void *mine, void *all, size_t count, nn_error *error);

/** @return one line naming the MPI library and its version. Not collective. */
const char *nni_comm_library(void);

#endif
