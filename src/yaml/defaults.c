/* SPDX-License-Identifier: MIT */
/* Brings a tree into the form of its tables: short forms written out, what is left out added, keys in order. */
#include <stdio.h>
#include <string.h>

#include "yaml/message.h"
#include "yaml/schema.h"

/* --- short forms --- */

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

nn_status nni_yaml_expand(nni_yaml_pool *pool, nni_yaml_node *root, const nni_setting *section, nn_error *error)
{
    nni_yaml_null_to_mapping(root);
    if (root->kind == NNI_YAML_SCALAR)
        return expand(pool, root, error);
    for (const nni_setting *setting = section; setting->key; setting++) {
        const nni_yaml_entry *entry = nni_yaml_get(root, setting->key, strlen(setting->key));
        if (entry && setting->type == NNI_SETTING_SECTION)
            NN_TRY(nni_yaml_expand(pool, entry->value, setting->settings, error));
    }
    return NN_OK;
}

/* --- defaults --- */

typedef struct filling {
    nni_yaml_pool *pool;
    nni_yaml_place defaults;
    nn_error *error;
} filling;

static nn_status add(const filling *in, nni_yaml_node *mapping, const char *key, nni_yaml_kind kind, const char *text)
{
    nni_yaml_node *value = NULL;
    NN_TRY(nni_yaml_take_node(in->pool, kind, in->defaults, &value, in->error));
    value->text = text;
    value->plain = true;
    return nni_yaml_append(in->pool, mapping, key, in->defaults, value, in->error);
}

/* Points at the key; but where an override changed the kind of what a file says, at the override. */
static nn_status fail_foreign(const filling *in, const nni_yaml_entry *entry, const nni_setting *decides,
                              const nni_yaml_node *kind, const nni_yaml_path *at)
{
    const nni_yaml_place written = entry->place;
    nni_sentence what = {.length = 0};
    nni_say_path(&what, at);
    if (kind->place.source->kind <= written.source->kind) {
        nni_say(&what, ".%s: %s has no %s; remove it, or use %s: ", entry->key, kind->text, entry->key, decides->key);
        nni_say_kinds_with(&what, decides->domain, entry->key);
        return nni_fail_with(in->error, written, &what);
    }
    nni_say(&what, ".%s: %s has no %s, which %s:%zu:%zu gives; remove it there", decides->key, kind->text, entry->key,
            written.source->name, written.line, written.column);
    if (strcmp(decides->key, "name") == 0) {
        nni_say(&what, ", or replace the whole section by ");
        nni_say_path(&what, at);
        nni_say(&what, "=%s", kind->text);
    }
    return nni_fail_with(in->error, kind->place, &what);
}

/* Whether a section that nobody wrote says something all the same. */
static bool has_defaults(const nni_setting *section)
{
    for (const nni_setting *setting = section; setting->key; setting++)
        if (setting->value ||
            (setting->type == NNI_SETTING_SECTION && setting->required && has_defaults(setting->settings)))
            return true;
    return false;
}

/* The kind that a section names, by default too. @param node  receives where; NULL where no kind decides on settings */
static nn_status find_kind(const filling *in, nni_yaml_node *mapping, const nni_setting *decides, const nni_kind **kind,
                           const nni_yaml_node **node)
{
    *kind = NULL;
    *node = NULL;
    if (!decides)
        return NN_OK;
    if (!nni_yaml_find(mapping, decides->key) && decides->value)
        NN_TRY(add(in, mapping, decides->key, NNI_YAML_SCALAR, decides->value));
    *node = nni_yaml_find(mapping, decides->key);
    if (*node)
        *kind = nni_domain_kind(decides->domain, nni_domain_find(decides->domain, (*node)->text));
    return NN_OK;
}

static nn_status fill(const filling *in, nni_yaml_node *mapping, const nni_setting *section, const nni_yaml_path *at)
{
    const nni_setting *decides = nni_section_kind(section);
    const nni_kind *kind = NULL;
    const nni_yaml_node *node = NULL;
    NN_TRY(find_kind(in, mapping, decides, &kind, &node));
    for (const nni_yaml_entry *entry = kind ? mapping->first : NULL; entry; entry = entry->next)
        if (!nni_section_find(section, entry->key)->value && nni_domain_has(decides->domain, entry->key) &&
            !nni_kind_has(kind, entry->key, NULL))
            return fail_foreign(in, entry, decides, node, at);
    for (const nni_setting *setting = section; setting->key; setting++) {
        const nni_yaml_path here = {.parent = at, .key = setting->key};
        nni_yaml_entry *entry = nni_yaml_get(mapping, setting->key, strlen(setting->key));
        const char *value = setting->value;
        if (!entry && kind)
            nni_kind_has(kind, setting->key, &value);
        if (!entry && value) {
            NN_TRY(add(in, mapping, setting->key, NNI_YAML_SCALAR, value));
        } else if (!entry && setting->type == NNI_SETTING_SECTION && setting->required &&
                   has_defaults(setting->settings)) {
            NN_TRY(add(in, mapping, setting->key, NNI_YAML_MAPPING, NULL));
            entry = nni_yaml_get(mapping, setting->key, strlen(setting->key));
        }
        if (entry && setting->type == NNI_SETTING_SECTION)
            NN_TRY(fill(in, entry->value, setting->settings, &here));
        size_t index = 0;
        for (nni_yaml_entry *element = entry && setting->type == NNI_SETTING_SECTIONS ? entry->value->first : NULL;
             element; element = element->next, index++)
            NN_TRY(fill(in, element->value, setting->settings, &(nni_yaml_path){.parent = &here, .index = index}));
    }
    return NN_OK;
}

nn_status nni_yaml_default(nni_yaml_pool *pool, nni_yaml_node *root, const nni_setting *section,
                           nni_yaml_place defaults, nn_error *error)
{
    return fill(&(filling){.pool = pool, .defaults = defaults, .error = error}, root, section, NULL);
}

/* --- order --- */

static void arrange_mapping(nni_yaml_node *node, const nni_setting *section)
{
    nni_yaml_entry *arranged = NULL, **end = &arranged;
    for (const nni_setting *setting = section; setting->key; setting++) {
        nni_yaml_entry *entry = nni_yaml_get(node, setting->key, strlen(setting->key));
        if (!entry)
            continue;
        nni_yaml_remove(node, setting->key);
        if (nni_setting_section(setting))
            nni_yaml_arrange(entry->value, setting->settings);
        entry->next = NULL;
        *end = entry;
        end = &entry->next;
        node->count++;
    }
    node->first = arranged;
}

void nni_yaml_arrange(nni_yaml_node *root, const nni_setting *section)
{
    if (root->kind == NNI_YAML_MAPPING)
        arrange_mapping(root, section);
    else if (root->kind == NNI_YAML_SEQUENCE)
        for (const nni_yaml_entry *entry = root->first; entry; entry = entry->next)
            nni_yaml_arrange(entry->value, section);
}
