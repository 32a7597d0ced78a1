/* SPDX-License-Identifier: MIT */
/**
 * One sum over ranks by messages, which goes on while they compute, along a schedule (schedule.h): the bits are those
 * of the tree of leaves. MPI only moves values and every addition is made here; or, where any order will do, the
 * library makes the sum.
 *
 * Where ranks share memory, gradients are summed there first (owner.h). A loss, the moments of batch norm or a metric
 * are a few values, and all ranks send them, those of a host to each other first, as they are numbered.
 *
 * Not MPI_Iallreduce in place: that way Open MPI 4.1 takes a binomial tree, whose root sends log2(P) times the array.
 */
#ifndef NNI_COMM_ALLREDUCE_MESSAGES_H
#define NNI_COMM_ALLREDUCE_MESSAGES_H

#include <stdbool.h>

#include "comm/allreduce/wire.h"
#include "comm/comm.h"
#include "support/sum_tree.h"
#include "support/threads/partition.h"

typedef struct nni_messages nni_messages;

/** Tags of the sums there are; pieces of gradients have those from the last one on. */
enum { NNI_TAG_LOSS = 1, NNI_TAG_BATCH_NORM, NNI_TAG_TALLY, NNI_TAG_NORMS, NNI_TAG_PIECES = 64 };

/** What is summed, time after time. */
typedef struct nni_messages_plan {
    size_t
        leaves;  /**< of the tree, of which each rank has the run nni_leaf_range_of_rank; 0: any order, a leaf a rank */
    size_t turn; /**< without a tree: the leaf of rank 0; where ranks are no power of two, those of the last leaves
                    send less than others */
    const nni_leaf_range *runs; /**< [ranks] of leaves, at least one each, in place of those; NULL: those */
    nni_element element;        /**< NNI_REAL or NNI_DOUBLE */
    nni_wire wire;
    bool library; /**< MPI_Iallreduce: without a tree, and as elements are */
    size_t most;  /**< elements of the largest array */
    const size_t
        *cuts; /**< [cut_count] ascending: the only elements that what ranks keep may be cut before; NULL: any */
    size_t cut_count;
    int tag; /**< of its messages: sums that may be under way at the same time have different ones */
} nni_messages_plan;

/** Takes the memory. Collective. */
nn_status nni_messages_create(nn_comm *comm, const nni_messages_plan *plan, nni_messages **messages, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_messages_free(nni_messages *messages);

/**
 * Begins to sum; the values must be left alone until it is done.
 *
 * @param values  [nodes of this rank's run, count], `pitch` elements from one to the next; the first `count` receive
 * the sum
 * @param count   at most plan.most
 */
nn_status nni_messages_start(nni_messages *messages, void *values, size_t pitch, size_t count, nn_error *error);

/** The first half of it, for an array of plan.most elements: when it is done, they hold the sum where this rank keeps
 * it. Not of the library. */
nn_status nni_messages_reduce(nni_messages *messages, void *values, size_t pitch, nn_error *error);

/** The second half: from the elements that each rank keeps to all. @param values  [plan.most] */
nn_status nni_messages_gather(nni_messages *messages, void *values, nn_error *error);

/** @return how many ranges this rank keeps. @param ranges  receives them, ascending; NULL: only counts */
size_t nni_messages_kept(const nni_messages *messages, nni_partition *ranges);

/** Goes on as far as messages have come. Not collective. @param done  receives whether it is */
nn_status nni_messages_progress(nni_messages *messages, bool *done, nn_error *error);

/** Waits until it is done; nothing to do where none is under way. */
nn_status nni_messages_finish(nni_messages *messages, nn_error *error);

#endif
