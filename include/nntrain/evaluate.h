/* SPDX-License-Identifier: MIT */
/** @file
 * How good a network is on a split: exact figures of all its rows, over all ranks.
 */
#ifndef NNTRAIN_EVALUATE_H
#define NNTRAIN_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/dataset.h"
#include "nntrain/export.h"
#include "nntrain/kinds.h"
#include "nntrain/network.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Measures a network on one split, over and over, and holds the figures of the last time.
 *
 * Threads: one thread at a time.
 * Ownership: the caller's, until nn_evaluator_free; borrows dataset, network and work space.
 */
typedef struct nn_evaluator nn_evaluator;

/** What is measured beside the figures that cost nothing. All zero: training.top_k alone. */
typedef struct nn_evaluator_options {
    size_t top_k;   /**< k of NN_METRIC_TOP_K; 0: the recipe's */
    bool ranking;   /**< auroc and average_precision, for which rank 0 sorts the outputs of all rows */
    bool confusion; /**< the confusion matrix */
} nn_evaluator_options;

/**
 * Takes the memory that measuring needs. Collective.
 *
 * @param dataset    whose rows are measured
 * @param split      which of them
 * @param network    is measured
 * @param work       memory for its passes
 * @param options    NULL: all zero
 * @param evaluator  receives the evaluator
 * @param error      receives what went wrong
 * @return NN_USAGE where the dataset has no such split
 */
NN_API nn_status nn_evaluator_create(const nn_dataset *dataset, nn_split split, const nn_network *network,
                                     nn_workspace *work, const nn_evaluator_options *options, nn_evaluator **evaluator,
                                     nn_error *error);

/** Frees an evaluator; NULL is fine. */
NN_API void nn_evaluator_free(nn_evaluator *evaluator);

/**
 * Runs the network over the split. Collective; the figures are those of all rows together, the same on every rank.
 *
 * @param evaluator  receives the figures
 * @param error      receives what went wrong
 * @return NN_DATA where rows stay in the file and it can no longer be read
 */
NN_API nn_status nn_evaluate(nn_evaluator *evaluator, nn_error *error);

/**
 * A figure of the last nn_evaluate.
 *
 * Definitions are those of sklearn.metrics, zero_division=0, rows weighted by their sample weights (sample_weight). The
 * loss is that of training: sum of weight times loss over the number of rows.
 *
 * What applies depends on the targets. Classes, also floats that are all 0 or 1 for a single sigmoid: accuracy,
 * balanced_accuracy, top_k (more than one output), precision, recall, f1, auroc, average_precision, log_loss (softmax,
 * or one sigmoid). Labels, that is several outputs of sigmoid whose targets are all 0 or 1: precision, recall, f1, also
 * micro, subset_accuracy, hamming_loss, auroc, average_precision, log_loss. Values, those of 0 and 1 too: mae, rmse,
 * r2. Targets within 0 and 1, classes included, with sigmoid, softmax or the loss iou: iou.
 *
 * precision, recall, f1: of class 1 where there are two (average='binary'), else means (average='macro') over all
 * labels, or over the classes that a row belongs to or is taken for. A label is predicted from an output of 0.5 on.
 * top_k: of equal outputs the first comes first.
 *
 * auroc, average_precision: of class 1 where there are two, else the mean over classes or labels of one against the
 * rest. Left out of it are classes and labels where the figure is not defined: auroc where no row or every row belongs
 * to it, average_precision of a class that no row belongs to (of a label, and of class 1 of two, it is 0). auroc is NaN
 * where all are left out. Ties count half in auroc; in average_precision they pass a threshold together.
 *
 * log_loss: of the true class, or the mean over labels; probabilities are kept machine epsilon of float away from 0
 * and 1. mae, rmse, r2: means over outputs of each output's own (multioutput='uniform_average'), so that rmse is a mean
 * of roots. r2: a target that does not vary counts 1 where it is met and else 0; of one row it is NaN. iou: sum of a y
 * / sum of (a + y - a y) over all rows and outputs; 1 where both are 0.
 *
 * @param evaluator  after nn_evaluate
 * @param metric     which figure
 * @return the figure; NaN where it does not apply to such targets or was not measured
 */
NN_API double nn_evaluator_value(const nn_evaluator *evaluator, nn_metric metric);

/**
 * Figures of each class or label (precision, recall, f1, auroc, average_precision) or of each output (mae, rmse, r2).
 *
 * @param evaluator  after nn_evaluate, whose the figures are until the next one
 * @param metric     one of these
 * @param count      receives how many
 * @return [count]; NULL where there are none
 */
NN_API const double *nn_evaluator_each(const nn_evaluator *evaluator, nn_metric metric, size_t *count);

/**
 * @param evaluator  after nn_evaluate, whose the matrix is until the next one
 * @param classes    receives how many classes there are
 * @return [classes, classes] weights of rows of true class i predicted as j; NULL where none was asked for or there are
 * no classes
 */
NN_API const double *nn_evaluator_confusion(const nn_evaluator *evaluator, size_t *classes);

#ifdef __cplusplus
}
#endif

#endif
