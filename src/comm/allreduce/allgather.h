/**
 * An array of which each rank has moved a part of its own, made whole on all of them, step after step.
 *
 * Ranks that are all on one host show their parts in memory that they share, and copy the others'; those of several
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
nn_status nni_allgather_create(nn_comm *comm, const int *firsts, const int *counts, nni_allgather **parts,
                               nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_allgather_free(nni_allgather *parts);

/** Collective. @param values  the whole array; the others' parts are overwritten */
nn_status nni_allgather_run(nni_allgather *parts, nni_real *values, nn_error *error);

#endif
