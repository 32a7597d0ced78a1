/* SPDX-License-Identifier: MIT */
/**
 * Slices: the rows of a split are cut into S contiguous slices, a number of the recipe and not of the machine. A rank
 * owns a contiguous run of slices. What a batch contains is a function of rows, slices, batch and seed alone, hence the
 * same on any number of ranks.
 */
#ifndef NNI_DATA_ORDER_SLICING_H
#define NNI_DATA_ORDER_SLICING_H

#include "data/order/row_set.h"

/** N rows in S slices; slice s has floor((N + s) / S) rows, which adds up to N (Hermite's identity). */
typedef struct nni_slices {
    size_t rows;
    size_t count;
} nni_slices;

/** First row of slice s; s == count gives rows. */
size_t nni_slices_first_row(nni_slices slices, size_t slice);

/** First slice of a rank: floor(rank * S / ranks); rank == ranks gives S. */
size_t nni_slices_first_of_rank(nni_slices slices, size_t rank, size_t ranks);

/** How the rows of a split are cut into slices, and which of them this rank owns. Owns its arrays. */
typedef struct nni_slicing {
    nni_slices slices;               /**< of the rows of the split */
    nni_slices whole;                /**< of the rows of its files, before any were held out */
    size_t first_slice, slice_count; /**< slices this rank owns */
    size_t first_row, rows;          /**< rows this rank owns, counted in the split */
    size_t *slice_first;  /**< [slices.count + 1] row of the split that each slice begins with, over all ranks; NULL: as
                             slices cuts them */
    size_t *slice_end;    /**< [slice_count] row of this rank that each of its slices ends before */
    nni_row_set *present; /**< which rows of the files the split has, counted from this rank's first one; NULL: all */
    size_t block_rows;    /**< rows of the files that are read at a time */
    size_t window_rows;   /**< rows of a slice that are shuffled among each other; 0: all */
} nni_slicing;

/** Cuts so many rows into slices, whose ends are told where slice_end has memory. Local. */
void nni_slicing_cut(nni_slicing *slicing, nni_slices slices, size_t rank, size_t ranks);

/** Counts anew the rows of slices of other sizes. @param first  [slices + 1] row of the split that each begins with */
void nni_slicing_recount(nni_slicing *slicing, const size_t *first);

void nni_slicing_free(nni_slicing *slicing);

/** @return row of the split, over all ranks, that a slice begins with; the number of slices gives all rows */
static inline size_t nni_slicing_first(const nni_slicing *slicing, size_t slice)
{
    return slicing->slice_first ? slicing->slice_first[slice] : nni_slices_first_row(slicing->slices, slice);
}

/** @return rows of a slice */
static inline size_t nni_slicing_rows(const nni_slicing *slicing, size_t slice)
{
    return nni_slicing_first(slicing, slice + 1) - nni_slicing_first(slicing, slice);
}

/** @return row of this rank, counted among its own, that its slice i begins with; i may be the number of its slices */
static inline size_t nni_slicing_begin(const nni_slicing *slicing, size_t i)
{
    return nni_slicing_first(slicing, slicing->first_slice + i) - slicing->first_row;
}

/** @return row of the files, held out or not, that this rank's slice i begins with; i may be the number of slices */
static inline size_t nni_slicing_file_row(const nni_slicing *slicing, size_t i)
{
    return nni_slices_first_row(slicing->whole, slicing->first_slice + i);
}

/** @return rows of the files, held out or not, that this rank's slices span */
static inline size_t nni_slicing_file_rows(const nni_slicing *slicing)
{
    return nni_slicing_file_row(slicing, slicing->slice_count) - nni_slicing_file_row(slicing, 0);
}

#endif
