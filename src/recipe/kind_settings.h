/** Keys that only some kinds of loss, optimizer, schedule or initializer have. */
#ifndef NNI_RECIPE_KIND_SETTINGS_H
#define NNI_RECIPE_KIND_SETTINGS_H

#include "nntrain/kinds.h"
#include "yaml/tree.h"

/**
 * Fills in what the kinds of a recipe have by default, and refuses what is written and they do not have.
 *
 * Run after the last override, when the kinds are settled; short forms are written out by then.
 *
 * @param defaults  the place of what nobody wrote
 */
nn_status nni_recipe_settle_kinds(nni_yaml_pool *pool, nni_yaml_node *root, nni_yaml_place defaults, nn_error *error);

/** @return the learning rate of an optimizer whose recipe gives none, as it is written there */
const char *nni_recipe_usual_rate(nn_optimizer_kind kind);

#endif
