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

struct nn_yaml_pool {
    block *blocks;
    size_t nodes;
};

nn_status nn_yaml_pool_create(nn_yaml_pool **pool, nn_error *error)
{
    *pool = calloc(1, sizeof **pool);
    return *pool ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory: cannot start reading YAML");
}

void nn_yaml_pool_free(nn_yaml_pool *pool)
{
    for (block *next, *at = pool ? pool->blocks : NULL; at; at = next) {
        next = at->next;
        free(at);
    }
    free(pool);
}

void *nn_yaml_take(nn_yaml_pool *pool, size_t size, nn_error *error)
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

nn_status nn_yaml_take_text(nn_yaml_pool *pool, const char *text, size_t length, const char **copy, nn_error *error)
{
    char *taken = nn_yaml_take(pool, length + 1, error);
    if (!taken)
        return NN_SYSTEM;
    memcpy(taken, text, length);
    *copy = taken;
    return NN_OK;
}

nn_status nn_yaml_take_node(nn_yaml_pool *pool, nn_yaml_kind kind, nn_yaml_place place, nn_yaml_node **node,
                            nn_error *error)
{
    if (pool->nodes == NN_YAML_NODES)
        return nn_yaml_fail(error, place, "there are more than %d values, aliases expanded; shorten the text",
                            NN_YAML_NODES);
    *node = nn_yaml_take(pool, sizeof **node, error);
    if (!*node)
        return NN_SYSTEM;
    pool->nodes++;
    (*node)->kind = kind;
    (*node)->place = place;
    (*node)->text = "";
    return NN_OK;
}

nn_status nn_yaml_append(nn_yaml_pool *pool, nn_yaml_node *node, const char *key, nn_yaml_place place,
                         nn_yaml_node *value, nn_error *error)
{
    nn_yaml_entry *entry = nn_yaml_take(pool, sizeof *entry, error);
    if (!entry)
        return NN_SYSTEM;
    *entry = (nn_yaml_entry){.key = key, .place = place, .value = value};
    nn_yaml_entry **end = &node->first;
    while (*end)
        end = &(*end)->next;
    *end = entry;
    node->count++;
    return NN_OK;
}

nn_status nn_yaml_copy(nn_yaml_pool *pool, const nn_yaml_node *node, nn_yaml_node **copy, nn_error *error)
{
    nn_yaml_node *made = NULL;
    NN_TRY(nn_yaml_take_node(pool, node->kind, node->place, &made, error));
    made->text = node->text;
    made->plain = node->plain;
    for (const nn_yaml_entry *entry = node->first; entry; entry = entry->next) {
        nn_yaml_node *value = NULL;
        NN_TRY(nn_yaml_copy(pool, entry->value, &value, error));
        NN_TRY(nn_yaml_append(pool, made, entry->key, entry->place, value, error));
    }
    *copy = made;
    return NN_OK;
}

nn_yaml_entry *nn_yaml_get(const nn_yaml_node *mapping, const char *key, size_t length)
{
    if (mapping->kind != NN_YAML_MAPPING)
        return NULL;
    for (nn_yaml_entry *entry = mapping->first; entry; entry = entry->next)
        if (strlen(entry->key) == length && memcmp(entry->key, key, length) == 0)
            return entry;
    return NULL;
}

void nn_yaml_remove(nn_yaml_node *mapping, const char *key)
{
    nn_yaml_entry *gone = nn_yaml_get(mapping, key, strlen(key));
    if (!gone)
        return;
    nn_yaml_entry **link = &mapping->first;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
    mapping->count--;
}

bool nn_yaml_is_null(const nn_yaml_node *node)
{
    const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != NN_YAML_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (strcmp(node->text, nulls[i]) == 0)
            return true;
    return false;
}

void nn_yaml_null_to_mapping(nn_yaml_node *node)
{
    if (nn_yaml_is_null(node))
        node->kind = NN_YAML_MAPPING;
}

nn_status nn_yaml_fail(nn_error *error, nn_yaml_place place, const char *format, ...)
{
    char sentence[NN_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (place.source->kind == NN_YAML_OVERRIDE)
        return nn_fail(error, NN_USAGE, "%s: %s", place.source->name, sentence);
    return nn_fail(error, NN_USAGE, "%s:%zu:%zu: %s", place.source->name, place.line, place.column, sentence);
}

const char *nn_yaml_quote(const char *text, char buffer[NN_YAML_QUOTED])
{
    const char *const more = "...";
    size_t length = strlen(text), room = NN_YAML_QUOTED - 3 - strlen(more), shown = length < room ? length : room;
    /* Never cut inside a UTF-8 character. */
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80)
        shown--;
    snprintf(buffer, NN_YAML_QUOTED, "\"%.*s%s\"", (int)shown, text, shown < length ? more : "");
    return buffer;
}
