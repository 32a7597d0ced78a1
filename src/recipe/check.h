/* SPDX-License-Identifier: MIT */
/** Checks of a recipe that the tables of its settings cannot make, and what they share. Each check is one subject, in a
 * file with its kin. */
#ifndef NNI_RECIPE_CHECK_H
#define NNI_RECIPE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "recipe/recipe.h"
#include "yaml/tree.h"

/** A recipe in check; borrows all. */
typedef struct nni_check {
    nn_recipe *recipe;
    nni_yaml_node *root; /**< the tree the recipe was loaded from */
    const char *origin;
    nn_error *error;
} nni_check;

/** Fails with "PLACE: KEY: SENTENCE"; for a value nobody wrote, "ORIGIN: KEY (by default VALUE): SENTENCE". */
nn_status nni_check_fail(const nni_check *in, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Of two values that do not go together, the one written in the later text, which is the one to point at; the first of
 * two in one text. */
const char *nni_check_later(const nni_check *in, const char *key, const char *other);

/** Whether the recipe has a value at a key. */
bool nni_check_has(const nni_check *in, const char *key);

nn_status nni_check_network(const nni_check *in);
nn_status nni_check_loss(const nni_check *in);
nn_status nni_check_optimizer(const nni_check *in);
nn_status nni_check_schedule(const nni_check *in);
nn_status nni_check_data(const nni_check *in);
nn_status nni_check_augment(const nni_check *in);
nn_status nni_check_training(const nni_check *in);
nn_status nni_check_record(const nni_check *in);
nn_status nni_check_stop(const nni_check *in);

#endif
