/* SPDX-License-Identifier: MIT */
/** A batch: the rows of one rank that a step is computed on. */
#ifndef NNI_MODEL_BATCH_H
#define NNI_MODEL_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "support/real.h"
#include "support/sum_tree.h"

/** Targets of some rows: either a class per row or a value per row and output. One of the two is NULL. */
typedef struct nni_targets {
    const int32_t *classes; /**< [rows], in 0 .. outputs-1 */
    const nni_real *values; /**< [rows, outputs] */
} nni_targets;

/** Rows of one batch; borrows its arrays. */
typedef struct nni_batch {
    size_t rows;        /**< rows of this rank; 0 is valid */
    size_t global_rows; /**< rows over all ranks */
    const nni_real *x;  /**< [rows, features], normalised */
    nni_targets y;
    const nni_real *weights; /**< [rows] weights of the samples; NULL: all 1 */
    const uint64_t
        *samples;         /**< [rows] numbers of the rows in the split, which key dropout; NULL: no dropout asked for */
    uint64_t epoch;       /**< which keys dropout too */
    nni_leaf_rows leaves; /**< whose sums are joined along their tree; begin NULL: the rows are one sum */
} nni_batch;

#endif
