/* SPDX-License-Identifier: MIT */
/** Nodes of several ranks joined along their tree, in the cache. Local. */
#ifndef NNI_COMM_ALLREDUCE_TREE_JOIN_H
#define NNI_COMM_ALLREDUCE_TREE_JOIN_H

#include "comm/allreduce/wire.h"
#include "support/sum_tree.h"

typedef struct nni_tree_join nni_tree_join;

/** @param runs  [ranks] of leaves, which follow each other */
nn_status nni_tree_join_create(const nni_leaf_range *runs, size_t ranks, nni_element_wire element, nni_tree_join **join,
                               nn_error *error);
void nni_tree_join_free(nni_tree_join *join);

/**
 * Joins the nodes of these ranks to those of the run that theirs make up: to the root where that is the whole tree.
 *
 * @param nodes  [nodes of these ranks] of [count], in the order of the tree
 * @param sums   [nodes of their run, count], `pitch` elements from one to the next; a sum that is the only one may be
 * one of the nodes
 */
void nni_tree_join_nodes(nni_tree_join *join, const void *const *nodes, void *sums, size_t pitch, size_t count);

#endif
