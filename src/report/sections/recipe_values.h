/* SPDX-License-Identifier: MIT */
/** Settings of a recipe with where each comes from: the user, a choice of nntrain for him, or the defaults. */
#ifndef NNI_REPORT_SECTIONS_RECIPE_VALUES_H
#define NNI_REPORT_SECTIONS_RECIPE_VALUES_H

#include <stdbool.h>

#include "nntrain/status.h"
#include "yaml/tree.h"

typedef enum nni_value_source {
    NNI_VALUE_WRITTEN, /**< by the user */
    NNI_VALUE_CHOSEN,  /**< for a recipe that says auto, or leaves out what has no fixed default */
    NNI_VALUE_DEFAULT,
    NNI_VALUE_OTHER, /**< not the default; whose it is, is not known */
} nni_value_source;

/** A setting: a single value, or a list of them. */
typedef struct nni_recipe_value {
    const char *path;          /**< "network.layers[0].units" */
    const nni_yaml_node *node; /**< its value */
    const char *usual;         /**< its default, as YAML; NULL: it has none */
    nni_value_source source;
} nni_recipe_value;

typedef nn_status (*nni_recipe_visit)(void *self, const nni_recipe_value *value, nn_error *error);

/**
 * Visits every setting of a resolved recipe, in its order.
 *
 * @param first  the recipe as the user wrote it at the beginning; NULL: not known
 * @param last   at the newest resumption, which may be what a run before has resolved; without any, `first`
 * @return what a visit returns; NN_SYSTEM where memory runs out
 */
nn_status nni_recipe_values(nni_yaml_pool *pool, const nni_yaml_node *recipe, const nni_yaml_node *first,
                            const nni_yaml_node *last, nni_recipe_visit visit, void *self, nn_error *error);

#endif
