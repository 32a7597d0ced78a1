/* SPDX-License-Identifier: MIT */
/** Trees held against tables of settings: checked with the place of each mistake, completed, and read into structs. */
#ifndef NNI_YAML_SCHEMA_H
#define NNI_YAML_SCHEMA_H

#include "support/setting.h"
#include "yaml/tree.h"

/**
 * Checks what is there: every key is known and every value has its type and fits into it; ranges are for nni_yaml_fill.
 *
 * Numbers are decimal and take the whole value. Sections left out become empty mappings; of a section whose first
 * setting is a kind called "name", that name alone will do.
 */
nn_status nni_yaml_check(nni_yaml_node *root, const nni_setting *section, nn_error *error);

/** Writes short forms out: `loss: mse` becomes `loss: {name: mse}`. Not in lists. Run nni_yaml_check before. */
nn_status nni_yaml_expand(nni_yaml_pool *pool, nni_yaml_node *root, const nni_setting *section, nn_error *error);

/**
 * Adds the value of every setting that is left out and has one, and refuses what is written and the kind of its section
 * does not have. Short forms are written out by then.
 *
 * @param defaults  the place of what nobody wrote
 */
nn_status nni_yaml_default(nni_yaml_pool *pool, nni_yaml_node *root, const nni_setting *section,
                           nni_yaml_place defaults, nn_error *error);

/** Checks that everything that is required is there. */
nn_status nni_yaml_check_complete(const nni_yaml_node *root, const nni_setting *section, nn_error *error);

/** Puts the keys of all mappings into the order of their tables. */
void nni_yaml_arrange(nni_yaml_node *root, const nni_setting *section);

/**
 * Fills a struct, zeroed before, from a tree that has passed all of the above, and checks ranges.
 *
 * @param structure  to be released with nni_yaml_release, also after a failure
 */
nn_status nni_yaml_fill(const nni_yaml_node *root, const nni_setting *section, void *structure, nn_error *error);

/** Releases what a struct owns, not itself. */
void nni_yaml_release(const nni_setting *section, void *structure);

/**
 * Finds where a key belongs that somebody wrote: the same, or one that is like it.
 *
 * @param places  [size] receives a path such as training.epochs, or "schedule.every or checkpoint.every"
 * @return whether there is one; not for a mere typing error
 */
bool nni_yaml_find_key(const nni_setting *section, const char *written, char *places, size_t size);

#endif
