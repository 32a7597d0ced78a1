/* SPDX-License-Identifier: MIT */
/**
 * The order of every sum over rows, whichever rank adds: leaves are joined along a fixed binary tree.
 *
 * Floating-point addition does not associate, so a sum has the same bits on any number of ranks only where every rank
 * keeps to one order. The leaves of the tree are the slices of a batch, each summed in row order; neighbours are joined
 * two and two, then neighbouring pairs, and so on: node n of level l holds leaves n 2^l up to (n + 1) 2^l, as far as
 * there are any, and is the sum of nodes 2n and 2n + 1 of the level below, or node 2n alone where there is no other.
 * IEEE 754 addition commutes, so it does not matter which of two ranks adds.
 *
 * A rank holds a run of leaves. Their sums go onto a stack, one leaf after the other, whose two topmost values are
 * joined as often as nni_sum_tree_joins says; what is left at the end are the largest nodes that the run makes up
 * alone.
 */
#ifndef NNI_SUPPORT_SUM_TREE_H
#define NNI_SUPPORT_SUM_TREE_H

#include <stddef.h>

#include "nntrain/status.h"

/** A run: consecutive leaves of a tree. */
typedef struct nni_leaf_range {
    size_t total; /**< leaves of the tree, over all ranks; at least 1 */
    size_t first; /**< first one of this run */
    size_t count; /**< of this run */
} nni_leaf_range;

/** Rows of a batch that belong to a run of leaves. */
typedef struct nni_leaf_rows {
    nni_leaf_range run;
    const size_t *begin; /**< [run.count + 1] first row of each leaf, and the end of the last; a leaf may have none */
} nni_leaf_rows;

/** A node of a tree: leaves first .. first + span - 1, as far as there are any. */
typedef struct nni_tree_node {
    size_t first;
    size_t span; /**< a power of 2 */
} nni_tree_node;

/** The run of a rank: runs follow each other in the order of ranks, and their lengths differ by one at most. */
nni_leaf_range nni_leaf_range_of_rank(size_t total, size_t rank, size_t ranks);

/** Allocates the runs of all ranks. @param runs  receives [ranks], to be released with nni_release */
nn_status nni_leaf_ranges_of_ranks(size_t total, size_t ranks, nni_leaf_range **runs, nn_error *error);

/** Joins consecutive runs to one. @param runs  [count], at least one */
nni_leaf_range nni_leaf_range_union(const nni_leaf_range *runs, size_t count);

/** @return how many times the two topmost values of the stack are joined after the sum of `leaf` has gone onto it */
size_t nni_sum_tree_joins(nni_leaf_range run, size_t leaf);

/** The same after the sum of a node, all of whose leaves are of the run. */
size_t nni_sum_tree_joins_after(nni_leaf_range run, nni_tree_node node);

/** @return the node of the stack that begins with leaf `first`, once the whole run has gone through it */
nni_tree_node nni_sum_tree_node(nni_leaf_range run, size_t first);

/** @return values on the stack once the whole run has gone through it; 0 for an empty run */
size_t nni_sum_tree_nodes(nni_leaf_range run);

/** @return the most values that are on the stack at any time, before joins */
size_t nni_sum_tree_height(nni_leaf_range run);

#endif
