#include "data/order/interleave.h"

#include "data/rows/rows.h"

/* Products of two numbers of rows. */
__extension__ typedef unsigned __int128 wide;

size_t nni_interleave_is_regular(const nni_dataset *dataset, size_t dealt, size_t slice)
{
    const nni_slices cut = {dealt, dataset->slices.count};
    return nni_slices_first_row(cut, slice + 1) - nni_slices_first_row(cut, slice);
}

static size_t rows_of(const nni_dataset *dataset, size_t slice)
{
    return nni_dataset_slice_first(dataset, slice + 1) - nni_dataset_slice_first(dataset, slice);
}

/* Whether row k of slice a comes before row l of slice b. */
static bool earlier(const nni_dataset *dataset, size_t a, size_t k, size_t b, size_t l)
{
    const wide left = (wide)(2 * k + 1) * rows_of(dataset, b), right = (wide)(2 * l + 1) * rows_of(dataset, a);
    return left < right || (left == right && a > b);
}

/* The slice whose turn is next, or, with `back`, the one whose turn was last. */
static size_t find_turn(const nni_dataset *dataset, const size_t *counts, bool back)
{
    const size_t none = dataset->slices.count;
    size_t found = none;
    for (size_t s = 0; s < dataset->slices.count; s++) {
        if (back ? counts[s] == 0 : counts[s] == rows_of(dataset, s))
            continue;
        if (found == none || (back ? earlier(dataset, found, counts[found] - 1, s, counts[s] - 1)
                                   : earlier(dataset, s, counts[s], found, counts[found])))
            found = s;
    }
    return found;
}

/* Each slice's share rounded is right but for some, about the root of the number of slices. */
void nni_interleave_counts(const nni_dataset *dataset, size_t dealt, size_t *counts)
{
    const size_t total = dataset->slices.rows;
    size_t sum = 0;
    for (size_t s = 0; s < dataset->slices.count; s++) {
        counts[s] = (size_t)((2 * (wide)dealt * rows_of(dataset, s) + total) / (2 * (wide)total));
        sum += counts[s];
    }
    for (; sum < dealt; sum++)
        counts[find_turn(dataset, counts, false)]++;
    for (; sum > dealt; sum--)
        counts[find_turn(dataset, counts, true)]--;
}
