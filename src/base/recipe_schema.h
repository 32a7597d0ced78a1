/** What a recipe may say: the schema that libcyaml loads by, and the values of what is left out. */
#ifndef NN_BASE_RECIPE_SCHEMA_H
#define NN_BASE_RECIPE_SCHEMA_H

#include <cyaml/cyaml.h>

/** Schema of the whole recipe; loads into an nn_recipe. */
extern const cyaml_schema_value_t nn_recipe_schema;

/** A recipe that holds every default, as YAML. */
extern const char nn_recipe_defaults[];

#endif
