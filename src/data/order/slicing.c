/* SPDX-License-Identifier: MIT */
#include "data/order/slicing.h"

#include "support/memory.h"
#include "support/sum_tree.h"

/* With N = q S + r, floor((N + s) / S) is q, and q + 1 from s = S - r on. */
size_t nni_slices_first_row(nni_slices slices, size_t slice)
{
    size_t quotient = slices.rows / slices.count;
    size_t small = slices.count - slices.rows % slices.count; /* slices of q rows; they come first */
    return quotient * slice + (slice > small ? slice - small : 0);
}

size_t nni_slices_first_of_rank(nni_slices slices, size_t rank, size_t ranks)
{
    return nni_leaf_range_of_rank(slices.count, rank, ranks).first;
}

static void end_slices(nni_slicing *slicing)
{
    for (size_t i = 0; slicing->slice_end && i < slicing->slice_count; i++)
        slicing->slice_end[i] = nni_slicing_begin(slicing, i + 1);
}

void nni_slicing_cut(nni_slicing *slicing, nni_slices slices, size_t rank, size_t ranks)
{
    const size_t first = nni_slices_first_of_rank(slices, rank, ranks);
    slicing->slices = slicing->whole = slices;
    slicing->first_slice = first;
    slicing->slice_count = nni_slices_first_of_rank(slices, rank + 1, ranks) - first;
    slicing->first_row = nni_slices_first_row(slices, first);
    slicing->rows = nni_slices_first_row(slices, first + slicing->slice_count) - slicing->first_row;
    end_slices(slicing);
}

void nni_slicing_recount(nni_slicing *slicing, const size_t *first)
{
    const size_t own = slicing->first_slice;
    slicing->slices.rows = first[slicing->slices.count];
    slicing->first_row = first[own];
    slicing->rows = first[own + slicing->slice_count] - first[own];
    for (size_t i = 0; slicing->slice_end && i < slicing->slice_count; i++)
        slicing->slice_end[i] = first[own + i + 1] - first[own];
}

void nni_slicing_free(nni_slicing *slicing)
{
    nni_release(slicing->slice_first);
    nni_release(slicing->slice_end);
    nni_row_set_free(slicing->present);
    *slicing = (nni_slicing){.block_rows = 0};
}
