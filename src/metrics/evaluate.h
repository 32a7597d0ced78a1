/* SPDX-License-Identifier: MIT */
/** How good a network is on a split: exact figures of the whole split, summed over all ranks. */
#ifndef NNI_METRICS_EVALUATE_H
#define NNI_METRICS_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "model/network.h"
#include "nntrain/status.h"

/** What is to be measured beside the cheap figures. */
typedef struct nni_metrics_wanted {
    size_t top_k;   /**< k of NN_METRIC_TOP_K; 0: not wanted */
    bool ranking;   /**< auroc and average_precision: brings the outputs of all rows to rank 0 and sorts them */
    bool confusion; /**< classes^2 sums, on every rank */
} nni_metrics_wanted;

/** Figures of a whole split, the same on every rank. Arrays are the evaluator's, until it measures again. */
typedef struct nni_metrics {
    size_t rows;
    double weight;       /**< sum of the sample weights; rows where there are none */
    bool classes;        /**< whether targets are classes, or shares of classes for a softmax */
    size_t class_count;  /**< of the confusion matrix: outputs, or 2 with a single output; 0: no classes */
    size_t label_count;  /**< outputs, where each is a label of its own; else 0 */
    size_t output_count; /**< of the network */
    size_t correct;      /**< rows whose predicted class is theirs, or whose labels are all right; without weights */
    double value[NN_METRIC_COUNT];       /**< by nn_metric; NaN where it does not apply or was not wanted */
    const double *each[NN_METRIC_COUNT]; /**< precision, recall, f1, auroc, average_precision: [class_count or
                                            label_count] of each class (the latter two with more than two) or label;
                                            mae, rmse, r2: [output_count]; else NULL */
    const double *support;               /**< [class_count or label_count] weights of the rows of each; NULL without */
    const double *confusion; /**< [class_count, class_count] weights of rows of true class i predicted as j; NULL
                                where not wanted, without classes and for more than 2048 */
} nni_metrics;

/** Measures one split over and over; memory is taken once. */
typedef struct nni_evaluator nni_evaluator;

/**
 * Takes the memory that measuring needs, and measures the targets. Collective.
 *
 * @param capacity  most rows that are to go through the network at once: that of the work space to measure with
 * @param dataset  borrowed; targets fitted to the network. Any rank may own any of its rows, or none: where rows lie
 * has no part in the figures
 * @return NN_DATA where the split has no targets
 */
nn_status nni_evaluator_create(const nn_network *network, size_t capacity, const nni_dataset *dataset,
                               nni_metrics_wanted wanted, nn_comm *comm, nni_evaluator **evaluator, nn_error *error);
void nni_evaluator_free(nni_evaluator *evaluator);

/**
 * Runs the network over the split in pieces of at most the evaluator's capacity, which the work space must have.
 * Collective; the figures are those of all rows together, not averages of averages.
 *
 * nn_evaluator_value (nntrain/evaluate.h) defines each figure.
 *
 * @return NN_USAGE where evaluator or work hold no rows but the split does
 */
nn_status nni_evaluate(nni_evaluator *evaluator, const nni_loss_settings *loss, const nn_network *network,
                       nni_workspace *work, nni_metrics *metrics, nn_error *error);

/**
 * Whether a metric can be measured, which training.stop.metric must be. Local, with the same outcome on every rank.
 *
 * @return NN_USAGE where it is not for such targets or outputs, or not defined for the ones there are, with a sentence
 * that names what would do
 */
nn_status nni_evaluator_check(const nni_evaluator *evaluator, const nni_loss_settings *loss, nn_metric metric,
                              nn_error *error);

#endif
