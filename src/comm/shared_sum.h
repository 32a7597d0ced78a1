/**
 * Short sums over the ranks of one host through memory that they share.
 *
 * Messages between processes of a host are copies into a common buffer and out of it, piece by piece, each announced
 * and acknowledged. Here each rank puts its nodes there once, every rank joins its own segment straight from what the
 * others put there, and takes the other segments' sums; of very short ones each joins all. Two counters a rank, which
 * only grow, say how far it is. For long sums that go on beside other work see host_sum.h.
 */
#ifndef NN_COMM_SHARED_SUM_H
#define NN_COMM_SHARED_SUM_H

#include "comm/tree_join.h"

typedef struct nn_shared_sum nn_shared_sum;

/**
 * Takes the shared memory. Collective over ranks that are all on one host; where the system has no room for it,
 * `shared` receives NULL on all of them.
 *
 * @param nodes  [ranks] of each rank's run
 * @param join   of all their nodes; borrowed
 * @param most   elements of the largest array
 */
nn_status nn_shared_sum_create(nn_comm *comm, const size_t *nodes, nn_element_sum element, nn_tree_join *join,
                               size_t most, nn_shared_sum **shared, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nn_shared_sum_free(nn_shared_sum *shared);

/** Puts this rank's nodes where the others find them. Not collective. Arguments as of nn_exchange_start. */
void nn_shared_sum_start(nn_shared_sum *shared, void *values, size_t pitch, size_t count);

/** Goes on as far as the others are. Not collective. @return whether the sum is in the values */
bool nn_shared_sum_progress(nn_shared_sum *shared);

#endif
