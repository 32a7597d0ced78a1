/* SPDX-License-Identifier: MIT */
/** Kinds and settings of the recipe that no other folder owns. */
#ifndef NNI_RECIPE_SECTIONS_H
#define NNI_RECIPE_SECTIONS_H

#include "support/setting.h"

/** Entries begin with an nni_kind. */
extern const nni_domain nni_precision_domain, nni_on_nan_domain;

/** The whole recipe; its struct is nn_recipe. */
extern const nni_setting nni_recipe_section[];

#endif
