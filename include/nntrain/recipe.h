/** A recipe: what to train, on what, and how, read from YAML and checked. */
#ifndef NNTRAIN_RECIPE_H
#define NNTRAIN_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/kinds.h"
#include "nntrain/status.h"

/** One split of the data. */
typedef struct nn_recipe_split {
    char *file; /**< absolute path; NULL: this split is not given */
    char *x, *y;
} nn_recipe_split;

typedef struct nn_recipe_layer {
    size_t units;
    nn_activation activation;
} nn_recipe_layer;

typedef struct nn_recipe_data {
    nn_recipe_split train;
    nn_recipe_split test; /**< test.file may be NULL: nothing is held out */
    nn_normalization_kind normalize;
} nn_recipe_data;

typedef struct nn_recipe_network {
    nn_recipe_layer *layers;
    uint32_t layers_count;
    nn_initializer initializer;
} nn_recipe_network;

typedef struct nn_recipe_optimizer {
    nn_optimizer_kind name;
    double learning_rate;
    double momentum;
} nn_recipe_optimizer;

typedef struct nn_recipe_training {
    size_t epochs;
    char *batch;       /**< as written: a number of rows, or "all" */
    size_t batch_rows; /**< rows of the global batch; 0: all */
} nn_recipe_training;

typedef struct nn_recipe_checkpoint {
    char *every;         /**< as written: "1 epoch", "500 steps" */
    size_t every_epochs; /**< 0: not by epochs */
    size_t every_steps;  /**< 0: not by steps */
    size_t keep;         /**< newest checkpoints that stay; at least 1 */
} nn_recipe_checkpoint;

typedef struct nn_recipe_parallel {
    size_t slices;
    size_t threads; /**< of each rank; 0: cores of the binding mask divided by the ranks that share them */
} nn_recipe_parallel;

/** The recipe in full: every default is filled in. Owns its strings and arrays; make with nn_recipe_load or
 * nn_recipe_parse. */
typedef struct nn_recipe {
    uint64_t seed;
    nn_recipe_data data;
    nn_recipe_network network;
    nn_loss_kind loss;
    nn_recipe_optimizer optimizer;
    nn_recipe_training training;
    nn_recipe_checkpoint checkpoint;
    nn_recipe_parallel parallel;
    char *text; /**< the resolved recipe as YAML: loading it gives this recipe again */
} nn_recipe;

/**
 * Reads a recipe file.
 *
 * Relative data files are looked for beside the recipe; in overrides, in the working directory.
 *
 * @param overrides  "KEY=VALUE" each, KEY like training.epochs or network.layers[0].units, VALUE as in YAML
 * @return NN_USAGE with file, line, column and key where the text is no YAML, a key is unknown or a value is out of
 * place
 */
nn_status nn_recipe_load(const char *path, const char *const *overrides, size_t override_count, nn_recipe **recipe,
                         nn_error *error);

/**
 * Reads a recipe from memory.
 *
 * @param origin  names the text in messages
 * @param folder  where relative data files are looked for; NULL: the working directory
 */
nn_status nn_recipe_parse(const char *text, const char *origin, const char *folder, const char *const *overrides,
                          size_t override_count, nn_recipe **recipe, nn_error *error);

void nn_recipe_free(nn_recipe *recipe);

#endif
