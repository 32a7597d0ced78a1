/* SPDX-License-Identifier: MIT */
/** Figures of each class or label, in time and memory by rows times outputs: of 10,000 classes as of two. Definitions
 * are those of sklearn.metrics; rows count by their sample weights. All return NN_SYSTEM where memory runs out, and
 * nothing else. */
#ifndef NNI_REPORT_FIGURES_CLASS_FIGURES_H
#define NNI_REPORT_FIGURES_CLASS_FIGURES_H

#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/** Rows of one true class that were predicted as one class. */
typedef struct nni_confusion_cell {
    size_t truth, predicted;
    double weight; /**< sum of the rows' weights */
} nni_confusion_cell;

/** @param cells  receives those with rows, by true, then by predicted class; to be released with nni_release */
nn_status nni_confusion_cells(const nni_prediction_record *record, nni_confusion_cell **cells, size_t *count,
                              nn_error *error);

/** One class against all others, or one label: it is predicted from a probability of 0.5 on. */
typedef struct nni_class_figures {
    double support, predicted, right; /**< weight of the rows that are of it, that are predicted as it, and both */
    double precision, recall, f1;     /**< 0 where they would be 0 / 0 */
    double auroc;                     /**< NAN: all rows or none are of it, or an output is NaN */
    double average_precision;         /**< NAN: no rows are of it, or an output is NaN */
} nni_class_figures;

enum { NNI_MEAN_POINTS = 201 };

/** Means over the classes, or labels, whose AUROC is defined. */
typedef struct nni_mean_curves {
    size_t classes;                             /**< how many these are */
    double auroc, average_precision;            /**< NAN: none */
    double x[NNI_MEAN_POINTS];                  /**< 0 ... 1: false positive rates, and recalls */
    double true_positive_rate[NNI_MEAN_POINTS]; /**< of ROC curves, between their points along straight lines */
    double precision[NNI_MEAN_POINTS];          /**< of the highest threshold whose recall is x at least */
} nni_mean_curves;

/** @return classes, or labels, that figures are of; 0 of values */
size_t nni_figure_classes(const nni_prediction_record *record);

/** @param each  [nni_figure_classes], receives the figures. @param mean  receives theirs */
nn_status nni_figures_of_classes(const nni_prediction_record *record, nni_class_figures *each, nni_mean_curves *mean,
                                 nn_error *error);

#endif
