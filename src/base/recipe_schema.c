#include "base/recipe_schema.h"

#include "base/kinds.h"
#include "nntrain/recipe.h"

enum { MOST_BYTES = 4096 }; /* of any string: PATH_MAX of Linux */

#define STRING(key, structure, member) CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 1, MOST_BYTES)
#define ENUM(key, structure, member, names)                                                                            \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT, structure, member, names, CYAML_ARRAY_LEN(names))
#define FLOAT(key, structure, member)                  CYAML_FIELD_FLOAT(key, CYAML_FLAG_STRICT, structure, member)
#define UINT(key, structure, member)                   CYAML_FIELD_UINT(key, CYAML_FLAG_DEFAULT, structure, member)
#define MAPPING(key, flags, structure, member, fields) CYAML_FIELD_MAPPING(key, flags, structure, member, fields)

static const cyaml_schema_field_t split_fields[] = {
    STRING("file", nn_recipe_split, file),
    STRING("x", nn_recipe_split, x),
    STRING("y", nn_recipe_split, y),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t data_fields[] = {
    MAPPING("train", CYAML_FLAG_DEFAULT, nn_recipe_data, train, split_fields),
    MAPPING("test", CYAML_FLAG_OPTIONAL, nn_recipe_data, test, split_fields),
    ENUM("normalize", nn_recipe_data, normalize, nn_normalization_names),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t layer_fields[] = {
    UINT("units", nn_recipe_layer, units),
    ENUM("activation", nn_recipe_layer, activation, nn_activation_names),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t layer = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nn_recipe_layer, layer_fields),
};

static const cyaml_schema_field_t network_fields[] = {
    CYAML_FIELD_SEQUENCE("layers", CYAML_FLAG_POINTER, nn_recipe_network, layers, &layer, 1, CYAML_UNLIMITED),
    ENUM("initializer", nn_recipe_network, initializer, nn_initializer_names),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t optimizer_fields[] = {
    ENUM("name", nn_recipe_optimizer, name, nn_optimizer_names),
    FLOAT("learning_rate", nn_recipe_optimizer, learning_rate),
    FLOAT("momentum", nn_recipe_optimizer, momentum),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t training_fields[] = {
    UINT("epochs", nn_recipe_training, epochs),
    STRING("batch", nn_recipe_training, batch),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t checkpoint_fields[] = {
    STRING("every", nn_recipe_checkpoint, every),
    UINT("keep", nn_recipe_checkpoint, keep),
    CYAML_FIELD_END,
};

/* Not strict, so that a number does as well as the word. */
static const cyaml_strval_t threads_names[] = {{"auto", 0}};

static const cyaml_schema_field_t parallel_fields[] = {
    UINT("slices", nn_recipe_parallel, slices),
    CYAML_FIELD_ENUM("threads", CYAML_FLAG_DEFAULT, nn_recipe_parallel, threads, threads_names,
                     CYAML_ARRAY_LEN(threads_names)),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t recipe_fields[] = {
    UINT("seed", nn_recipe, seed),
    MAPPING("data", CYAML_FLAG_DEFAULT, nn_recipe, data, data_fields),
    MAPPING("network", CYAML_FLAG_DEFAULT, nn_recipe, network, network_fields),
    ENUM("loss", nn_recipe, loss, nn_loss_names),
    MAPPING("optimizer", CYAML_FLAG_DEFAULT, nn_recipe, optimizer, optimizer_fields),
    MAPPING("training", CYAML_FLAG_DEFAULT, nn_recipe, training, training_fields),
    MAPPING("checkpoint", CYAML_FLAG_DEFAULT, nn_recipe, checkpoint, checkpoint_fields),
    MAPPING("parallel", CYAML_FLAG_DEFAULT, nn_recipe, parallel, parallel_fields),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t nn_recipe_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, nn_recipe, recipe_fields),
};

/* What has no entry here (the training file, the layers, the loss) must be written: any value would be a surprise. */
const char nn_recipe_defaults[] = "seed: 1\n"
                                  "data:\n"
                                  "  train: {x: /train/x, y: /train/y}\n"
                                  "  test: {x: /test/x, y: /test/y}\n" /* dropped where nobody writes data.test */
                                  "  normalize: none\n"
                                  "network: {initializer: auto}\n"
                                  "optimizer: {name: sgd, learning_rate: 0.1, momentum: 0}\n"
                                  "training: {epochs: 20, batch: 128}\n"
                                  "checkpoint: {every: 1 epoch, keep: 3}\n"
                                  "parallel: {slices: 16, threads: auto}\n";
