/* SPDX-License-Identifier: MIT */
/**
 * Gradients of a user's own recipe against central finite differences, in double precision.
 *
 * check.c is built on the double library, and both go into the program as one object of which this is the only visible
 * name: float and double of the same sources side by side.
 */
#ifndef NNI_GRADCHECK_CHECK_H
#define NNI_GRADCHECK_CHECK_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"

/**
 * Checks one batch of a recipe's training data at the initial weights, and tells in words what it finds: loss, activity
 * and gradient of each layer, agreement of each tensor. One process, without MPI; all training rows are read.
 *
 * @param path       the recipe
 * @param overrides  as of nn_recipe_load
 * @param rows       of the batch; at most those there are
 * @return NN_DIVERGED where the loss is NaN or infinite, NN_SYSTEM where a gradient is wrong, else what recipe and data
 * object to
 */
nn_status nni_check_recipe(const char *path, const char *const *overrides, size_t override_count, size_t rows,
                           FILE *out, nn_error *error);

#endif
