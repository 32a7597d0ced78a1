/* SPDX-License-Identifier: MIT */
/* Paths into a tree, and overrides of what is there. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml/tree.h"

/* One step of a path: a key or, where key is NULL, an index. */
typedef struct step {
    const char *key;
    size_t length;
    size_t index;
} step;

/* Reads "[12]"; the cursor ends behind it. */
static bool read_index(const char **cursor, step *out)
{
    const char *at = *cursor + 1;
    *out = (step){0};
    if (*at == ']')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (out->index > NNI_YAML_NODES)
            return false;
        out->index = out->index * 10 + (size_t)(*at - '0');
    }
    *cursor = at + 1;
    return *at == ']';
}

/* Reads the next step of `path`; the cursor ends behind it. */
static bool read_step(const char *path, const char **cursor, step *out)
{
    if (**cursor == '[' && *cursor > path)
        return read_index(cursor, out);
    const char *start = *cursor + (*cursor > path && **cursor == '.');
    size_t length = strcspn(start, ".[");
    *out = (step){.key = start, .length = length};
    /* After an index, only a dot starts a key. */
    bool separated = *cursor == path || start > *cursor;
    *cursor = start + length;
    return length > 0 && separated;
}

static nni_yaml_entry *entry_at(const nni_yaml_node *node, step at)
{
    if (at.key)
        return nni_yaml_get(node, at.key, at.length);
    if (node->kind != NNI_YAML_SEQUENCE || at.index >= node->count)
        return NULL;
    nni_yaml_entry *entry = node->first;
    for (size_t i = 0; i < at.index; i++)
        entry = entry->next;
    return entry;
}

nni_yaml_node *nni_yaml_find(nni_yaml_node *root, const char *path)
{
    const char *cursor = path;
    while (root && *cursor) {
        step at;
        nni_yaml_entry *entry = read_step(path, &cursor, &at) ? entry_at(root, at) : NULL;
        root = entry ? entry->value : NULL;
    }
    return root;
}

/* An override on its way: KEY is [key, end), `node` what the steps up to `cursor` have reached. */
typedef struct override {
    nni_yaml_pool *pool;
    nni_yaml_place place;
    const char *key;
    const char *cursor;
    nni_yaml_node *node;
    nn_error *error;
} override;

static nn_status fail_step(const override *set, size_t walked, step at)
{
    int length = (int)walked;
    if (set->node->kind == NNI_YAML_SEQUENCE && !at.key && set->node->count > 0)
        return nni_yaml_fail(set->error, set->place, "%.*s has no element %zu; its elements are 0 to %zu", length,
                             set->key, at.index, set->node->count - 1);
    if (set->node->kind == NNI_YAML_SEQUENCE && at.key)
        return nni_yaml_fail(set->error, set->place, "%.*s is a list; name an element of it as in %.*s[0]", length,
                             set->key, length, set->key);
    if (at.key)
        return nni_yaml_fail(set->error, set->place, "%.*s is a single value, so there is no \"%.*s\" in it", length,
                             set->key, (int)at.length, at.key);
    return nni_yaml_fail(set->error, set->place, "%.*s is no list with an element %zu", length, set->key, at.index);
}

static nn_status take_null(const override *set, nni_yaml_node **node)
{
    NN_TRY(nni_yaml_take_node(set->pool, NNI_YAML_SCALAR, set->place, node, set->error));
    (*node)->plain = true;
    return NN_OK;
}

/* Goes one step down, making what a mapping lacks: whether such a key may be is for the schema to say. */
static nn_status descend(override *set, step at, size_t walked, nni_yaml_entry **entry)
{
    if (at.key)
        nni_yaml_null_to_mapping(set->node);
    if (!at.key && at.index == 0 && nni_yaml_is_null(set->node)) { /* of layers[0] the schema shall judge layers */
        nni_yaml_node *element = NULL;
        NN_TRY(take_null(set, &element));
        set->node->kind = NNI_YAML_SEQUENCE;
        NN_TRY(nni_yaml_append(set->pool, set->node, NULL, set->place, element, set->error));
    }
    *entry = entry_at(set->node, at);
    if (!*entry && (!at.key || set->node->kind != NNI_YAML_MAPPING))
        return fail_step(set, walked, at);
    if (!*entry) {
        const char *key = NULL;
        nni_yaml_node *value = NULL;
        NN_TRY(nni_yaml_take_text(set->pool, at.key, at.length, &key, set->error));
        NN_TRY(take_null(set, &value));
        NN_TRY(nni_yaml_append(set->pool, set->node, key, set->place, value, set->error));
        *entry = entry_at(set->node, at);
    }
    set->node = (*entry)->value;
    return NN_OK;
}

static nn_status assign(override *set, nni_yaml_node *value)
{
    nni_yaml_entry *entry = NULL;
    for (size_t depth = 0; *set->cursor; depth++) {
        size_t walked = (size_t)(set->cursor - set->key);
        step at;
        if (depth == NNI_YAML_DEPTH || !read_step(set->key, &set->cursor, &at))
            return nni_yaml_fail(set->error, set->place,
                                 "this is no key; write one like training.epochs or network.layers[0].units");
        NN_TRY(descend(set, at, walked, &entry));
    }
    if (!entry)
        return nni_yaml_fail(set->error, set->place, "there is no key before the =; write one like training.epochs");
    entry->place = set->place;
    entry->value = value;
    return NN_OK;
}

static nn_status make_source(nni_yaml_pool *pool, const char *assignment, nni_yaml_source **source, nn_error *error)
{
    char quoted[NNI_YAML_QUOTED], name[NNI_YAML_QUOTED + 8];
    nni_yaml_quote(assignment, quoted);
    snprintf(name, sizeof name, "--set %.*s", (int)strlen(quoted) - 2, quoted + 1);
    *source = nni_yaml_take(pool, sizeof **source, error);
    if (!*source)
        return NN_SYSTEM;
    (*source)->kind = NNI_YAML_OVERRIDE;
    return nni_yaml_take_text(pool, name, strlen(name), &(*source)->name, error);
}

nn_status nni_yaml_set(nni_yaml_pool *pool, nni_yaml_node *root, const char *assignment, nn_error *error)
{
    nni_yaml_source *source = NULL;
    NN_TRY(make_source(pool, assignment, &source, error));
    override set = {.pool = pool, .place = {.source = source}, .node = root, .error = error};
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment)
        return nni_yaml_fail(error, set.place, "expected KEY=VALUE, as in training.epochs=3");
    NN_TRY(nni_yaml_take_text(pool, assignment, (size_t)(equals - assignment), &set.key, error));
    set.cursor = set.key;
    nni_yaml_node *value = NULL;
    NN_TRY(nni_yaml_parse_value(pool, equals + 1, source, &value, error));
    return assign(&set, value);
}
