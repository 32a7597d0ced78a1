/** A recipe: what to train, on what, and how, read from YAML and checked. */
#ifndef NNI_RECIPE_RECIPE_H
#define NNI_RECIPE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/kinds.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One split of the data. */
typedef struct nni_split_settings {
    char *file;   /**< absolute path, or pattern of several; NULL: files, or this split is not given */
    char **files; /**< [files_count] the same, several, whose rows follow each other */
    uint32_t files_count;
    char *x, *y;
    char *w;          /**< dataset [N] of sample weights; NULL: every sample weighs 1 */
    char **x_columns; /**< [x_columns_count] columns that are chosen of x: fields of records, or numbers and ranges */
    uint32_t x_columns_count; /**< 0: all; of validation and test: as of train */
    char **y_columns;         /**< [y_columns_count] the same of y */
    uint32_t y_columns_count;
} nni_split_settings;

/** @return whether a split is given */
static inline bool nni_split_is_given(const nni_split_settings *split)
{
    return split->file || split->files_count > 0;
}

/** A dense layer: o = a W^T + b, normalised where asked for, then the activation, then dropout. */
typedef struct nni_layer_settings {
    size_t units;
    nn_activation activation;
    nn_norm_kind normalization;
    double dropout; /**< share of the outputs set to 0 in training, 0 <= p < 1; the rest is scaled by 1 / (1 - p) */
} nni_layer_settings;

/** How training rows that are images are changed in each epoch; all zero: not at all. */
typedef struct nni_augment_settings {
    size_t *image; /**< [image_count] height, width and, where there are 3, channels of a row; NULL: as x has it */
    uint32_t image_count;
    size_t shift; /**< most pixels that an image is moved by along either axis */
    nn_flip flip;
    double noise;  /**< standard deviation of what is added to each value, once normalised */
    size_t cutout; /**< side of the square that is cut out, in pixels; 0: none */
} nni_augment_settings;

/** @return whether anything is changed, or an image given, which rows must then be */
static inline bool nni_augment_is_on(const nni_augment_settings *augment)
{
    return augment->image || augment->shift > 0 || augment->flip != NN_FLIP_NONE || augment->noise > 0 ||
           augment->cutout > 0;
}

typedef struct nni_data_settings {
    nni_split_settings train;
    nni_split_settings test;       /**< may not be given: see test_fraction */
    double test_fraction;          /**< share of the training rows carved off for testing; 0: none */
    bool test_stratified;          /**< of every class the same share */
    nni_split_settings validation; /**< may not be given: see validation_fraction */
    double validation_fraction; /**< share of the training rows, without those for testing, carved off for validation;
                                   0: none */
    char *validation_fold;      /**< as written: "2/5", the second of five folds of the training rows; NULL: none */
    size_t validation_fold_index, validation_folds; /**< of the fold, from 1, and of all; 0: none */
    bool validation_stratified;                     /**< fraction or fold: of every class the same share */
    nn_feature_scaling normalize;
    nn_target_scaling normalize_targets;
    nn_imputation impute;
    nn_external external; /**< where the files may have data outside of themselves */
    char *memory;         /**< as written: "auto", or a size such as "4G" */
    size_t memory_bytes;  /**< of rows that a rank may have in memory; 0: auto */
    char *window;         /**< as written: "128M" */
    size_t window_bytes;  /**< of x, over all slices, that are shuffled among each other */
    nni_augment_settings augment;
} nni_data_settings;

typedef struct nni_network_settings {
    nni_layer_settings *layers;
    uint32_t layers_count;
    nn_initializer initializer;
    double constant; /**< of the constant initialiser */
} nni_network_settings;

/** A loss and its parameters; what a loss does not use is ignored by it and refused in recipes. */
typedef struct nni_loss_settings {
    nn_loss_kind name;
    double label_smoothing; /**< cross_entropy, binary_cross_entropy: share e of a target moved to the others */
    double delta;           /**< huber: where the square goes over into a line */
    double *class_weights;  /**< cross_entropy: [class_weights_count] weights of the classes; NULL: all 1 */
    uint32_t class_weights_count;
    double *output_weights; /**< mse, mae, huber, binary_cross_entropy: [output_weights_count] weights of the outputs;
                               NULL: all 1 */
    uint32_t output_weights_count;
} nni_loss_settings;

typedef struct nni_optimizer_settings {
    nn_optimizer_kind name;
    double learning_rate;
    double momentum;     /**< sgd, rmsprop, lars */
    bool nesterov;       /**< sgd */
    double beta1, beta2; /**< adam, adamw, lamb */
    double rho;          /**< rmsprop: how much of the mean square is kept */
    double epsilon;      /**< adagrad, rmsprop, adam, adamw, lamb */
    double weight_decay; /**< adamw, lars, lamb: decoupled, of weights alone */
    bool decays_by_rows; /**< adamw: weight_decay is left out, and is chosen once the rows are known */
    double trust;        /**< lars: trust coefficient */
    bool shard_state;    /**< each rank keeps the state of its share of the parameters alone */
} nni_optimizer_settings;

