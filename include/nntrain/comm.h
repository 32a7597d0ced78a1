/* SPDX-License-Identifier: MIT */
/** @file
 * The ranks of one run: who they are, what they add up, and how they agree on an error.
 */
#ifndef NNTRAIN_COMM_H
#define NNTRAIN_COMM_H

#include <stddef.h>

#include "nntrain/export.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The ranks that mpirun or srun started, and this one among them.
 *
 * Threads: one thread at a time, the one that called nn_comm_create; MPI is initialised for that.
 * Ownership: the caller's, until nn_comm_free; everything created with it is freed before.
 */
typedef struct nn_comm nn_comm;

/**
 * Joins the ranks that mpirun or srun started; a process started alone is a run of one rank. Collective.
 *
 * Initialises MPI unless the program has done so; nn_comm_free finalises it in the first case only.
 *
 * @param argc   of main; may be NULL
 * @param argv   of main; may be NULL
 * @param comm   receives the ranks
 * @param error  receives what went wrong; may be NULL, as in every function
 * @return NN_SYSTEM where MPI cannot start
 */
NN_API nn_status nn_comm_create(int *argc, char ***argv, nn_comm **comm, nn_error *error);

/** Leaves the run. Collective; NULL is fine. */
NN_API void nn_comm_free(nn_comm *comm);

/** @return number of this rank, from 0 */
NN_API int nn_comm_rank(const nn_comm *comm);

/** @return how many ranks there are */
NN_API int nn_comm_size(const nn_comm *comm);

/**
 * Makes all ranks leave together after something that can fail on one rank alone. Collective.
 *
 * @param comm    the ranks
 * @param status  this rank's outcome
 * @param error   this rank's message; where any rank failed, receives the message of the lowest failing rank on every
 * rank, led by "rank R on HOST: " where the run has several ranks and some of them did not fail alike
 * @return NN_OK where all ranks pass NN_OK, else the status of the lowest failing rank
 */
NN_API nn_status nn_comm_agree(nn_comm *comm, nn_status status, nn_error *error);

/** Sums [count] floats element by element over the ranks, in place. Collective. */
NN_API nn_status nn_comm_sum_float(nn_comm *comm, float *values, size_t count, nn_error *error);

/** Sums [count] doubles element by element over the ranks, in place. Collective. */
NN_API nn_status nn_comm_sum_double(nn_comm *comm, double *values, size_t count, nn_error *error);

/** Copies rank 0's bytes to every rank. Collective. */
NN_API nn_status nn_comm_broadcast(nn_comm *comm, void *bytes, size_t count, nn_error *error);

/** Waits until every rank has come here. Collective. */
NN_API nn_status nn_comm_barrier(nn_comm *comm, nn_error *error);

#ifdef __cplusplus
}
#endif

#endif
