/* SPDX-License-Identifier: MIT */
/* What is counted row by row: the confusion matrix and calibration. */
#include <math.h>
#include <string.h>

#include "report/figures/figures.h"

size_t nni_predicted_of(const nni_prediction_record *record, size_t row)
{
    const float *output = record->output + row * record->outputs;
    size_t largest = 0;
    if (record->outputs == 1)
        return output[0] >= 0.5F;
    for (size_t j = 1; j < record->outputs; j++)
        if (output[j] > output[largest])
            largest = j;
    return largest;
}

double nni_probability_of(const nni_prediction_record *record, size_t row, size_t class_of)
{
    const double first = (double)record->output[row * record->outputs];
    if (record->outputs == 1)
        return class_of == 1 ? first : 1 - first;
    return (double)record->output[row * record->outputs + class_of];
}

void nni_confusion(const nni_prediction_record *record, double *counts)
{
    const size_t classes = record->class_count;
    memset(counts, 0, classes * classes * sizeof *counts);
    for (size_t row = 0; row < record->rows; row++)
        counts[(size_t)record->class_of[row] * classes + nni_predicted_of(record, row)] +=
            record->weight ? record->weight[row] : 1;
}

/* Adds up, until all rows are there: `confidence` and `accuracy` are sums. */
static void calibrate_one(nni_calibration *calibration, double probability, bool right, double weight)
{
    if (!(probability >= 0 && probability <= 1))
        return;
    const double place = ceil(probability * NNI_CALIBRATION_BINS) - 1;
    const size_t bin = place > 0 ? (size_t)place : 0;
    calibration->confidence[bin] += weight * probability;
    calibration->accuracy[bin] += right ? weight : 0;
    calibration->weight[bin] += weight;
}

void nni_calibrate(const nni_prediction_record *record, nni_calibration *calibration)
{
    *calibration = (nni_calibration){.ece = 0};
    for (size_t row = 0; row < record->rows; row++) {
        const double weight = record->weight ? record->weight[row] : 1;
        const size_t at = row * record->outputs;
        if (record->kind == NN_PREDICTS_CLASSES) {
            const size_t predicted = nni_predicted_of(record, row);
            calibrate_one(calibration, nni_probability_of(record, row, predicted),
                          predicted == (size_t)record->class_of[row], weight);
        }
        for (size_t j = 0; record->kind == NN_PREDICTS_LABELS && j < record->outputs; j++)
            calibrate_one(calibration, (double)record->output[at + j], record->label[at + j] > 0, weight);
    }
    double all = 0, apart = 0;
    for (size_t bin = 0; bin < NNI_CALIBRATION_BINS; bin++) {
        const double weight = calibration->weight[bin];
        apart += fabs(calibration->accuracy[bin] - calibration->confidence[bin]);
        all += weight;
        calibration->confidence[bin] = weight > 0 ? calibration->confidence[bin] / weight : (double)NAN;
        calibration->accuracy[bin] = weight > 0 ? calibration->accuracy[bin] / weight : (double)NAN;
    }
    calibration->ece = all > 0 ? apart / all : (double)NAN;
}
