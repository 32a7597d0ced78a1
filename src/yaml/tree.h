/* SPDX-License-Identifier: MIT */
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
    NNI_YAML_DEPTH = 32,    /**< lists and mappings inside each other */
    NNI_YAML_NODES = 10000, /**< values of all trees in a pool, aliases expanded */
    NNI_YAML_QUOTED = 100,  /**< bytes that nni_yaml_quote writes at most */
};

typedef enum nni_yaml_source_kind {
    NNI_YAML_DEFAULTS, /**< built in */
    NNI_YAML_FILE,     /**< the user's text */
    NNI_YAML_OVERRIDE, /**< --set KEY=VALUE: has no lines */
} nni_yaml_source_kind;

/** A text that values come from. Owned by the pool. */
typedef struct nni_yaml_source {
    nni_yaml_source_kind kind;
    const char *name; /**< leads messages: "recipe.yaml", "--set seed=2" */
} nni_yaml_source;

/** Where a value was written; line and column count from 1. */
typedef struct nni_yaml_place {
    const nni_yaml_source *source;
    size_t line, column;
} nni_yaml_place;

typedef enum nni_yaml_kind { NNI_YAML_SCALAR, NNI_YAML_SEQUENCE, NNI_YAML_MAPPING } nni_yaml_kind;

typedef struct nni_yaml_node {
    nni_yaml_kind kind;
    nni_yaml_place place;
    const char *text;             /**< scalar: its value */
    bool plain;                   /**< scalar: written without quotes */
    struct nni_yaml_entry *first; /**< sequence and mapping: what they hold, in order */
    size_t count;
} nni_yaml_node;

typedef struct nni_yaml_entry {
    const char *key;      /**< NULL in a sequence */
    nni_yaml_place place; /**< of the key */
    nni_yaml_node *value;
    struct nni_yaml_entry *next;
} nni_yaml_entry;

/** Owns the nodes and strings of any number of trees; they go together. */
typedef struct nni_yaml_pool nni_yaml_pool;

nn_status nni_yaml_pool_create(nni_yaml_pool **pool, nn_error *error);
void nni_yaml_pool_free(nni_yaml_pool *pool);

/** Takes memory from the pool, zeroed. @return NULL where there is none, with NN_SYSTEM in error */
void *nni_yaml_take(nni_yaml_pool *pool, size_t size, nn_error *error);

/** Copies a string into the pool. */
nn_status nni_yaml_take_text(nni_yaml_pool *pool, const char *text, size_t length, const char **copy, nn_error *error);

/** Takes an empty node; NN_USAGE where the pool holds NNI_YAML_NODES already. */
nn_status nni_yaml_take_node(nni_yaml_pool *pool, nni_yaml_kind kind, nni_yaml_place place, nni_yaml_node **node,
                             nn_error *error);

/**
 * Parses a text: one YAML document, which is a mapping; an empty text is an empty mapping.
 *
 * Aliases are expanded where they stand. Errors are NN_USAGE with line and column: no YAML, a second document, a key
 * given twice, a tag, an unknown anchor, too deep, too many values.
 *
 * @param name  leads messages; copied
 */
nn_status nni_yaml_parse(nni_yaml_pool *pool, const char *text, nni_yaml_source_kind kind, const char *name,
                         nni_yaml_node **root, nn_error *error);

/** Parses a text that may be any value, for overrides. */
nn_status nni_yaml_parse_value(nni_yaml_pool *pool, const char *text, const nni_yaml_source *source,
                               nni_yaml_node **value, nn_error *error);

/** Adds to the end of a sequence (key NULL) or mapping. */
nn_status nni_yaml_append(nni_yaml_pool *pool, nni_yaml_node *node, const char *key, nni_yaml_place place,
                          nni_yaml_node *value, nn_error *error);

/** Copies a tree; its places are those of the original. */
nn_status nni_yaml_copy(nni_yaml_pool *pool, const nni_yaml_node *node, nni_yaml_node **copy, nn_error *error);

/** Entry of a mapping by its key, or NULL. */
nni_yaml_entry *nni_yaml_get(const nni_yaml_node *mapping, const char *key, size_t length);

/** Node at a path such as network.layers[0].units, or NULL. */
nni_yaml_node *nni_yaml_find(nni_yaml_node *root, const char *path);

/** Takes a key out of a mapping; one that is not there is fine. */
void nni_yaml_remove(nni_yaml_node *mapping, const char *key);

/** Whether a value is left out: nothing after the colon, null or ~. */
bool nni_yaml_is_null(const nni_yaml_node *node);

/** Makes a mapping of a value that is left out: `training:` with nothing under it says the same as `training: {}`. */
void nni_yaml_null_to_mapping(nni_yaml_node *node);

/**
 * Lays one override over a tree: VALUE takes the place of all that KEY had.
 *
 * @param assignment  "KEY=VALUE", KEY like training.epochs or network.layers[0].units, VALUE as in YAML
 */
nn_status nni_yaml_set(nni_yaml_pool *pool, nni_yaml_node *root, const char *assignment, nn_error *error);

/**
 * Writes a tree as YAML. Innermost mappings and all lists go on one line.
 *
 * Writing what was parsed from a written text gives the same text.
 *
 * @param text  receives the text, to be released with free
 */
nn_status nni_yaml_emit(const nni_yaml_node *root, char **text, nn_error *error);

/** Fails with NN_USAGE and a sentence led by the place: "recipe.yaml:3:7: ..." or "--set seed=x: ...". */
nn_status nni_yaml_fail(nn_error *error, nni_yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Quotes somebody else's text for a message: cut where it is long. */
const char *nni_yaml_quote(const char *text, char buffer[NNI_YAML_QUOTED]);

#endif
