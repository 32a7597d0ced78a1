/* SPDX-License-Identifier: MIT */
/** Kinds and settings of the recipe that no other folder owns. */
#ifndef NNI_RECIPE_SECTIONS_H
#define NNI_RECIPE_SECTIONS_H

#include "support/setting.h"

/** The whole recipe; its struct is nn_recipe. */
extern const nni_setting nni_recipe_section[];

#endif
