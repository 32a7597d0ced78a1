/** How the rows of an epoch are dealt from the slices: in proportion, whatever the sizes of slices and batch. */
#ifndef NNI_DATA_ORDER_INTERLEAVE_H
#define NNI_DATA_ORDER_INTERLEAVE_H

#include "data/dataset/dataset.h"

/**
 * How many rows of each slice are among the first `dealt` of an epoch, where what was carved off left slices with any
 * numbers of rows: counts that add up to `dealt`, never fall as it grows, and are all rows where it is that many.
 *
 * Row k of r has its turn at (2 k + 1) / (2 r) of the epoch, and of those whose turn is the same the highest slice is
 * first.
 *
 * @param counts  [slices] receives them
 */
void nni_interleave_counts(const nni_dataset *dataset, size_t dealt, size_t *counts);

/** The same of one slice, where slices are as they are cut, of floor((N + s) / S) rows: floor((dealt + s) / S). */
size_t nni_interleave_is_regular(const nni_dataset *dataset, size_t dealt, size_t slice);

#endif
