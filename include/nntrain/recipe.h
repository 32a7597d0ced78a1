/* SPDX-License-Identifier: MIT */
/** @file
 * A recipe: what to train, on what, and how; YAML that is read and checked.
 *
 * All settings are set by recipes, those of a loop of one's own as well: a program without a file passes the text to
 * nn_recipe_parse, or single keys as overrides.
 */
#ifndef NNTRAIN_RECIPE_H
#define NNTRAIN_RECIPE_H

#include <stddef.h>
#include <stdint.h>

#include "nntrain/export.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A checked recipe in which every default is filled in. It never changes.
 *
 * Threads: any number at once.
 * Ownership: the caller's, until nn_recipe_free; what is created with it borrows it.
 */
typedef struct nn_recipe nn_recipe;

/**
 * Reads a recipe file. Local.
 *
 * Relative data files are looked for beside the recipe; in overrides, in the working directory.
 *
 * @param path            of the file
 * @param overrides       [override_count] "KEY=VALUE" each, KEY like training.epochs or network.layers[0].units, VALUE
 * as in YAML; NULL where there are none
 * @param override_count  how many
 * @param recipe          receives the recipe
 * @param error           receives what went wrong
 * @return NN_USAGE with file, line, column and key where the text is no YAML, a key is unknown or a value is out of
 * place
 */
NN_API nn_status nn_recipe_load(const char *path, const char *const *overrides, size_t override_count,
                                nn_recipe **recipe, nn_error *error);

/**
 * Reads a recipe from memory. Local.
 *
 * @param text            YAML
 * @param origin          names the text in messages
 * @param folder          where relative data files are looked for; NULL: the working directory
 * @param overrides       as of nn_recipe_load
 * @param override_count  how many
 * @param recipe          receives the recipe
 * @param error           receives what went wrong
 * @return NN_USAGE as nn_recipe_load
 */
NN_API nn_status nn_recipe_parse(const char *text, const char *origin, const char *folder, const char *const *overrides,
                                 size_t override_count, nn_recipe **recipe, nn_error *error);

/** Frees a recipe; NULL is fine. */
NN_API void nn_recipe_free(nn_recipe *recipe);

/** @return the whole recipe as YAML, defaults included; reading it gives this recipe again. The recipe's. */
NN_API const char *nn_recipe_text(const nn_recipe *recipe);

/** @return training.epochs; 0 for auto, which nn_dataset_recipe has a number for */
NN_API size_t nn_recipe_epochs(const nn_recipe *recipe);

/** @return seed */
NN_API uint64_t nn_recipe_seed(const nn_recipe *recipe);

#ifdef __cplusplus
}
#endif

#endif
