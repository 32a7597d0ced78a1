/* SPDX-License-Identifier: MIT */
/** Sums over the rows of a batch: one for each leaf, joined along the tree of the leaves (support/sum_tree.h). */
#ifndef NNI_MODEL_PARTIAL_SUMS_H
#define NNI_MODEL_PARTIAL_SUMS_H

#include "model/batch.h"
#include "support/real.h"

/**
 * @return the leaves of a batch; all rows as one leaf where the batch has none
 *
 * @param whole  buffer for the borders of that one leaf
 */
nni_leaf_rows nni_batch_leaves(const nni_batch *batch, size_t whole[2]);

/** Adds up the topmost of `height` nodes on a stack that `leaf` completes. @return nodes left on the stack */
size_t nni_join_reals(nni_leaf_range run, size_t leaf, nni_real *stack, size_t pitch, size_t height, size_t count);
size_t nni_join_doubles(nni_leaf_range run, size_t leaf, double *stack, size_t pitch, size_t height, size_t count);

/**
 * Sums of columns.
 *
 * @param matrix  [rows, columns]
 * @param sums    [columns] of the first node; those of the others, and of the stack they are found on, are `pitch`
 * elements apart
 */
void nni_partial_column_sums(const nni_real *matrix, const nni_leaf_rows *leaves, size_t columns, nni_real *sums,
                             size_t pitch);

/** Sums of the products of two matrices, column by column. */
void nni_partial_column_products(const nni_real *a, const nni_real *b, const nni_leaf_rows *leaves, size_t columns,
                                 nni_real *sums, size_t pitch);

#endif
