/* SPDX-License-Identifier: MIT */
#include "yaml/tree.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A pool is a list of blocks, newest first; a recipe takes a few hundred. */
typedef struct block {
    struct block *next;
    max_align_t memory[];
} block;

struct nni_yaml_pool {
    block *blocks;
    size_t nodes;
};

nn_status nni_yaml_pool_create(nni_yaml_pool **pool, nn_error *error)
{
    *pool = calloc(1, sizeof **pool);
    return *pool ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory: cannot start reading YAML");
}

void nni_yaml_pool_free(nni_yaml_pool *pool)
{
    for (block *next, *at = pool ? pool->blocks : NULL; at; at = next) {
        next = at->next;
        free(at);
    }
    free(pool);
}

void *nni_yaml_take(nni_yaml_pool *pool, size_t size, nn_error *error)
{
    block *taken = size <= SIZE_MAX / 2 ? calloc(1, sizeof *taken + size) : NULL;
    if (!taken) {
        nn_fail(error, NN_SYSTEM, "out of memory: cannot hold %zu bytes of YAML", size);
        return NULL;
    }
    taken->next = pool->blocks;
    pool->blocks = taken;
    return taken->memory;
}

nn_status nni_yaml_take_text(nni_yaml_pool *pool, const char *text, size_t length, const char **copy, nn_error *error)
{
    char *taken = nni_yaml_take(pool, length + 1, error);
    if (!taken)
        return NN_SYSTEM;
    memcpy(taken, text, length);
    *copy = taken;
    return NN_OK;
}

nn_status nni_yaml_take_node(nni_yaml_pool *pool, nni_yaml_kind kind, nni_yaml_place place, nni_yaml_node **node,
                             nn_error *error)
{
    if (pool->nodes == NNI_YAML_NODES)
        return nni_yaml_fail(error, place, "there are more than %d values, aliases expanded; shorten the text",
                             NNI_YAML_NODES);
    *node = nni_yaml_take(pool, sizeof **node, error);
    if (!*node)
        return NN_SYSTEM;
    pool->nodes++;
    (*node)->kind = kind;
    (*node)->place = place;
    (*node)->text = "";
    return NN_OK;
}

nn_status nni_yaml_append(nni_yaml_pool *pool, nni_yaml_node *node, const char *key, nni_yaml_place place,
                          nni_yaml_node *value, nn_error *error)
{
    nni_yaml_entry *entry = nni_yaml_take(pool, sizeof *entry, error);
    if (!entry)
        return NN_SYSTEM;
    *entry = (nni_yaml_entry){.key = key, .place = place, .value = value};
    nni_yaml_entry **end = &node->first;
    while (*end)
        end = &(*end)->next;
    *end = entry;
    node->count++;
    return NN_OK;
}

nn_status nni_yaml_copy(nni_yaml_pool *pool, const nni_yaml_node *node, nni_yaml_node **copy, nn_error *error)
{
    nni_yaml_node *made = NULL;
    NN_TRY(nni_yaml_take_node(pool, node->kind, node->place, &made, error));
    made->text = node->text;
    made->plain = node->plain;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next) {
        nni_yaml_node *value = NULL;
        NN_TRY(nni_yaml_copy(pool, entry->value, &value, error));
        NN_TRY(nni_yaml_append(pool, made, entry->key, entry->place, value, error));
    }
    *copy = made;
    return NN_OK;
}

nni_yaml_entry *nni_yaml_get(const nni_yaml_node *mapping, const char *key, size_t length)
{
    if (mapping->kind != NNI_YAML_MAPPING)
        return NULL;
    for (nni_yaml_entry *entry = mapping->first; entry; entry = entry->next)
        if (strlen(entry->key) == length && memcmp(entry->key, key, length) == 0)
            return entry;
    return NULL;
}

void nni_yaml_remove(nni_yaml_node *mapping, const char *key)
{
    nni_yaml_entry *gone = nni_yaml_get(mapping, key, strlen(key));
    if (!gone)
        return;
    nni_yaml_entry **link = &mapping->first;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
    mapping->count--;
}

bool nni_yaml_is_null(const nni_yaml_node *node)
{
    const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != NNI_YAML_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (strcmp(node->text, nulls[i]) == 0)
            return true;
    return false;
}

void nni_yaml_null_to_mapping(nni_yaml_node *node)
{
    if (nni_yaml_is_null(node))
        node->kind = NNI_YAML_MAPPING;
}

nn_status nni_yaml_fail(nn_error *error, nni_yaml_place place, const char *format, ...)
{
    char sentence[NN_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (place.source->kind == NNI_YAML_OVERRIDE)
        return nn_fail(error, NN_USAGE, "%s: %s", place.source->name, sentence);
    return nn_fail(error, NN_USAGE, "%s:%zu:%zu: %s", place.source->name, place.line, place.column, sentence);
}

const char *nni_yaml_quote(const char *text, char buffer[NNI_YAML_QUOTED])
{
    const char *const more = "...";
    size_t length = strlen(text), room = NNI_YAML_QUOTED - 3 - strlen(more), shown = length < room ? length : room;
    /* Never cut inside a UTF-8 character. */
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80)
        shown--;
    snprintf(buffer, NNI_YAML_QUOTED, "\"%.*s%s\"", (int)shown, text, shown < length ? more : "");
    return buffer;
}
