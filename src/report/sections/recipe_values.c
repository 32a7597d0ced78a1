/* SPDX-License-Identifier: MIT */
#include "report/sections/recipe_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe/sections.h"

enum { PATH_BYTES = 256 };

typedef struct walk {
    nni_yaml_pool *pool;
    bool is_known; /* what the user wrote */
    nni_recipe_visit visit;
    void *self;
    nn_error *error;
} walk;

/* What the user wrote in the place of a value: at the beginning, and at the newest resumption. */
typedef struct written {
    const nni_yaml_node *first, *last; /* NULL: nothing */
} written;

static bool equal_texts(const char *a, const char *b)
{
    char *end_a, *end_b;
    if (strcmp(a, b) == 0)
        return true;
    const double x = strtod(a, &end_a), y = strtod(b, &end_b);
    return *a && *b && *end_a == '\0' && *end_b == '\0' && x == y;
}

static bool equal_nodes(const nni_yaml_node *a, const nni_yaml_node *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (a->kind == NNI_YAML_SCALAR)
        return equal_texts(a->text, b->text);
    for (const nni_yaml_entry *x = a->first, *y = b->first; x && y; x = x->next, y = y->next)
        if ((x->key && y->key && strcmp(x->key, y->key) != 0) || !equal_nodes(x->value, y->value))
            return false;
    return true;
}

/* The default of a setting, which may be that of the kind that its section names. @return NULL: it has none */
static const char *default_of(const nni_setting *section, const nni_setting *setting, const nni_yaml_node *mapping)
{
    const nni_setting *by = nni_section_kind(section);
    const nni_yaml_entry *name = by ? nni_yaml_get(mapping, by->key, strlen(by->key)) : NULL;
    const char *value = NULL;
    if (name && name->value->kind == NNI_YAML_SCALAR) {
        const nni_kind *kind = nni_domain_kind(by->domain, nni_domain_find(by->domain, name->value->text));
        if (kind && nni_kind_has(kind, setting->key, &value) && value)
            return value;
    }
    return setting->value;
}

static nn_status visit_value(const walk *w, const nni_setting *section, const nni_setting *setting,
                             const nni_yaml_node *mapping, const nni_yaml_node *node, written asked, const char *path)
{
    static const nni_yaml_source built_in = {.kind = NNI_YAML_DEFAULTS, .name = "defaults"};
    nni_recipe_value value = {.path = path, .node = node, .source = NNI_VALUE_CHOSEN};
    nni_yaml_node *usual = NULL;
    value.usual = setting ? default_of(section, setting, mapping) : NULL;
    if (value.usual)
        NN_TRY(nni_yaml_parse_value(w->pool, value.usual, &built_in, &usual, w->error));
    const bool is_usual = usual && equal_nodes(node, usual);
    const bool is_path = node->kind == NNI_YAML_SCALAR && *node->text == '/'; /* was made absolute */
    if (is_usual && !asked.first)
        value.source = NNI_VALUE_DEFAULT;
    else if (!w->is_known)
        value.source = NNI_VALUE_OTHER;
    else if (asked.last && (is_path || equal_nodes(node, asked.last)))
        value.source = NNI_VALUE_WRITTEN;
    return w->visit(w->self, &value, w->error);
}

/* What a recipe has in the place of an entry. */
static const nni_yaml_node *within_node(const nni_yaml_node *other, const char *key, size_t index)
{
    const nni_yaml_entry *entry = NULL;
    if (other && other->kind == NNI_YAML_MAPPING && key)
        entry = nni_yaml_get(other, key, strlen(key));
    else if (other && other->kind == NNI_YAML_SEQUENCE && !key)
        for (entry = other->first; entry && index > 0; index--)
            entry = entry->next;
    return entry ? entry->value : NULL;
}

static written beside(written other, const char *key, size_t index)
{
    return (written){within_node(other.first, key, index), within_node(other.last, key, index)};
}

static nn_status visit_section(const walk *w, const nni_setting *section, const nni_yaml_node *mapping, written asked,
                               const char *path);

/* An entry of a mapping: a section, a list of them, or a value. */
static nn_status visit_entry(const walk *w, const nni_setting *section, const nni_yaml_node *mapping,
                             const nni_yaml_entry *entry, written asked, const char *path)
{
    const nni_setting *setting = section ? nni_section_find(section, entry->key) : NULL;
    const nni_setting *inner = setting ? nni_setting_section(setting) : NULL;
    char within[PATH_BYTES];
    size_t index = 0;
    if (entry->value->kind == NNI_YAML_MAPPING)
        return visit_section(w, inner, entry->value, asked, path);
    if (entry->value->kind == NNI_YAML_SCALAR || !inner)
        return visit_value(w, section, setting, mapping, entry->value, asked, path);
    for (const nni_yaml_entry *element = entry->value->first; element; element = element->next, index++) {
        if (snprintf(within, sizeof within, "%s[%zu]", path, index) >= (int)sizeof within)
            return NN_OK;
        NN_TRY(visit_section(w, inner, element->value, beside(asked, NULL, index), within));
    }
    return NN_OK;
}

static nn_status visit_section(const walk *w, const nni_setting *section, const nni_yaml_node *mapping, written asked,
                               const char *path)
{
    char within[PATH_BYTES];
    if (mapping->kind != NNI_YAML_MAPPING)
        return NN_OK;
    for (const nni_yaml_entry *entry = mapping->first; entry; entry = entry->next) {
        if (snprintf(within, sizeof within, "%s%s%s", path, *path ? "." : "", entry->key) >= (int)sizeof within)
            continue; /* no key of ours */
        NN_TRY(visit_entry(w, section, mapping, entry, beside(asked, entry->key, 0), within));
    }
    return NN_OK;
}

nn_status nni_recipe_values(nni_yaml_pool *pool, const nni_yaml_node *recipe, const nni_yaml_node *first,
                            const nni_yaml_node *last, nni_recipe_visit visit, void *self, nn_error *error)
{
    const walk w = {.pool = pool, .is_known = last != NULL, .visit = visit, .self = self, .error = error};
    return visit_section(&w, nni_recipe_section, recipe, (written){first, last}, "");
}
