/** How good a network is on a split: exact figures of the whole split, summed over all ranks. */
#ifndef NNTRAIN_EVALUATE_H
#define NNTRAIN_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/comm.h"
#include "nntrain/dataset.h"
#include "nntrain/network.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is to be measured beside the cheap figures. */
typedef struct nn_metrics_wanted {
    size_t top_k; /**< k of NN_METRIC_TOP_K; 0: not wanted */
    bool auroc;   /**< brings the outputs of all rows to rank 0 and sorts them */
} nn_metrics_wanted;

/** Figures of a whole split, the same on every rank. */
typedef struct nn_metrics {
    size_t rows;
    bool classes;                  /**< whether targets are classes, or shares of classes for a softmax */
    size_t class_count;            /**< of the confusion matrix: outputs, or 2 with a single output; 0: no classes */
    size_t correct;                /**< rows whose predicted class is theirs */
    double value[NN_METRIC_COUNT]; /**< by nn_metric; NaN where it does not apply or was not wanted */
    const double *confusion; /**< [class_count, class_count] rows of true class i predicted as j; the evaluator's, until
                                it measures again; NULL without classes and for more than 2048 */
} nn_metrics;

/** Measures one split over and over; memory is taken once. */
typedef struct nn_evaluator nn_evaluator;

/**
 * The class a row of output activations speaks for: the largest of several (the first of equals), or with one output
 * whether it is at least 0.5.
 */
size_t nn_predicted_class(const nn_real *output, size_t outputs);

/**
 * Takes the memory that measuring needs, and measures the targets. Collective.
 *
 * @param capacity  most rows that are to go through the network at once: that of the work space to measure with
 * @param dataset  borrowed; targets fitted to the network. Any rank may own any of its rows, or none: where rows lie
 * has no part in the figures
 * @return NN_DATA where the split has no targets
 */
nn_status nn_evaluator_create(const nn_network *network, size_t capacity, const nn_dataset *dataset,
                              nn_metrics_wanted wanted, nn_comm *comm, nn_evaluator **evaluator, nn_error *error);
void nn_evaluator_free(nn_evaluator *evaluator);

/**
 * Runs the network over the split in pieces of at most the evaluator's capacity, which the work space must have.
 * Collective; the figures are those of all rows together, not averages of averages.
 *
 * What applies depends on the targets. Classes: accuracy, top_k (more than one output), precision, recall, f1, auroc.
 * Values, also the 0 and 1 of two classes on a single output: mae, rmse, r2. Targets within 0 and 1, classes included,
 * with sigmoid, softmax or the loss iou: iou.
 *
 * Sample weights count in the loss, as in training; all other figures are of unweighted rows.
 *
 * top_k: of equal outputs the first comes first. precision, recall and f1 are averages over classes (macro; micro
 * averages all equal accuracy where every row has one class); a class that nothing belongs to or is taken for counts as
 * 0. auroc: the share of pairs of a positive and a negative row that the output orders rightly, ties counting half
 * (Hanley and McNeil, 1982), of class 1 for two classes, else the mean over classes of one against the rest; classes
 * that no row or every row belongs to are left out of it, and without any it is NaN. mae and rmse: means over rows and
 * outputs. r2: 1 - residual sum / total sum of squares, mean over outputs; a target that does not vary counts 1 where
 * it is met and else 0, as in scikit-learn. iou: sum of a y / sum of (a + y - a y) over all rows and outputs; 1 where
 * both are 0.
 *
 * @return NN_USAGE where evaluator or work hold no rows but the split does
 */
nn_status nn_evaluate(nn_evaluator *evaluator, const nn_recipe_loss *loss, const nn_network *network,
                      nn_workspace *work, nn_metrics *metrics, nn_error *error);

#ifdef __cplusplus
}
#endif

#endif
