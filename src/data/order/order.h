/* SPDX-License-Identifier: MIT */
/**
 * The order in which an epoch goes through the rows of a slice.
 *
 * A slice of up to window_rows rows is shuffled row by row. A larger one goes through windows: its blocks are permuted,
 * a window is some blocks that follow each other in that order, and the rows of a window are shuffled among each other.
 * So a rank holds a window at a time, and reads whole blocks. All of it is a function of rows, blocks, seed and epoch.
 */
#ifndef NNI_DATA_ORDER_ORDER_H
#define NNI_DATA_ORDER_ORDER_H

#include "data/order/blocks.h"
#include "data/order/shuffle.h"

/** The order of one slice. Owns its arrays. */
typedef struct nni_order {
    const size_t *block_begin; /**< see nni_blocks_begin; NULL: the slice is one block */
    size_t blocks, rows, slice;
    uint64_t seed;
    size_t windows; /**< of an epoch; at least 1 */
    /* Of the epoch: */
    bool begun;
    uint64_t epoch;
    nni_shuffle block_order;
    size_t *window_first; /**< [windows + 1] position that each begins at */
    /* Of a window of it: */
    bool entered;
    size_t window, members; /**< which one, and blocks it has */
    nni_shuffle shuffle;
    size_t *member;       /**< [members] its blocks */
    size_t *member_begin; /**< [members + 1] rows of the window before each */
} nni_order;

/** @param blocks  of this rank's slices; borrowed. @param i  which of these slices */
nn_status nni_order_create(const nni_slicing *slicing, const nni_blocks *blocks, size_t i, uint64_t seed,
                           nni_order *order, nn_error *error);
void nni_order_free(nni_order *order);

/** Goes to an epoch. */
void nni_order_begin(nni_order *order, uint64_t epoch);

/** Goes to a window of the epoch. */
void nni_order_enter(nni_order *order, size_t window);

/** @return the window that a position of the epoch is in, 0 <= position < rows */
size_t nni_order_window_at(const nni_order *order, size_t position);

/** Which rows of the window entered come at `count` positions in it: rows of a window are numbered in the order of its
 * members. @param indices  [count] receives them */
void nni_order_indices(const nni_order *order, size_t position, size_t count, uint64_t *indices);

/** @return which row of the slice a row of the window is */
size_t nni_order_row(const nni_order *order, size_t index);

/** @return the most rows that any window of any epoch of this rank's slices has, before others are held out */
size_t nni_order_window_rows(const nni_slicing *slicing);

/** @return rows that reading ahead has in memory: two windows of every slice of this rank, each with a block that is
 * read whole before rows held out are dropped */
size_t nni_order_rows_ahead(const nni_slicing *slicing);

#endif