/** How the learning rate changes; warm-up goes in front of any. */
typedef struct nni_schedule_settings {
    nn_schedule_kind name;
    char *warmup;                       /**< as written: "auto", "0 steps", "5 epochs" */
    size_t warmup_epochs, warmup_steps; /**< one of them, or neither */
    char *every;                        /**< step, exponential: as written */
    size_t every_epochs, every_steps;   /**< one of them */
    double factor;                      /**< step, exponential, plateau: what the rate is multiplied by */
    double minimum;                     /**< cosine, plateau: the rate never falls below */
    size_t patience;                    /**< plateau: epochs without improvement before the rate falls */
    size_t reference_batch;             /**< linear scaling: rate * rows of a step / this; 0: none */
} nni_schedule_settings;

typedef struct nni_regularization_settings {
    double l1, l2;     /**< coupled: gradient + l1 sign(w) + l2 w, of weights alone */
    double clip_norm;  /**< largest Euclidean norm of the gradient; 0: no limit */
    double clip_value; /**< largest absolute value of a component; 0: no limit */
} nni_regularization_settings;

/** When a training ends before its last epoch; watches the validation split, or the training loss without one. */
typedef struct nni_stop_settings {
    nn_metric metric;
    size_t patience;  /**< epochs without improvement; 0: no such stop */
    double tolerance; /**< an improvement is more than this */
    bool has_target;
    double target;  /**< stop once the metric is as good as this */
    double seconds; /**< stop once trained for that long, over all sessions; 0: no limit */
} nni_stop_settings;

/** What a training does about a loss or a gradient that is no number. */
typedef struct nni_on_nan_settings {
    nn_on_nan name;
    double factor; /**< rollback: what the learning rate is multiplied by each time, 0 < factor < 1 */
    size_t limit;  /**< skip: steps in a row, rollback: times to the same checkpoint, before the training ends */
} nni_on_nan_settings;

typedef struct nni_training_settings {
    size_t epochs;     /**< 0: auto */
    char *batch;       /**< as written: a number of rows, "auto" or "all" */
    size_t batch_rows; /**< rows of the global batch; 0: auto or all */
    size_t accumulate; /**< batches whose gradients are averaged before a step */
    nni_stop_settings stop;
    bool restore_best; /**< model.h5 gets the weights of the best epoch of the watched metric, not of the last */
    size_t top_k;      /**< k of the metric top_k */
    nn_precision precision;
    nni_on_nan_settings on_nan;
} nni_training_settings;

typedef struct nni_checkpoint_settings {
    char *every;         /**< as written: "1 epoch", "500 steps" */
    size_t every_epochs; /**< 0: not by epochs */
    size_t every_steps;  /**< 0: not by steps */
    size_t keep;         /**< newest checkpoints that stay; at least 1 */
    bool asynchronous;   /**< they are written beside the training, from a copy */
    size_t max_failures; /**< checkpoints in a row that cannot be written before that ends the training; at least 1 */
    char *give_up_after; /**< as written: "5 minutes" */
    double give_up_seconds; /**< that they have failed for, at least, before that ends it */
} nni_checkpoint_settings;

typedef struct nni_parallel_settings {
    size_t slices;       /**< 0: auto */
    size_t threads;      /**< of each rank; 0: cores of the binding mask divided by the ranks that share them */
    bool reproducible;   /**< sums over rows keep to the tree of the slices: the same bits on any number of ranks */
    size_t agree_every;  /**< steps from one comparison of the ranks' weights to the next; 0: never */
    char *bucket;        /**< as written: "512K" */
    size_t bucket_bytes; /**< of gradients that are averaged at a time */
    char *hang_after;    /**< as written: "30 minutes", or "never" */
    double hang_seconds; /**< without progress, after which a rank counts as hung; 0: never */
} nni_parallel_settings;

/** The recipe in full: every default is filled in. Owns its strings and arrays; make with nn_recipe_load or
 * nn_recipe_parse. */
typedef struct nn_recipe {
    uint64_t seed;
    nni_data_settings data;
    nni_network_settings network;
    nni_loss_settings loss;
    nni_optimizer_settings optimizer;
    nni_schedule_settings schedule;
    nni_regularization_settings regularization;
    nni_training_settings training;
    nni_checkpoint_settings checkpoint;
    nni_parallel_settings parallel;
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

#ifdef __cplusplus
}
#endif

#endif
