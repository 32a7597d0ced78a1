/* SPDX-License-Identifier: MIT */
/** Sums over the rows of a batch: one for each leaf, joined along the tree of the leaves (support/sum_tree.h). */
#ifndef NNI_MODEL_PARTIAL_SUMS_H
#define NNI_MODEL_PARTIAL_SUMS_H

#include "model/batch.h"
#include "model/network.h"
#include "support/real.h"

/**
 * @return the leaves of a batch; all rows as one leaf where the batch has none
 *
 * @param whole  buffer for the borders of that one leaf
 */
nni_leaf_rows nni_batch_leaves(const nni_batch *batch, size_t whole[2]);

/** A stack of nodes, each as long as the array that the first is a part of. */
typedef struct nni_real_stack {
    nni_real *nodes;
    size_t pitch; /**< elements from one to the next */
    bool round;   /**< those that are joined are rounded to bfloat16 before */
} nni_real_stack;

/** @return the stack of a work space's gradients, from an element on */
nni_real_stack nni_gradient_stack(const nni_workspace *work, size_t offset);

/** Adds up the topmost of `height` nodes on a stack that `leaf` completes. @return nodes left on the stack */
size_t nni_join_reals(nni_leaf_range run, size_t leaf, nni_real_stack stack, size_t height, size_t count);
size_t nni_join_doubles(nni_leaf_range run, size_t leaf, double *stack, size_t pitch, size_t height, size_t count);

/**
 * Sums of columns.
 *
 * @param matrix  [rows, columns]
 * @param sums    of nodes of [columns]
 */
void nni_partial_column_sums(const nni_real *matrix, const nni_leaf_rows *leaves, size_t columns, nni_real_stack sums);

/** Sums of the products of two matrices, column by column. */
void nni_partial_column_products(const nni_real *a, const nni_real *b, const nni_leaf_rows *leaves, size_t columns,
                                 nni_real_stack sums);

#endif
