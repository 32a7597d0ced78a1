/* SPDX-License-Identifier: MIT */
/** A recipe line by line, for two of them to be compared. */
#ifndef NNI_RECIPE_LINES_H
#define NNI_RECIPE_LINES_H

#include "recipe/recipe.h"

/**
 * All that ranks of a run must have in common, a line a value: "network.layers[0].units: 128". Not where a rank finds
 * the data or a model, and how much of its host it takes.
 *
 * @param lines  receives a text to be released with free
 */
nn_status nni_recipe_lines(const nn_recipe *recipe, char **lines, nn_error *error);

#endif
