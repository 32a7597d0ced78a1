/* SPDX-License-Identifier: MIT */
/**
 * Who sends what to whom so that ranks have the sum of an array: a reduce-scatter along the tree of leaves, then an
 * allgather, the same way back.
 *
 * Each rank begins with the nodes of its run. From the leaves up, the two values that a node of the tree is the sum of
 * are each spread over some ranks; where both are on different ranks, the range is cut in two, each of these ranks
 * sends one part, adds what it receives to the other, and keeps the sum. Cuts are made such that all ranks below a node
 * hold equal shares of it. With a node a rank that moves 1 - 1/P of the array out of each rank and as much back, which
 * no algorithm can undercut (Patarasu and Yuan, 2009), for any number of ranks P, in ceil(log2 P) rounds; with a power
 * of two it is recursive halving with neighbours first (Rabenseifner, 2004). Additions are those of the tree, so the
 * bits do not depend on how leaves are divided between ranks.
 */
#ifndef NNI_COMM_ALLREDUCE_SCHEDULE_H
#define NNI_COMM_ALLREDUCE_SCHEDULE_H

#include "nntrain/status.h"
#include "support/sum_tree.h"
#include "support/threads/partition.h"

/** What is scheduled. */
typedef struct nni_schedule_plan {
    const nni_leaf_range *runs; /**< [ranks] of leaves, which make up the tree */
    size_t ranks;
    size_t count;       /**< elements of the array */
    size_t grain;       /**< ranges are cut at multiples of it, at least 1 */
    const size_t *cuts; /**< [cut_count] ascending: the only elements that ranges may be cut before; NULL: any */
    size_t cut_count;
} nni_schedule_plan;

/** A range that two ranks tell each other of, or one rank has twice. */
typedef struct nni_transfer {
    size_t peer;        /**< this rank itself: it has both values */
    size_t slot;        /**< which of this rank's nodes the value is, and becomes */
    size_t other;       /**< of a peer that is this rank: the node that is added to it */
    nni_partition kept; /**< elements that this rank receives, adds and keeps; may be none */
    nni_partition sent; /**< elements that it sends; may be none */
} nni_transfer;

/** One rank's part. Owns its arrays. */
typedef struct nni_transfers {
    size_t rounds;
    size_t *begin;           /**< [rounds + 1] first transfer of each round */
    nni_transfer *transfers; /**< in each round by the same order on both sides */
    size_t kept_count;
    struct nni_kept {
        size_t rank;
        size_t slot; /**< of that rank */
        nni_partition range;
    } * kept; /**< [kept_count] who has which part of the sum in the end, ascending */
} nni_transfers;

/** Compiles the part of a rank. Local, and alike on every rank. */
nn_status nni_schedule_compile(const nni_schedule_plan *plan, size_t rank, nni_transfers *transfers, nn_error *error);
void nni_transfers_free(nni_transfers *transfers);

#endif
