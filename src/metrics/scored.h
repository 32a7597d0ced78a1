/* SPDX-License-Identifier: MIT */
/** Rows by their scores, of one class or label against all others: what the areas under curves are summed from. */
#ifndef NNI_METRICS_SCORED_H
#define NNI_METRICS_SCORED_H

#include <stdbool.h>
#include <stddef.h>

#include "support/real.h"

/** A row. */
typedef struct nni_scored {
    nni_real score, weight;
    bool positive; /**< it is of the class, or has the label */
} nni_scored;

/** Sorts by score, highest first. @param rows  [count] without NaN among the scores */
void nni_scored_sort(nni_scored *rows, size_t count);

/**
 * Adds up rows of one score.
 *
 * @param rows     [count] sorted
 * @param begin    the first of them
 * @param weights  receives those of negative rows and of positive ones
 * @return the first row of a lower score
 */
size_t nni_scored_tie(const nni_scored *rows, size_t count, size_t begin, double weights[2]);

/**
 * Areas under the two curves of sorted rows.
 *
 * @param area       receives that under the ROC curve; NaN where all rows are positive, or none is
 * @param precision  receives the average precision; 0 where no row is positive
 */
void nni_scored_areas(const nni_scored *rows, size_t count, double *area, double *precision);

#endif
