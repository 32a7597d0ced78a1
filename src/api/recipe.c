/* SPDX-License-Identifier: MIT */
#include "recipe/recipe.h"

const char *nn_recipe_text(const nn_recipe *recipe)
{
    return recipe->text;
}

size_t nn_recipe_epochs(const nn_recipe *recipe)
{
    return recipe->training.epochs;
}

uint64_t nn_recipe_seed(const nn_recipe *recipe)
{
    return recipe->seed;
}
