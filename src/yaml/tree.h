/**
 * YAML as a tree in which every value knows where it was written.
 *
 * A recipe is the sum of three texts: the defaults, the user's file and the overrides of the command line. They are
 * parsed into trees, merged, and checked; a message about any value can still point at its line, or at its override.
 */
#ifndef NNI_YAML_TREE_H
#define NNI_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"

/** Limits on what a text may hold, so that a hostile one costs neither stack nor memory. */
enum {
    NN_YAML_DEPTH = 32,    /**< lists and mappings inside each other */
    NN_YAML_NODES = 10000, /**< values of all trees in a pool, aliases expanded */
    NN_YAML_QUOTED = 100,  /**< bytes that nn_yaml_quote writes at most */
};

typedef enum nn_yaml_source_kind {
    NN_YAML_DEFAULTS, /**< built in */
    NN_YAML_FILE,     /**< the user's text */
    NN_YAML_OVERRIDE, /**< --set KEY=VALUE: has no lines */
} nn_yaml_source_kind;

/** A text that values come from. Owned by the pool. */
typedef struct nn_yaml_source {
    nn_yaml_source_kind kind;
    const char *name; /**< leads messages: "recipe.yaml", "--set seed=2" */
} nn_yaml_source;

/** Where a value was written; line and column count from 1. */
typedef struct nn_yaml_place {
    const nn_yaml_source *source;
    size_t line, column;
} nn_yaml_place;

typedef enum nn_yaml_kind { NN_YAML_SCALAR, NN_YAML_SEQUENCE, NN_YAML_MAPPING } nn_yaml_kind;

typedef struct nn_yaml_node {
    nn_yaml_kind kind;
    nn_yaml_place place;
    const char *text;            /**< scalar: its value */
    bool plain;                  /**< scalar: written without quotes */
    struct nn_yaml_entry *first; /**< sequence and mapping: what they hold, in order */
    size_t count;
} nn_yaml_node;

typedef struct nn_yaml_entry {
    const char *key;     /**< NULL in a sequence */
    nn_yaml_place place; /**< of the key */
    nn_yaml_node *value;
    struct nn_yaml_entry *next;
} nn_yaml_entry;

/** Owns the nodes and strings of any number of trees; they go together. */
typedef struct nn_yaml_pool nn_yaml_pool;

nn_status nn_yaml_pool_create(nn_yaml_pool **pool, nn_error *error);
void nn_yaml_pool_free(nn_yaml_pool *pool);

/** Takes memory from the pool, zeroed. @return NULL where there is none, with NN_SYSTEM in error */
void *nn_yaml_take(nn_yaml_pool *pool, size_t size, nn_error *error);

/** Copies a string into the pool. */
nn_status nn_yaml_take_text(nn_yaml_pool *pool, const char *text, size_t length, const char **copy, nn_error *error);

/** Takes an empty node; NN_USAGE where the pool holds NN_YAML_NODES already. */
nn_status nn_yaml_take_node(nn_yaml_pool *pool, nn_yaml_kind kind, nn_yaml_place place, nn_yaml_node **node,
                            nn_error *error);

/**
 * Parses a text: one YAML document, which is a mapping; an empty text is an empty mapping.
 *
 * Aliases are expanded where they stand. Errors are NN_USAGE with line and column: no YAML, a second document, a key
 * given twice, a tag, an unknown anchor, too deep, too many values.
 *
 * @param name  leads messages; copied
 */
nn_status nn_yaml_parse(nn_yaml_pool *pool, const char *text, nn_yaml_source_kind kind, const char *name,
                        nn_yaml_node **root, nn_error *error);

/** Parses a text that may be any value, for overrides. */
nn_status nn_yaml_parse_value(nn_yaml_pool *pool, const char *text, const nn_yaml_source *source, nn_yaml_node **value,
                              nn_error *error);

/** Adds to the end of a sequence (key NULL) or mapping. */
nn_status nn_yaml_append(nn_yaml_pool *pool, nn_yaml_node *node, const char *key, nn_yaml_place place,
                         nn_yaml_node *value, nn_error *error);

/** Copies a tree; its places are those of the original. */
nn_status nn_yaml_copy(nn_yaml_pool *pool, const nn_yaml_node *node, nn_yaml_node **copy, nn_error *error);

/** Entry of a mapping by its key, or NULL. */
nn_yaml_entry *nn_yaml_get(const nn_yaml_node *mapping, const char *key, size_t length);

/** Node at a path such as network.layers[0].units, or NULL. */
nn_yaml_node *nn_yaml_find(nn_yaml_node *root, const char *path);

/** Takes a key out of a mapping; one that is not there is fine. */
void nn_yaml_remove(nn_yaml_node *mapping, const char *key);

/** Whether a value is left out: nothing after the colon, null or ~. */
bool nn_yaml_is_null(const nn_yaml_node *node);

/** Makes a mapping of a value that is left out: `training:` with nothing under it says the same as `training: {}`. */
void nn_yaml_null_to_mapping(nn_yaml_node *node);

/**
 * Lays one tree over another: mappings are merged key by key, lists and scalars replaced.
 *
 * Takes both apart. A mapping of the defaults takes the place of the one laid over it, so that a message about a
 * missing key points into the user's file.
 *
 * @return the merged tree
 */
nn_yaml_node *nn_yaml_merge(nn_yaml_node *base, nn_yaml_node *over);

/**
 * Lays one override over a tree: VALUE takes the place of all that KEY had. Of a mapping, what VALUE leaves out is then
 * what the defaults have there.
 *
 * @param defaults    a tree that stays as it is
 * @param assignment  "KEY=VALUE", KEY like training.epochs or network.layers[0].units, VALUE as in YAML
 */
nn_status nn_yaml_set(nn_yaml_pool *pool, nn_yaml_node *root, nn_yaml_node *defaults, const char *assignment,
                      nn_error *error);

/**
 * Writes a tree as YAML. Innermost mappings and all lists go on one line.
 *
 * Writing what was parsed from a written text gives the same text.
 *
 * @param text  receives the text, to be released with free
 */
nn_status nn_yaml_emit(const nn_yaml_node *root, char **text, nn_error *error);

/** Fails with NN_USAGE and a sentence led by the place: "recipe.yaml:3:7: ..." or "--set seed=x: ...". */
nn_status nn_yaml_fail(nn_error *error, nn_yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Quotes somebody else's text for a message: cut where it is long. */
const char *nn_yaml_quote(const char *text, char buffer[NN_YAML_QUOTED]);

#endif
