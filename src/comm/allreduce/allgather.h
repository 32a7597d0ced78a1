/**
 * An array of which each rank has moved a part of its own, made whole on all of them, step after step.
 *
 * Ranks that are all on one host show their parts in memory that they share, and copy the others'; those of several
 * hosts send them (MPI_Allgatherv).
 */
#ifndef NNI_COMM_ALLREDUCE_ALLGATHER_H
#define NNI_COMM_ALLREDUCE_ALLGATHER_H

#include "comm/comm.h"

typedef struct nn_parts nn_parts;

/**
 * Takes the memory. Collective.
 *
 * @param firsts, counts  [ranks] elements of each rank's part, the same on all; borrowed
 */
nn_status nn_parts_create(nn_comm *comm, const int *firsts, const int *counts, nn_parts **parts, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nn_parts_free(nn_parts *parts);

/** Collective. @param values  the whole array; the others' parts are overwritten */
nn_status nn_parts_share(nn_parts *parts, nn_real *values, nn_error *error);

#endif
