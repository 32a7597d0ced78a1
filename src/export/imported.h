/* SPDX-License-Identifier: MIT */
/** What a network from elsewhere lacks to be a checkpoint. */
#ifndef NNI_EXPORT_IMPORTED_H
#define NNI_EXPORT_IMPORTED_H

#include <stdbool.h>

#include "checkpoint/checkpoint.h"
#include "nntrain/status.h"
#include "recipe/recipe.h"

/**
 * Notes where a model came from.
 *
 * @param version      of nntrain; NULL: not told, as for the others
 * @param data_file    path of the training data
 * @param data_digest  hash of its rows, hexadecimal
 */
void nni_imported_take_origin(nni_provenance *provenance, const char *version, const char *data_file,
                              const char *data_digest);

/** @return whether a recipe's layers are those of a network */
bool nni_imported_recipe_fits(const nn_recipe *recipe, const nn_network *network);

/**
 * Fills in what a checkpoint with a network does not have yet: features and targets as they are, an optimizer (sgd
 * without state), and a recipe of the network, by the scalings that are there, with the usual loss of its outputs and a
 * training file that does not exist. Local.
 *
 * @param checkpoint  zeroed but for `network` and what is known
 * @param origin      the file that it comes from, for messages
 * @return NN_USAGE where no recipe has such a network, or its recipe is none; NN_DATA where its recipe is
 * another network's; NN_SYSTEM where memory runs out
 */
nn_status nni_imported_complete(nni_checkpoint *checkpoint, const char *origin, nn_error *error);

#endif
