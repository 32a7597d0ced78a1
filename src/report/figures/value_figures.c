/* SPDX-License-Identifier: MIT */
#include "report/figures/value_figures.h"

#include <math.h>

nni_value_figures nni_figures_of_values(const nni_prediction_record *record, size_t output)
{
    double rows = 0, targets = 0, error = 0, absolute = 0, squared = 0, spread = 0;
    for (size_t row = 0; row < record->rows; row++) {
        const double weight = record->weight ? record->weight[row] : 1;
        rows += weight;
        targets += weight * record->target[row * record->outputs + output];
    }
    for (size_t row = 0; row < record->rows; row++) {
        const double weight = record->weight ? record->weight[row] : 1;
        const double target = record->target[row * record->outputs + output], from_mean = target - targets / rows;
        const double off = record->value[row * record->outputs + output] - target;
        error += weight * off;
        absolute += weight * fabs(off);
        squared += weight * off * off;
        spread += weight * from_mean * from_mean;
    }
    nni_value_figures figures = {.rmse = sqrt(squared / rows), .mae = absolute / rows, .bias = error / rows};
    if (record->rows < 2 || isnan(squared))
        figures.r2 = (double)NAN;
    else if (spread > 0)
        figures.r2 = 1 - squared / spread;
    else
        figures.r2 = squared > 0 ? 0 : 1;
    return figures;
}
