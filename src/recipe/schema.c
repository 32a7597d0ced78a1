#include "recipe/schema.h"

#include "recipe/kinds.h"
#include "recipe/recipe.h"

enum { MOST_BYTES = 4096 }; /* of any string: PATH_MAX of Linux */

#define STRING(flags, key, structure, member)                                                                          \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), structure, member, 1, MOST_BYTES)
#define ENUM(flags, key, structure, member, names)                                                                     \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | (flags), structure, member, names, CYAML_ARRAY_LEN(names))
#define FLOAT(flags, key, structure, member)           CYAML_FIELD_FLOAT(key, CYAML_FLAG_STRICT | (flags), structure, member)
#define UINT(flags, key, structure, member)            CYAML_FIELD_UINT(key, flags, structure, member)
#define BOOL(flags, key, structure, member)            CYAML_FIELD_BOOL(key, flags, structure, member)
#define MAPPING(flags, key, structure, member, fields) CYAML_FIELD_MAPPING(key, flags, structure, member, fields)

/* MUST: defaults or the user give it. MAY: not in every recipe; left out, it is 0 or NULL. */
#define MUST CYAML_FLAG_DEFAULT
#define MAY  CYAML_FLAG_OPTIONAL

static const cyaml_schema_value_t text = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, MOST_BYTES)};

#define TEXTS(key, structure, member)                                                                                  \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, &text, 1, CYAML_UNLIMITED)

static const cyaml_schema_field_t split_fields[] = {
    STRING(MAY, "file", nn_recipe_split, file), /* it or files must be written, of the training split */
    TEXTS("files", nn_recipe_split, files),
    STRING(MUST, "x", nn_recipe_split, x),
    STRING(MUST, "y", nn_recipe_split, y),
    STRING(MAY, "w", nn_recipe_split, w),
    TEXTS("x_columns", nn_recipe_split, x_columns),
    TEXTS("y_columns", nn_recipe_split, y_columns),
    CYAML_FIELD_END,
};

/* A split of its own, or a share of the training rows: its fields are those of nn_recipe_data. */
static const cyaml_schema_field_t validation_fields[] = {
    STRING(MAY, "file", nn_recipe_data, validation.file),
    TEXTS("files", nn_recipe_data, validation.files),
    STRING(MAY, "x", nn_recipe_data, validation.x),
    STRING(MAY, "y", nn_recipe_data, validation.y),
    STRING(MAY, "w", nn_recipe_data, validation.w),
    TEXTS("x_columns", nn_recipe_data, validation.x_columns),
    TEXTS("y_columns", nn_recipe_data, validation.y_columns),
    FLOAT(MAY, "fraction", nn_recipe_data, validation_fraction),
    STRING(MAY, "fold", nn_recipe_data, validation_fold),
    BOOL(MAY, "stratified", nn_recipe_data, validation_stratified),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t test_fields[] = {
    STRING(MAY, "file", nn_recipe_data, test.file),
    TEXTS("files", nn_recipe_data, test.files),
    STRING(MAY, "x", nn_recipe_data, test.x),
    STRING(MAY, "y", nn_recipe_data, test.y),
    STRING(MAY, "w", nn_recipe_data, test.w),
    TEXTS("x_columns", nn_recipe_data, test.x_columns),
    TEXTS("y_columns", nn_recipe_data, test.y_columns),
    FLOAT(MAY, "fraction", nn_recipe_data, test_fraction),
    BOOL(MAY, "stratified", nn_recipe_data, test_stratified),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t extent = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, size_t)};

static const cyaml_schema_field_t augment_fields[] = {
    CYAML_FIELD_SEQUENCE("image", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nn_recipe_augment, image, &extent, 2, 3),
    UINT(MAY, "shift", nn_recipe_augment, shift),
    ENUM(MAY, "flip", nn_recipe_augment, flip, nn_flip_names),
    FLOAT(MAY, "noise", nn_recipe_augment, noise),
    UINT(MAY, "cutout", nn_recipe_augment, cutout),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t data_fields[] = {
    MAPPING(MUST, "train", nn_recipe_data, train, split_fields),
    {.key = "validation",
     .data_offset = 0,
     .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, nn_recipe_data, validation_fields)}},
    {.key = "test", .data_offset = 0, .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, nn_recipe_data, test_fields)}},
    ENUM(MUST, "normalize", nn_recipe_data, normalize, nn_normalization_names),
    ENUM(MUST, "normalize_targets", nn_recipe_data, normalize_targets, nn_target_scaling_names),
    ENUM(MUST, "impute", nn_recipe_data, impute, nn_imputation_names),
    ENUM(MUST, "external", nn_recipe_data, external, nn_external_names),
    STRING(MUST, "memory", nn_recipe_data, memory),
    STRING(MUST, "window", nn_recipe_data, window),
    MAPPING(MAY, "augment", nn_recipe_data, augment, augment_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t layer_fields[] = {
    UINT(MUST, "units", nn_recipe_layer, units),
    ENUM(MUST, "activation", nn_recipe_layer, activation, nn_activation_names),
    ENUM(MAY, "normalization", nn_recipe_layer, normalization, nn_layer_norm_names),
    FLOAT(MAY, "dropout", nn_recipe_layer, dropout),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t layer = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nn_recipe_layer, layer_fields),
};

