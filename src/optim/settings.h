/* SPDX-License-Identifier: MIT */
/** Settings of the optimizer, of the schedule of its learning rate, and of regularization. */
#ifndef NNI_OPTIM_SETTINGS_H
#define NNI_OPTIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/kinds.h"
#include "support/setting.h"

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
    char *warmup;               /**< as written: "auto", "0 steps", "5 epochs" */
    nni_interval warmup_length; /**< 0: none, or auto */
    nni_interval every;         /**< step, exponential */
    double factor;              /**< step, exponential, plateau: what the rate is multiplied by */
    double minimum;             /**< cosine, plateau: the rate never falls below */
    size_t patience;            /**< plateau: epochs without improvement before the rate falls */
    size_t reference_batch;     /**< linear scaling: rate * rows of a step / this; 0: none */
} nni_schedule_settings;

typedef struct nni_regularization_settings {
    double l1, l2;     /**< coupled: gradient + l1 sign(w) + l2 w, of weights alone */
    double clip_norm;  /**< largest Euclidean norm of the gradient; 0: no limit */
    double clip_value; /**< largest absolute value of a component; 0: no limit */
} nni_regularization_settings;

#endif
