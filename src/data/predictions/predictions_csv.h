/* SPDX-License-Identifier: MIT */
/** Predictions as a table of text: a header, then a record a row. */
#ifndef NNI_DATA_PREDICTIONS_PREDICTIONS_CSV_H
#define NNI_DATA_PREDICTIONS_PREDICTIONS_CSV_H

#include <stdio.h>

#include "data/predictions/form.h"

/**
 * Writes the names of the columns: class, class_name where classes have names, and p_NAME of each; of labels their
 * names and p_NAME of each; of values their names. What has no name goes by its number: p_0, label_0, value_0; one
 * value is y.
 */
void nni_predictions_csv_header(FILE *file, const nni_predictions_form *form);

/** Writes rows, as nni_predictions_append takes them. A number reads back as the very one it was. */
void nni_predictions_csv_rows(FILE *file, const nni_predictions_form *form, const double *output, const int *decided,
                              size_t rows);

#endif
