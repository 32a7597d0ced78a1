/* SPDX-License-Identifier: MIT */
/**
 * Sums of a few values over the ranks of a host through memory that they share, and over all ranks with the first of
 * each host that sends.
 *
 * Messages between processes of a host are copies into a common buffer and out of it, each announced and acknowledged.
 * Here each rank puts its nodes there once, and on one host everybody joins all of them, so that nobody waits a second
 * time. Where there are other hosts, the first rank has the sum of its host summed over them and publishes it. Two
 * counters a rank, which only grow, say how far it is.
 */
#ifndef NNI_COMM_ALLREDUCE_SHARED_SUM_H
#define NNI_COMM_ALLREDUCE_SHARED_SUM_H

#include "comm/allreduce/messages.h"
#include "comm/topology.h"

typedef struct nni_shared_sum nni_shared_sum;

/** What is summed, and by whom. */
typedef struct nni_shared_plan {
    const nni_leaf_range *runs; /**< [ranks of the host] of leaves */
    nni_element element;
    size_t most; /**< elements of the largest array */
    bool sent;   /**< the first rank has the sum of the host summed over others */
} nni_shared_plan;

/**
 * Takes the shared memory. Collective over the ranks of one host; where the system has no room for it, `shared`
 * receives NULL on all of them.
 *
 * @param inside    the ranks of the host
 * @param messages  of the first rank with those of other hosts; borrowed; NULL elsewhere
 */
nn_status nni_shared_sum_create(nn_comm *inside, const nni_shared_plan *plan, nni_messages *messages,
                                nni_shared_sum **shared, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_shared_sum_free(nni_shared_sum *shared);

/** Puts this rank's nodes where the others find them. Not collective. Arguments as of nni_messages_start. */
void nni_shared_sum_start(nni_shared_sum *shared, void *values, size_t pitch, size_t count);

/** Goes on as far as the others are. Not collective. @param done  receives whether the sum is in the values */
nn_status nni_shared_sum_progress(nni_shared_sum *shared, bool *done, nn_error *error);

#endif
