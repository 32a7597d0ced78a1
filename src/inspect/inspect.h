/* SPDX-License-Identifier: MIT */
/** What a file holds, in words. */
#ifndef NNI_INSPECT_INSPECT_H
#define NNI_INSPECT_INSPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "nntrain/kinds.h"
#include "nntrain/status.h"

/** How closely to look. */
typedef struct nni_inspect_how {
    bool all;             /**< at every value, however many; otherwise at the first 67,108,864 of each dataset, about */
    bool features;        /**< print a line for each feature, however many there are */
    nn_external external; /**< where the file may have data outside of itself, that is looked at */
} nni_inspect_how;

/**
 * Describes every dataset of an HDF5 file: shape, type, storage, range, features, classes; and advises on what would
 * cost a training time, disk or accuracy. One process, in memory that does not grow with the dataset.
 *
 * @return NN_DATA where the file is missing, not HDF5, or damaged
 */
nn_status nni_inspect_data(const char *path, const nni_inspect_how *how, FILE *out, nn_error *error);

#endif
