/* SPDX-License-Identifier: MIT */
/** Figures of predicted values, by the definitions of sklearn.metrics. Rows count by their sample weights. */
#ifndef NNI_REPORT_FIGURES_VALUE_FIGURES_H
#define NNI_REPORT_FIGURES_VALUE_FIGURES_H

#include <stddef.h>

#include "report/history/history.h"

/** How well an output is predicted: NAN where a prediction is not a number. */
typedef struct nni_value_figures {
    double r2;        /**< of a target that does not vary: 1 where it is met, else 0. NAN of a single row */
    double rmse, mae; /**< root of the mean squared, and mean absolute error */
    double bias;      /**< mean of predicted - true */
} nni_value_figures;

nni_value_figures nni_figures_of_values(const nni_prediction_record *record, size_t output);

#endif
