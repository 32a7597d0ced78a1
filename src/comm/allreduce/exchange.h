/* SPDX-License-Identifier: MIT */
/**
 * A sum over the ranks of a few values, which goes on while they compute: a loss, the moments of batch norm, a metric.
 *
 * Along the tree of leaves (support/sum_tree.h), or in any order that gives all ranks the same bits, which differs from
 * one number of ranks to another. Ranks of a host sum through memory that they share (shared_sum.h), and the first of
 * each host then sums over the hosts by messages (messages.h). Along a tree, the same bits every way.
 *
 * Collective: all ranks start their exchanges in the same order.
 */
#ifndef NNI_COMM_ALLREDUCE_EXCHANGE_H
#define NNI_COMM_ALLREDUCE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "comm/comm.h"
#include "support/element.h"
#include "support/sum_tree.h"

/** Tags of the exchanges there are; pieces of gradients have those from the last one on. */
enum { NNI_TAG_LOSS = 1, NNI_TAG_BATCH_NORM, NNI_TAG_TALLY, NNI_TAG_NORMS, NNI_TAG_PIECES = 64 };

typedef struct nni_exchange nni_exchange;

/**
 * Takes the memory of an exchange. Collective.
 *
 * @param leaves  of the tree, of which each rank has the run nni_leaf_range_of_rank; 0: any order, a leaf a rank
 * @param element NNI_REAL or NNI_DOUBLE
 * @param most    elements of the largest array that will be summed, at most 2^28
 * @param tag     of its messages: exchanges that may be under way at the same time have different ones
 */
nn_status nni_exchange_create(nn_comm *comm, size_t leaves, nni_element element, size_t most, int tag,
                              nni_exchange **exchange, nn_error *error);
void nni_exchange_free(nni_exchange *exchange);

/**
 * Begins to sum; the values must be left alone until it is done.
 *
 * @param values  [nodes of this rank's run, count], `pitch` elements from one to the next; one node where the order
 * is any. The first `count` receive the sum
 */
nn_status nni_exchange_start(nni_exchange *exchange, void *values, size_t pitch, size_t count, nn_error *error);

/** Goes on as far as messages have come. Not collective. @param done  receives whether the sum is there */
nn_status nni_exchange_progress(nni_exchange *exchange, bool *done, nn_error *error);

/** Waits for the sum; nothing to do where none is under way. */
nn_status nni_exchange_finish(nni_exchange *exchange, nn_error *error);

#endif
