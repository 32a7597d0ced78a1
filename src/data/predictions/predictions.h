/* SPDX-License-Identifier: MIT */
/** Predictions in a file: HDF5, or a table of text (CSV). */
#ifndef NNI_DATA_PREDICTIONS_PREDICTIONS_H
#define NNI_DATA_PREDICTIONS_PREDICTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/predictions/form.h"
#include "nntrain/status.h"

/** Predictions being collected, to be a file when they are complete. One process collects. */
typedef struct nni_predictions nni_predictions;

/**
 * Begins a file. Classes: /class [rows] and /probabilities [rows, outputs], with /class_name [rows], strings of one
 * length, where they have names. Labels: /labels [rows, outputs] of 0 and 1 and /probabilities; values: /values [rows,
 * outputs] in double; /names [outputs] where outputs have names. HDF5 is composed in memory.
 *
 * A path that ends in .csv becomes a table of text with these columns, written row by row.
 *
 * @param path  an existing file is replaced, once the new one is complete
 */
nn_status nni_predictions_create(const char *path, const nni_predictions_form *form, nni_predictions **predictions,
                                 nn_error *error);

/**
 * Appends rows.
 *
 * @param output   [rows, outputs]; values in the user's units
 * @param decided  [rows] of classes, or [rows, outputs] of labels; not looked at of values
 */
nn_status nni_predictions_append(nni_predictions *predictions, const double *output, const int *decided, size_t rows,
                                 nn_error *error);

/** Writes the file, which appears under its name when it is on the disk. Frees in any case. */
nn_status nni_predictions_finish(nni_predictions *predictions, nn_error *error);

/** Gives up and frees; NULL is fine. */
void nni_predictions_abandon(nni_predictions *predictions);

#endif
