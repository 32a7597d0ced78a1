/* SPDX-License-Identifier: MIT */
/** How many rows each slice has given after so many rows of an epoch: in proportion, whatever the sizes of slices and
 * batch. */
#ifndef NNI_DATA_ORDER_INTERLEAVE_H
#define NNI_DATA_ORDER_INTERLEAVE_H

#include "data/order/slicing.h"

/**
 * How many rows of each slice are among the first `given` of an epoch, where what was held out left slices with any
 * numbers of rows: counts that add up to `given`, never fall as it grows, and are all rows where it is that many.
 *
 * Row k of r has its turn at (2 k + 1) / (2 r) of the epoch, and of those whose turn is the same the highest slice is
 * first.
 *
 * @param counts  [slices] receives them
 */
void nni_interleave_counts(const nni_slicing *slicing, size_t given, size_t *counts);

/** The same of one regular slice, of floor((N + s) / S) rows: floor((given + s) / S). */
size_t nni_interleave_regular_count(const nni_slicing *slicing, size_t given, size_t slice);

#endif
