/** Predictions in HDF5. */
#ifndef NNTRAIN_PREDICTIONS_H
#define NNTRAIN_PREDICTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"
#include "nntrain/texts.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Predictions being collected in memory, to be written when they are complete. One process collects. */
typedef struct nn_predictions nn_predictions;

/**
 * Begins a file. A classifier's has /class [rows] and /probabilities [rows, outputs], any other's /values [rows,
 * outputs] in double. Where classes have names, the former also has /class_name [rows], strings of one length.
 *
 * @param path   an existing file is replaced, once the new one is complete
 * @param names  of the classes, borrowed until the end; NULL or empty: they are numbers alone
 */
nn_status nn_predictions_create(const char *path, size_t rows, size_t outputs, bool classes, const nn_texts *names,
                                nn_predictions **predictions, nn_error *error);

/**
 * Appends rows.
 *
 * @param output   [rows, outputs], of values in the user's units
 * @param classes  [rows], for a classifier
 */
nn_status nn_predictions_append(nn_predictions *predictions, const double *output, const int *classes, size_t rows,
                                nn_error *error);

/** Writes the file, which appears under its name when it is on the disk. Frees in any case. */
nn_status nn_predictions_finish(nn_predictions *predictions, nn_error *error);

/** Gives up and frees; NULL is fine. */
void nn_predictions_abandon(nn_predictions *predictions);

#ifdef __cplusplus
}
#endif

#endif
