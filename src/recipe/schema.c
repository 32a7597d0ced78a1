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
    STRING(MAY, "file", nni_split_settings, file), /* it or files must be written, of the training split */
    TEXTS("files", nni_split_settings, files),
    STRING(MUST, "x", nni_split_settings, x),
    STRING(MUST, "y", nni_split_settings, y),
    STRING(MAY, "w", nni_split_settings, w),
    TEXTS("x_columns", nni_split_settings, x_columns),
    TEXTS("y_columns", nni_split_settings, y_columns),
    CYAML_FIELD_END,
};

/* A split of its own, or a share of the training rows: its fields are those of nni_data_settings. */
static const cyaml_schema_field_t validation_fields[] = {
    STRING(MAY, "file", nni_data_settings, validation.file),
    TEXTS("files", nni_data_settings, validation.files),
    STRING(MAY, "x", nni_data_settings, validation.x),
    STRING(MAY, "y", nni_data_settings, validation.y),
    STRING(MAY, "w", nni_data_settings, validation.w),
    TEXTS("x_columns", nni_data_settings, validation.x_columns),
    TEXTS("y_columns", nni_data_settings, validation.y_columns),
    FLOAT(MAY, "fraction", nni_data_settings, validation.fraction),
    STRING(MAY, "fold", nni_data_settings, validation.fold),
    BOOL(MAY, "stratified", nni_data_settings, validation.stratified),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t test_fields[] = {
    STRING(MAY, "file", nni_data_settings, test.file),
    TEXTS("files", nni_data_settings, test.files),
    STRING(MAY, "x", nni_data_settings, test.x),
    STRING(MAY, "y", nni_data_settings, test.y),
    STRING(MAY, "w", nni_data_settings, test.w),
    TEXTS("x_columns", nni_data_settings, test.x_columns),
    TEXTS("y_columns", nni_data_settings, test.y_columns),
    FLOAT(MAY, "fraction", nni_data_settings, test.fraction),
    BOOL(MAY, "stratified", nni_data_settings, test.stratified),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t extent = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, size_t)};

static const cyaml_schema_field_t augment_fields[] = {
    CYAML_FIELD_SEQUENCE("image", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nni_augment_settings, image, &extent, 2, 3),
    UINT(MAY, "shift", nni_augment_settings, shift),
    ENUM(MAY, "flip", nni_augment_settings, flip, nni_flip_names),
    FLOAT(MAY, "noise", nni_augment_settings, noise),
    UINT(MAY, "cutout", nni_augment_settings, cutout),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t data_fields[] = {
    MAPPING(MUST, "train", nni_data_settings, train, split_fields),
    {.key = "validation",
     .data_offset = 0,
     .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, nni_data_settings, validation_fields)}},
    {.key = "test",
     .data_offset = 0,
     .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, nni_data_settings, test_fields)}},
    ENUM(MUST, "normalize", nni_data_settings, normalize, nni_feature_scaling_names),
    ENUM(MUST, "normalize_targets", nni_data_settings, normalize_targets, nni_target_scaling_names),
    ENUM(MUST, "impute", nni_data_settings, impute, nni_imputation_names),
    ENUM(MUST, "external", nni_data_settings, external, nni_external_names),
    STRING(MUST, "memory", nni_data_settings, memory),
    STRING(MUST, "window", nni_data_settings, window),
    MAPPING(MAY, "augment", nni_data_settings, augment, augment_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t layer_fields[] = {
    UINT(MUST, "units", nni_layer_settings, units),
    ENUM(MUST, "activation", nni_layer_settings, activation, nni_activation_names),
    ENUM(MAY, "normalization", nni_layer_settings, normalization, nni_norm_names),
    FLOAT(MAY, "dropout", nni_layer_settings, dropout),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t layer = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nni_layer_settings, layer_fields),
};

