/* SPDX-License-Identifier: MIT */
/** A recipe: what to train, on what, and how, read from YAML and checked. */
#ifndef NNI_RECIPE_RECIPE_H
#define NNI_RECIPE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "data/settings.h"
#include "model/settings.h"
#include "nntrain/kinds.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"
#include "optim/settings.h"
#include "support/setting.h"

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
    nni_interval every;
    size_t keep;         /**< newest checkpoints that stay; at least 1 */
    bool asynchronous;   /**< they are written beside the training, from a copy */
    size_t max_failures; /**< checkpoints in a row that cannot be written before that ends the training; at least 1 */
    char *give_up_after; /**< as written: "5 minutes" */
    double give_up_seconds; /**< that they have failed for, at least, before that ends it */
} nni_checkpoint_settings;

/** How gradients are summed over the ranks. */
typedef enum nni_exchange_kind { NNI_EXCHANGE_AUTO, NNI_EXCHANGE_OWN, NNI_EXCHANGE_MPI } nni_exchange_kind;

typedef struct nni_parallel_settings {
    size_t slices;       /**< 0: auto */
    size_t threads;      /**< of each rank; 0: cores of the binding mask divided by the ranks that share them */
    bool reproducible;   /**< sums over rows keep to the tree of the slices: the same bits on any number of ranks */
    size_t agree_every;  /**< steps from one comparison of the ranks' weights to the next; 0: never */
    size_t bucket_bytes; /**< of gradients that are summed at a time; 0: auto */
    nni_exchange_kind exchange;
    nni_wire wire;       /**< of gradients and their averages between hosts */
    double hang_seconds; /**< without progress, after which a rank counts as hung; 0: never */
} nni_parallel_settings;

/** How often a training records what its report shows. */
typedef enum nni_record_kind { NNI_RECORD_AUTO, NNI_RECORD_FULL, NNI_RECORD_OFF } nni_record_kind;

/** Rows whose predictions are recorded. */
typedef enum nni_record_split {
    NNI_RECORD_TEST, /**< of validation where there is no test split */
    NNI_RECORD_VALIDATION,
    NNI_RECORD_TRAIN,
    NNI_RECORD_NO_SPLIT,
} nni_record_split;

/** What a training records for its report (src/train/record). Intervals are epochs; 0: switched off. */
typedef struct nni_record_settings {
    nni_record_kind name;
    nni_interval norms, ranks, histograms;
    size_t boundary; /**< frames of what a network of one or two inputs computes; 0: none */
    nni_record_split predictions;
    double surface; /**< half width of the square of two parameters over which the loss is computed; 0: none */
} nni_record_settings;

/** Whether a training ends with a report of itself. */
typedef enum nni_report_setting { NNI_REPORT_AUTO, NNI_REPORT_OFF } nni_report_setting;

/** The recipe in full: every default is filled in. Owns its strings and arrays; make with nn_recipe_load or
 * nn_recipe_parse. */
struct nn_recipe {
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
    nni_record_settings record;
    nni_report_setting report;
    char *written; /**< the recipe as it was read, with overrides and without defaults, as YAML */
    char *text;    /**< the resolved recipe as YAML: loading it gives this recipe again */
};

#endif
