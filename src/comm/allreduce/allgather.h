/* SPDX-License-Identifier: MIT */
/**
 * Allgather of an array of which each rank has updated its own part, step after step.
 *
 * Ranks that are all on one host publish their parts in shared memory, and copy the others'; those of several
 * hosts send them (MPI_Allgatherv).
 */
#ifndef NNI_COMM_ALLREDUCE_ALLGATHER_H
#define NNI_COMM_ALLREDUCE_ALLGATHER_H

#include "comm/comm.h"

typedef struct nni_allgather nni_allgather;

/**
 * Takes the memory. Collective.
 *
 * @param firsts, counts  [ranks] elements of each rank's part, the same on all; borrowed
 */
nn_status nni_allgather_create(nn_comm *comm, const int *firsts, const int *counts, nni_allgather **gather,
                               nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_allgather_free(nni_allgather *gather);

/** Collective. @param values  the whole array; the others' parts are overwritten */
nn_status nni_allgather_run(nni_allgather *gather, nni_real *values, nn_error *error);

#endif
