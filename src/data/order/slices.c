#include "data/dataset/dataset.h"
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
