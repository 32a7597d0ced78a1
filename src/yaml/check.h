/** Holds a tree against a libcyaml schema, so that what libcyaml would take too kindly is refused with its place. */
#ifndef NNI_YAML_CHECK_H
#define NNI_YAML_CHECK_H

#include <cyaml/cyaml.h>

#include "yaml/tree.h"

/**
 * Checks what is there: every key is known and every value has its type and fits into it.
 *
 * Knows mappings, sequences, strings, enumerations, booleans, integers and floats. Numbers are decimal and take the
 * whole value; an enumeration without CYAML_FLAG_STRICT may also be a whole number of 0 or more, as in "auto or a
 * number". Of CYAML_IGNORE, any single value will do. Values left out where the schema has a mapping become empty
 * mappings; where a mapping has a short form, its name alone will do.
 */
nn_status nni_yaml_check(nni_yaml_node *root, const cyaml_schema_value_t *schema, nn_error *error);

/**
 * Finds where a key belongs that somebody wrote: the same, or one that is like it.
 *
 * @param places  [size] receives a path such as training.epochs, or "schedule.every or checkpoint.every"
 * @return whether there is one; not for a mere typing error
 */
bool nni_yaml_find_key(const cyaml_schema_value_t *schema, const char *written, char *places, size_t size);

/** Checks that nothing is missing: every field without CYAML_FLAG_OPTIONAL is there. Run nni_yaml_check before. */
nn_status nni_yaml_check_complete(const nni_yaml_node *root, const cyaml_schema_value_t *schema, nn_error *error);

/** Puts the keys of all mappings into the order of the schema. Run nni_yaml_check before. */
void nni_yaml_arrange(nni_yaml_node *root, const cyaml_schema_value_t *schema);

/** Schema of the name that may stand for a whole mapping: of its first key, where that is "name" and an enumeration; or
 * NULL. */
const cyaml_schema_value_t *nni_yaml_short_form(const cyaml_schema_value_t *schema);

/** Writes short forms out: `loss: mse` becomes `loss: {name: mse}`. Does not look into sequences. Run nni_yaml_check
 * before. */
nn_status nni_yaml_expand(nni_yaml_pool *pool, nni_yaml_node *root, const cyaml_schema_value_t *schema,
                          nn_error *error);

#endif
