/* SPDX-License-Identifier: MIT */
/**
 * One sum over ranks by messages, which goes on while they compute.
 *
 * Along the tree of leaves (support/sum_tree.h), or in any order that gives all ranks the same bits, with a leaf a
 * rank. MPI only moves values and every addition is made here: each rank is sent its segment of everybody's nodes,
 * joins them in the order of the tree, and sends the sum to everybody. That moves as many bytes as any algorithm must
 * (2 (P - 1) / P of the array, out and in, with one node a rank) and takes any number of ranks. Where these are many,
 * and the order is any or the nodes of the ranks are themselves a perfect tree, the same bytes go in 2 log2(P) rounds
 * of one message, instead of 2 (P - 1) messages: on a circle, each rank passes half of the segments that it sums on to
 * the rank that many places on (J. L. Traff, Optimal, Non-pipelined Reduce-scatter and Allreduce Algorithms, arXiv
 * 2410.14234, 2024), then the sums go the same way back. With a power of two ranks, at places that make neighbours
 * opposite, that joins the pairs of the tree, so the bits are those.
 *
 * Not MPI_Iallreduce: in place, Open MPI 4.1 has it take a binomial tree, whose root sends log2(P) times the array.
 */
#ifndef NNI_COMM_ALLREDUCE_MESSAGES_H
#define NNI_COMM_ALLREDUCE_MESSAGES_H

#include "comm/comm.h"
#include "support/element.h"
#include "support/sum_tree.h"

typedef struct nni_messages nni_messages;

/**
 * Takes the memory. Collective.
 *
 * @param runs     [ranks] of leaves, which make up the tree; NULL: any order, a leaf a rank
 * @param most     elements of the largest array
 * @param tag      of its messages
 */
nn_status nni_messages_create(nn_comm *comm, const nni_leaf_range *runs, nni_element element, size_t most, int tag,
                              nni_messages **messages, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_messages_free(nni_messages *messages);

/**
 * Begins to sum; the values must be left alone until it is done.
 *
 * @param values  [nodes of this rank's run, count], `pitch` elements from one to the next; one node where the order
 * is any. The first `count` receive the sum
 */
nn_status nni_messages_start(nni_messages *messages, void *values, size_t pitch, size_t count, nn_error *error);

/** Goes on as far as messages have come. Not collective. @param done  receives whether the sum is there */
nn_status nni_messages_progress(nni_messages *messages, bool *done, nn_error *error);

/** Waits for the sum; nothing to do where none is under way. */
nn_status nni_messages_finish(nni_messages *messages, nn_error *error);

#endif
