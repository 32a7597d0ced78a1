/* SPDX-License-Identifier: MIT */
#include "data/order/interleave.h"

/* Products of two numbers of rows. */
__extension__ typedef unsigned __int128 wide;

size_t nni_interleave_regular_count(const nni_slicing *slicing, size_t given, size_t slice)
{
    return (given + slice) / slicing->slices.count;
}

/* Whether row k of slice a comes before row l of slice b. */
static bool earlier(const nni_slicing *slicing, size_t a, size_t k, size_t b, size_t l)
{
    const wide left = (wide)(2 * k + 1) * nni_slicing_rows(slicing, b),
               right = (wide)(2 * l + 1) * nni_slicing_rows(slicing, a);
    return left < right || (left == right && a > b);
}

/* The slice whose turn is next, or, with `back`, the one whose turn was last. */
static size_t find_turn(const nni_slicing *slicing, const size_t *counts, bool back)
{
    const size_t none = slicing->slices.count;
    size_t found = none;
    for (size_t s = 0; s < slicing->slices.count; s++) {
        if (back ? counts[s] == 0 : counts[s] == nni_slicing_rows(slicing, s))
            continue;
        if (found == none || (back ? earlier(slicing, found, counts[found] - 1, s, counts[s] - 1)
                                   : earlier(slicing, s, counts[s], found, counts[found])))
            found = s;
    }
    return found;
}

/* Each slice's share rounded is right but for some, about the root of the number of slices. */
void nni_interleave_counts(const nni_slicing *slicing, size_t given, size_t *counts)
{
    const size_t total = slicing->slices.rows;
    size_t sum = 0;
    for (size_t s = 0; s < slicing->slices.count; s++) {
        counts[s] = (size_t)((2 * (wide)given * nni_slicing_rows(slicing, s) + total) / (2 * (wide)total));
        sum += counts[s];
    }
    for (; sum < given; sum++)
        counts[find_turn(slicing, counts, false)]++;
    for (; sum > given; sum--)
        counts[find_turn(slicing, counts, true)]--;
}