static const cyaml_schema_field_t network_fields[] = {
    CYAML_FIELD_SEQUENCE("layers", CYAML_FLAG_POINTER, nni_network_settings, layers, &layer, 1, CYAML_UNLIMITED),
    ENUM(MUST, "initializer", nni_network_settings, initializer, nni_initializer_names),
    FLOAT(MAY, "constant", nni_network_settings, constant),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t weight = {CYAML_VALUE_FLOAT(CYAML_FLAG_STRICT, double)};

static const cyaml_schema_field_t loss_fields[] = {
    ENUM(MUST, "name", nni_loss_settings, name, nni_loss_names),
    FLOAT(MAY, "label_smoothing", nni_loss_settings, label_smoothing),
    FLOAT(MAY, "delta", nni_loss_settings, delta),
    CYAML_FIELD_SEQUENCE("class_weights", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nni_loss_settings, class_weights,
                         &weight, 1, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("output_weights", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nni_loss_settings, output_weights,
                         &weight, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t optimizer_fields[] = {
    ENUM(MUST, "name", nni_optimizer_settings, name, nni_optimizer_names),
    FLOAT(MUST, "learning_rate", nni_optimizer_settings, learning_rate),
    FLOAT(MAY, "momentum", nni_optimizer_settings, momentum),
    BOOL(MAY, "nesterov", nni_optimizer_settings, nesterov),
    FLOAT(MAY, "beta1", nni_optimizer_settings, beta1),
    FLOAT(MAY, "beta2", nni_optimizer_settings, beta2),
    FLOAT(MAY, "rho", nni_optimizer_settings, rho),
    FLOAT(MAY, "epsilon", nni_optimizer_settings, epsilon),
    FLOAT(MAY, "weight_decay", nni_optimizer_settings, weight_decay),
    FLOAT(MAY, "trust", nni_optimizer_settings, trust),
    BOOL(MAY, "shard_state", nni_optimizer_settings, shard_state),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t schedule_fields[] = {
    ENUM(MUST, "name", nni_schedule_settings, name, nni_schedule_names),
    STRING(MUST, "warmup", nni_schedule_settings, warmup),
    STRING(MAY, "every", nni_schedule_settings, every_text),
    FLOAT(MAY, "factor", nni_schedule_settings, factor),
    FLOAT(MAY, "minimum", nni_schedule_settings, minimum),
    UINT(MAY, "patience", nni_schedule_settings, patience),
    UINT(MUST, "reference_batch", nni_schedule_settings, reference_batch),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t regularization_fields[] = {
    FLOAT(MUST, "l1", nni_regularization_settings, l1),
    FLOAT(MUST, "l2", nni_regularization_settings, l2),
    FLOAT(MUST, "clip_norm", nni_regularization_settings, clip_norm),
    FLOAT(MUST, "clip_value", nni_regularization_settings, clip_value),
    CYAML_FIELD_END,
};

/* A number, or auto, which is 0: not strict, so that a number does as well as the word. */
static const cyaml_strval_t auto_names[] = {{"auto", 0}};

#define COUNT(key, structure, member)                                                                                  \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_DEFAULT, structure, member, auto_names, CYAML_ARRAY_LEN(auto_names))

/* Words such as "2 hours": nni_recipe_check makes seconds of them. */
static const cyaml_schema_field_t stop_fields[] = {
    ENUM(MUST, "metric", nni_stop_settings, metric, nni_metric_names),
    UINT(MUST, "patience", nni_stop_settings, patience),
    FLOAT(MUST, "tolerance", nni_stop_settings, tolerance),
    FLOAT(MAY, "target", nni_stop_settings, target),
    CYAML_FIELD_IGNORE("time", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t on_nan_fields[] = {
    ENUM(MUST, "name", nni_on_nan_settings, name, nni_on_nan_names),
    FLOAT(MAY, "factor", nni_on_nan_settings, factor),
    UINT(MAY, "limit", nni_on_nan_settings, limit),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t training_fields[] = {
    COUNT("epochs", nni_training_settings, epochs),
    STRING(MUST, "batch", nni_training_settings, batch),
    UINT(MUST, "accumulate", nni_training_settings, accumulate),
    MAPPING(MUST, "stop", nni_training_settings, stop, stop_fields),
    BOOL(MUST, "restore_best", nni_training_settings, restore_best),
    UINT(MUST, "top_k", nni_training_settings, top_k),
    ENUM(MUST, "precision", nni_training_settings, precision, nni_precision_names),
    MAPPING(MUST, "on_nan", nni_training_settings, on_nan, on_nan_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t checkpoint_fields[] = {
    STRING(MUST, "every", nni_checkpoint_settings, every_text),
    UINT(MUST, "keep", nni_checkpoint_settings, keep),
    BOOL(MUST, "asynchronous", nni_checkpoint_settings, asynchronous),
    UINT(MUST, "max_failures", nni_checkpoint_settings, max_failures),
    STRING(MUST, "give_up_after", nni_checkpoint_settings, give_up_after),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t parallel_fields[] = {
    COUNT("slices", nni_parallel_settings, slices),
    COUNT("threads", nni_parallel_settings, threads),
    BOOL(MUST, "reproducible", nni_parallel_settings, reproducible),
    STRING(MUST, "bucket", nni_parallel_settings, bucket),
    UINT(MUST, "agree_every", nni_parallel_settings, agree_every),
    STRING(MUST, "hang_after", nni_parallel_settings, hang_after),
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

const cyaml_schema_value_t nni_recipe_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, nn_recipe, recipe_fields),
};

/* What has no entry here (the training file, the layers, the loss) must be written: any value would be a surprise.
 * What depends on the name of a loss, optimizer or schedule is in recipe_kinds.c. */
const char nni_recipe_defaults[] =
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
