/* SPDX-License-Identifier: MIT */
/** Settings that a recipe leaves to auto: their values, chosen from the number of rows and ranks. */
#ifndef NNI_TRAIN_RUN_AUTO_SETTINGS_H
#define NNI_TRAIN_RUN_AUTO_SETTINGS_H

#include <stddef.h>

#include "nntrain/status.h"
#include "recipe/recipe.h"

/** Slices of a training, and so the most ranks, where neither the recipe nor the data nor the ranks ask for others. */
enum { NNI_USUAL_SLICES = 16 };

/** @return whether a recipe has a value that depends on its data */
bool nni_has_auto_settings(const nn_recipe *recipe);

/**
 * Makes a recipe of which every value that was auto has become a number. Local; the same on all ranks.
 *
 * The choices depend on the recipe and the number of rows alone, but for one: more ranks than there would be slices get
 * as many slices as they are, rounded up to a power of two.
 *
 * @param before   of the run that is continued, whose choices stay; NULL: a new run
 * @param rows     of the training file; without meaning where there is a `before`
 * @param ranks    P
 * @param resolved  receives a recipe to be freed
 * @return NN_USAGE where the ranks are more than the rows, or than a batch has
 */
nn_status nni_resolve_auto_settings(const nn_recipe *recipe, const nn_recipe *before, size_t rows, size_t ranks,
                                    nn_recipe **resolved, nn_error *error);

#endif
