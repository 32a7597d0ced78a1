/* SPDX-License-Identifier: MIT */
/**
 * Blocks: runs of rows that lie together in the file and come together in the order of an epoch, where a slice is too
 * large to be shuffled row by row.
 *
 * A block of a slice is the part of it between two multiples of `rows` in the file, so that chunks are unpacked once.
 * It counts the rows of the split alone: those that were held out are in another split's blocks.
 */
#ifndef NNI_DATA_ORDER_BLOCKS_H
#define NNI_DATA_ORDER_BLOCKS_H

#include "data/order/slicing.h"

/** Blocks of this rank's slices. Owns its arrays. */
typedef struct nni_blocks {
    size_t rows;   /**< of the file, from the beginning of a block to that of the next */
    size_t *first; /**< [slice_count + 1] where each slice's rows of `begin` begin; a slice has one more than blocks */
    size_t *begin; /**< rows of the slice that come before each of its blocks, and how many there are */
} nni_blocks;

/** A run of rows of the file, counted from this rank's first one. */
typedef struct nni_file_run {
    size_t first, count;
} nni_file_run;

/** @param present  which rows of the file the split has, NULL: all */
nn_status nni_blocks_create(const nni_slicing *slicing, const nni_row_set *present, nni_blocks **blocks,
                            nn_error *error);
void nni_blocks_free(nni_blocks *blocks);

/** @return blocks of this rank's slice i */
size_t nni_blocks_count(const nni_blocks *blocks, size_t i);

/** @return [count + 1] rows of the slice before each of its blocks, and how many there are */
const size_t *nni_blocks_begin(const nni_blocks *blocks, size_t i);

/** @return where a block of this rank's slice i lies */
nni_file_run nni_blocks_run(const nni_slicing *slicing, size_t i, size_t block);

#endif
