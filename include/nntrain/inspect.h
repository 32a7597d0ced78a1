/** What a file holds, in words. */
#ifndef NNTRAIN_INSPECT_H
#define NNTRAIN_INSPECT_H

#include <stdio.h>

#include "nntrain/status.h"

/**
 * Describes every dataset of an HDF5 file: shape, type, storage, range, classes. One process; reads all values.
 *
 * @return NN_DATA where the file is missing, not HDF5, or damaged
 */
nn_status nn_inspect_data(const char *path, FILE *out, nn_error *error);

#endif
