/** What a recipe may say: the schema that libcyaml loads by, the values of what is left out, and what must hold. */
#ifndef NNI_RECIPE_SCHEMA_H
#define NNI_RECIPE_SCHEMA_H

#include <cyaml/cyaml.h>

#include "recipe/recipe.h"
#include "yaml/tree.h"

/** Schema of the whole recipe; loads into an nn_recipe. */
extern const cyaml_schema_value_t nni_recipe_schema;

/** A recipe that holds every default, as YAML; its data.test counts only where a recipe has a data.test too. */
extern const char nni_recipe_defaults[];

/**
 * Checks what types alone cannot say, and fills in the fields that are written as words (batch, every).
 *
 * @param root    the tree the recipe was loaded from; tells where each value was written
 * @param origin  leads messages about values nobody wrote
 */
nn_status nni_recipe_check(nn_recipe *recipe, nni_yaml_node *root, const char *origin, nn_error *error);

#endif