static const cyaml_schema_field_t network_fields[] = {
    CYAML_FIELD_SEQUENCE("layers", CYAML_FLAG_POINTER, nn_recipe_network, layers, &layer, 1, CYAML_UNLIMITED),
    ENUM(MUST, "initializer", nn_recipe_network, initializer, nn_initializer_names),
    FLOAT(MAY, "constant", nn_recipe_network, constant),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t weight = {CYAML_VALUE_FLOAT(CYAML_FLAG_STRICT, double)};

static const cyaml_schema_field_t loss_fields[] = {
    ENUM(MUST, "name", nn_recipe_loss, name, nn_loss_names),
    FLOAT(MAY, "label_smoothing", nn_recipe_loss, label_smoothing),
    FLOAT(MAY, "delta", nn_recipe_loss, delta),
    CYAML_FIELD_SEQUENCE("class_weights", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nn_recipe_loss, class_weights,
                         &weight, 1, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("output_weights", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nn_recipe_loss, output_weights,
                         &weight, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t optimizer_fields[] = {
    ENUM(MUST, "name", nn_recipe_optimizer, name, nn_optimizer_names),
    FLOAT(MUST, "learning_rate", nn_recipe_optimizer, learning_rate),
    FLOAT(MAY, "momentum", nn_recipe_optimizer, momentum),
    BOOL(MAY, "nesterov", nn_recipe_optimizer, nesterov),
    FLOAT(MAY, "beta1", nn_recipe_optimizer, beta1),
    FLOAT(MAY, "beta2", nn_recipe_optimizer, beta2),
    FLOAT(MAY, "rho", nn_recipe_optimizer, rho),
    FLOAT(MAY, "epsilon", nn_recipe_optimizer, epsilon),
    FLOAT(MAY, "weight_decay", nn_recipe_optimizer, weight_decay),
    FLOAT(MAY, "trust", nn_recipe_optimizer, trust),
    BOOL(MAY, "shard_state", nn_recipe_optimizer, shard_state),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t schedule_fields[] = {
    ENUM(MUST, "name", nn_recipe_schedule, name, nn_schedule_names),
    STRING(MUST, "warmup", nn_recipe_schedule, warmup),
    STRING(MAY, "every", nn_recipe_schedule, every),
    FLOAT(MAY, "factor", nn_recipe_schedule, factor),
    FLOAT(MAY, "minimum", nn_recipe_schedule, minimum),
    UINT(MAY, "patience", nn_recipe_schedule, patience),
    UINT(MUST, "reference_batch", nn_recipe_schedule, reference_batch),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t regularization_fields[] = {
    FLOAT(MUST, "l1", nn_recipe_regularization, l1),
    FLOAT(MUST, "l2", nn_recipe_regularization, l2),
    FLOAT(MUST, "clip_norm", nn_recipe_regularization, clip_norm),
    FLOAT(MUST, "clip_value", nn_recipe_regularization, clip_value),
    CYAML_FIELD_END,
};

/* A number, or auto, which is 0: not strict, so that a number does as well as the word. */
static const cyaml_strval_t auto_names[] = {{"auto", 0}};

#define COUNT(key, structure, member)                                                                                  \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_DEFAULT, structure, member, auto_names, CYAML_ARRAY_LEN(auto_names))

/* Words such as "2 hours": nn_recipe_check makes seconds of them. */
static const cyaml_schema_field_t stop_fields[] = {
    ENUM(MUST, "metric", nn_recipe_stop, metric, nn_metric_names),
    UINT(MUST, "patience", nn_recipe_stop, patience),
    FLOAT(MUST, "tolerance", nn_recipe_stop, tolerance),
    FLOAT(MAY, "target", nn_recipe_stop, target),
    CYAML_FIELD_IGNORE("time", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t on_nan_fields[] = {
    ENUM(MUST, "name", nn_recipe_on_nan, name, nn_on_nan_names),
    FLOAT(MAY, "factor", nn_recipe_on_nan, factor),
    UINT(MAY, "limit", nn_recipe_on_nan, limit),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t training_fields[] = {
    COUNT("epochs", nn_recipe_training, epochs),
    STRING(MUST, "batch", nn_recipe_training, batch),
    UINT(MUST, "accumulate", nn_recipe_training, accumulate),
    MAPPING(MUST, "stop", nn_recipe_training, stop, stop_fields),
    BOOL(MUST, "restore_best", nn_recipe_training, restore_best),
    UINT(MUST, "top_k", nn_recipe_training, top_k),
    ENUM(MUST, "precision", nn_recipe_training, precision, nn_precision_names),
    MAPPING(MUST, "on_nan", nn_recipe_training, on_nan, on_nan_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t checkpoint_fields[] = {
    STRING(MUST, "every", nn_recipe_checkpoint, every),
    UINT(MUST, "keep", nn_recipe_checkpoint, keep),
    BOOL(MUST, "asynchronous", nn_recipe_checkpoint, asynchronous),
    UINT(MUST, "max_failures", nn_recipe_checkpoint, max_failures),
    STRING(MUST, "give_up_after", nn_recipe_checkpoint, give_up_after),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t parallel_fields[] = {
    COUNT("slices", nn_recipe_parallel, slices),
    COUNT("threads", nn_recipe_parallel, threads),
    BOOL(MUST, "reproducible", nn_recipe_parallel, reproducible),
    STRING(MUST, "bucket", nn_recipe_parallel, bucket),
    UINT(MUST, "agree_every", nn_recipe_parallel, agree_every),
    STRING(MUST, "hang_after", nn_recipe_parallel, hang_after),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t recipe_fields[] = {
    UINT(MUST, "seed", nn_recipe, seed),
    MAPPING(MUST, "data", nn_recipe, data, data_fields),
    MAPPING(MUST, "network", nn_recipe, network, network_fields),
    MAPPING(MUST, "loss", nn_recipe, loss, loss_fields),
    MAPPING(MUST, "optimizer", nn_recipe, optimizer, optimizer_fields),
    MAPPING(MUST, "schedule", nn_recipe, schedule, schedule_fields),
    MAPPING(MUST, "regularization", nn_recipe, regularization, regularization_fields),
    MAPPING(MUST, "training", nn_recipe, training, training_fields),
    MAPPING(MUST, "checkpoint", nn_recipe, checkpoint, checkpoint_fields),
    MAPPING(MUST, "parallel", nn_recipe, parallel, parallel_fields),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t nn_recipe_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, nn_recipe, recipe_fields),
};

/* What has no entry here (the training file, the layers, the loss) must be written: any value would be a surprise.
 * What depends on the name of a loss, optimizer or schedule is in recipe_kinds.c. */
const char nn_recipe_defaults[] =
    "seed: 1\n"
    "data:\n"
    "  train: {x: /train/x, y: /train/y}\n"
    "  validation: {x: /validation/x, y: /validation/y}\n" /* dropped where nobody writes data.validation */
    "  test: {x: /test/x, y: /test/y}\n"                   /* the same */
    "  normalize: auto\n"
    "  normalize_targets: auto\n"
    "  impute: none\n"
    "  external: inside\n"
    "  memory: auto\n"
    "  window: 128M\n"
    "network: {initializer: auto}\n"
    "optimizer: {name: adamw}\n"
    "schedule: {name: cosine}\n"
    "regularization: {l1: 0, l2: 0, clip_norm: 0, clip_value: 0}\n"
    "training:\n"
    "  epochs: auto\n"
    "  batch: auto\n"
    "  accumulate: 1\n"
    "  stop: {metric: loss, patience: 0, tolerance: 1e-4}\n"
    "  restore_best: false\n"
    "  top_k: 5\n"
    "  precision: float32\n"
    "  on_nan: {name: stop}\n"
    "checkpoint: {every: 1 epoch, keep: 3, asynchronous: true, max_failures: 3, give_up_after: 5 minutes}\n"
    "parallel:\n"
    "  {slices: auto, threads: auto, reproducible: false, bucket: 512K, agree_every: 100, hang_after: 30 minutes}\n";
