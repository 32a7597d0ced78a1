/* SPDX-License-Identifier: MIT */
/** Sums over the rows of a split that metrics are computed from. */
#ifndef NNI_METRICS_TALLY_H
#define NNI_METRICS_TALLY_H

#include "metrics/row_sums.h"
#include "metrics/subject.h"

/** Classes up to which there is a confusion matrix: 32 MiB, and as much again for each level of the tree of slices. */
enum { NNI_CONFUSION_CLASSES_MAX = 2048 };

/** Places of the sums that there are always; those of classes, labels and outputs follow. */
enum {
    NNI_SUM_LOSS,
    NNI_SUM_WEIGHT,       /* of rows; a row without a weight has 1 */
    NNI_SUM_CORRECT,      /* weights of the rows whose class is right, or all of whose labels are */
    NNI_SUM_CORRECT_ROWS, /* how many rows these are */
    NNI_SUM_TOP,
    NNI_SUM_LOG_LOSS,
    NNI_SUM_INTERSECTION,
    NNI_SUM_UNION,
    NNI_SUM_FIXED
};

/**
 * Everything that is a sum over rows, each row times its weight: slice by slice, so that they are the same bits on any
 * number of ranks. Owns its arrays.
 */
typedef struct nni_tally {
    nni_row_sums sums;
    double *totals; /* [sums.count] over all ranks */
    /* Where in the sums [parts] begin, of classes or labels: rows of one, taken for it, both, and rows of one or taken
     * for it, weighing 1 each. */
    size_t parts, actual, predicted, hit, occurs;
    size_t absolute, residual; /* where [outputs] errors of values begin */
    size_t confusion;          /* where [classes, classes] begin */
} nni_tally;

nn_status nni_tally_create(const nni_subject *subject, nn_comm *comm, nni_tally *tally, nn_error *error);
void nni_tally_free(nni_tally *tally);
void nni_tally_clear(nni_tally *tally);

/**
 * Adds rows first .. first + count of those given, all of the leaf in work.
 *
 * @param output    [count, outputs] activations
 * @param restored  [count, outputs] the same in the units of targets that are values, or NULL
 * @param losses    [count] terms of the loss
 */
void nni_tally_rows(nni_tally *tally, const nni_subject *subject, const nni_rows *rows, size_t first, size_t count,
                    const nni_real *output, const double *restored, const double *losses);

/** Adds up over the ranks. Collective. */
nn_status nni_tally_total(nni_tally *tally, nn_error *error);

#endif
