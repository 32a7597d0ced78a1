/* Brings a tree into the form of its schema: short forms written out, keys in order. */
#include <string.h>

#include "yaml/check.h"

const cyaml_schema_value_t *nni_yaml_short_form(const cyaml_schema_value_t *schema)
{
    if (schema->type != CYAML_MAPPING)
        return NULL;
    const cyaml_schema_field_t *first = schema->mapping.fields;
    return first->key && strcmp(first->key, "name") == 0 && first->value.type == CYAML_ENUM ? &first->value : NULL;
}

/* Puts the scalar one level down, as the name in a mapping that stands in its place. */
static nn_status expand(nni_yaml_pool *pool, nni_yaml_node *node, nn_error *error)
{
    nni_yaml_node *name = NULL;
    NN_TRY(nni_yaml_take_node(pool, NNI_YAML_SCALAR, node->place, &name, error));
    name->text = node->text;
    name->plain = node->plain;
    node->kind = NNI_YAML_MAPPING;
    return nni_yaml_append(pool, node, "name", node->place, name, error);
}

nn_status nni_yaml_expand(nni_yaml_pool *pool, nni_yaml_node *root, const cyaml_schema_value_t *schema, nn_error *error)
{
    nni_yaml_null_to_mapping(root);
    if (root->kind == NNI_YAML_SCALAR)
        return expand(pool, root, error);
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
        const nni_yaml_entry *entry = nni_yaml_get(root, field->key, strlen(field->key));
        if (entry && field->value.type == CYAML_MAPPING)
            NN_TRY(nni_yaml_expand(pool, entry->value, &field->value, error));
    }
    return NN_OK;
}

static void arrange_mapping(nni_yaml_node *node, const cyaml_schema_value_t *schema)
{
    nni_yaml_entry *arranged = NULL, **end = &arranged;
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
        nni_yaml_entry *entry = nni_yaml_get(node, field->key, strlen(field->key));
        if (!entry)
            continue;
        nni_yaml_remove(node, field->key);
        nni_yaml_arrange(entry->value, &field->value);
        entry->next = NULL;
        *end = entry;
        end = &entry->next;
        node->count++;
    }
    node->first = arranged;
}

void nni_yaml_arrange(nni_yaml_node *root, const cyaml_schema_value_t *schema)
{
    if (root->kind == NNI_YAML_MAPPING)
        arrange_mapping(root, schema);
    else if (root->kind == NNI_YAML_SEQUENCE)
        for (const nni_yaml_entry *entry = root->first; entry; entry = entry->next)
            nni_yaml_arrange(entry->value, schema->sequence.entry);
}
