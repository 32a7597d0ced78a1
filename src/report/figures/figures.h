/* SPDX-License-Identifier: MIT */
/** Figures computed from recorded predictions, by the definitions of sklearn.metrics. All return NN_SYSTEM where memory
 * runs out, and nothing else. Rows count by their sample weights. */
#ifndef NNI_REPORT_FIGURES_FIGURES_H
#define NNI_REPORT_FIGURES_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/** @return class that is predicted of a row: the largest output, of equal ones the first; of one sigmoid 1 from 0.5 on
 */
size_t nni_predicted_of(const nni_prediction_record *record, size_t row);

/** @return probability that a row has of a class */
double nni_probability_of(const nni_prediction_record *record, size_t row, size_t class_of);

/** @param counts [classes, classes], receives weights of rows of true class i predicted as j */
void nni_confusion(const nni_prediction_record *record, double *counts);

/** A ROC curve, or one of precision over recall. */
typedef struct nni_threshold_curve {
    double *x, *y; /**< [count] false and true positive rates; recall and precision; ascending by x. Owned */
    size_t count;  /**< 0: not defined, for want of rows that are of the class, or that are not (ROC) */
    double area;   /**< auroc, by trapezoids; average precision, by steps; NAN: not defined */
} nni_threshold_curve;

/** @param output  column: a class or label; of a single sigmoid 0, for class 1 */
nn_status nni_roc(const nni_prediction_record *record, size_t output, nni_threshold_curve *curve, nn_error *error);
nn_status nni_precision_recall(const nni_prediction_record *record, size_t output, nni_threshold_curve *curve,
                               nn_error *error);
void nni_threshold_curve_free(nni_threshold_curve *curve);

enum { NNI_CALIBRATION_BINS = 15 };

/** Reliability: of classes the largest probability against how often it is right; of labels all probabilities pooled
 * against how often the label holds; bins of equal width, the lower edge outside and the upper within (0 in the first).
 */
typedef struct nni_calibration {
    double confidence[NNI_CALIBRATION_BINS]; /**< mean in each bin; NAN: empty */
    double accuracy[NNI_CALIBRATION_BINS];
    double weight[NNI_CALIBRATION_BINS];
    double ece; /**< sum of weight * |accuracy - confidence| / sum of weights: expected calibration error */
} nni_calibration;

void nni_calibrate(const nni_prediction_record *record, nni_calibration *calibration);

/** Two models on the same rows. */
typedef struct nni_pair_test {
    const char *method;             /**< "McNemar's exact test", "McNemar's test", "paired bootstrap" */
    const char *figure;             /**< what is compared: "accuracy", "mean squared error" ... */
    double first, second;           /**< the figure of each */
    double only_first, only_second; /**< rows that only one of them has right; NAN of values */
    double p;                       /**< two-sided; NAN of a bootstrap */
    double least, most;             /**< 95 % interval of second - first */
    size_t rows;                    /**< that were compared */
} nni_pair_test;

/** @return whether two records have the same rows with the same targets, so that they may be compared */
bool nni_comparable(const nni_prediction_record *first, const nni_prediction_record *second);

/**
 * McNemar's test (exact binomial below 25 rows that differ, else chi-squared with continuity correction) of classes,
 * with the interval of Agresti and Min; a paired bootstrap of 2,000 resamples, of fixed seed, of labels (subset
 * accuracy), values (mean squared error) and of classes where rows have weights, which McNemar's test does not know;
 * more than 4,096 rows are drawn in as many random groups.
 *
 * @param first,second  comparable
 */
nn_status nni_compare_pair(const nni_prediction_record *first, const nni_prediction_record *second, nni_pair_test *test,
                           nn_error *error);

#endif
