/* SPDX-License-Identifier: MIT */
/**
 * Sums over the ranks of a host through memory that they share, and over all ranks with one of each host's that sends.
 *
 * Messages between processes of a host are copies into a common buffer and out of it, piece by piece, each announced
 * and acknowledged. Here each rank puts its nodes there once, every lane joins its own segment straight from what the
 * others put there, and all take the other segments' sums; each rank joins very short arrays of one host whole. Two
 * counters a rank, which only grow, say how far it is. Where there are other hosts, a lane has its segment summed over
 * them before it publishes it. For long sums of one host that go on beside other work see host_sum.h.
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
    size_t most;  /**< elements of the largest array */
    size_t lanes; /**< ranks, from the host's first on, that join a segment each */
    bool sent;    /**< lanes have their segments summed over other hosts too */
} nni_shared_plan;

/** @return lanes that sums of up to `most` elements over several hosts are worth */
size_t nni_shared_sum_lanes(const nni_hosts *hosts, nni_element element, size_t most);

/**
 * Takes the shared memory. Collective over the ranks of one host; where the system has no room for it, `shared`
 * receives NULL on all of them.
 *
 * @param inside    the ranks of the host
 * @param messages  of this rank with its lane, for arrays of a segment; borrowed. NULL where it is no lane, or there is
 * but one host
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
