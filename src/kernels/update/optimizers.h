/* SPDX-License-Identifier: MIT */
/** The optimizers: what is true of each, on every instruction set. To add one, see README.md. */
#ifndef NNI_KERNELS_UPDATE_OPTIMIZERS_H
#define NNI_KERNELS_UPDATE_OPTIMIZERS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/kinds.h"
#include "support/real.h"
#include "support/setting.h"

/** Numbers of a step for one tensor. Corrections for the number of steps are already in `rate` and `root`. */
typedef struct nni_update_coefficients {
    nni_real clip;   /**< largest absolute value of a gradient; infinity: no limit */
    nni_real scale;  /**< the clipped gradient is multiplied by it */
    nni_real l1, l2; /**< l1 sign(w) + l2 w is added to that */
    nni_real rate;
    nni_real momentum;
    nni_real keep_first, take_first;   /**< beta and 1 - beta of the mean */
    nni_real keep_second, take_second; /**< beta and 1 - beta of the mean square */
    nni_real root;                     /**< square roots of mean squares are multiplied by it */
    nni_real epsilon;                  /**< and this is added */
    nni_real correction;               /**< lamb: the mean is multiplied by it */
    nni_real decay;                    /**< of the parameter; see nni_decay */
} nni_update_coefficients;

/** Flat arrays of the same layout. Those that an optimizer does not use may be NULL. */
typedef struct nni_update_arrays {
    nni_real *parameters, *gradients;
    nni_real *first, *second; /**< state of the optimizer */
} nni_update_arrays;

/** The forms of an update, by its settings. */
typedef enum nni_update_form {
    NNI_FORM_PLAIN,    /**< momentum: 0, or the optimizer has no such setting */
    NNI_FORM_MOMENTUM, /**< momentum above 0 */
    NNI_FORM_NESTEROV, /**< and nesterov: true */
    NNI_FORMS,
} nni_update_form;

/** The most arrays of state that any form has. */
enum { NNI_OPTIMIZER_STATES = 2 };

/** A form of an update. */
typedef struct nni_update_loop {
    /** One pass over `count` elements of one tensor. */
    void (*run)(const nni_update_coefficients *c, nni_update_arrays at, size_t count);
    const char *states[NNI_OPTIMIZER_STATES]; /**< names in checkpoints of the arrays at.first and at.second */
} nni_update_loop;

/** What is subtracted from weights beside the gradient's part: decoupled weight decay. */
typedef enum nni_decay {
    NNI_DECAY_NONE,
    NNI_DECAY_BY_RATE,   /**< rate * weight_decay * w, beside the step (adamw) */
    NNI_DECAY_IN_UPDATE, /**< weight_decay * w is a part of the direction (lars, lamb) */
} nni_decay;

/** Whether the rate of a tensor of weights depends on norms. */
typedef enum nni_layerwise {
    NNI_LAYERWISE_NONE,
    NNI_LAYERWISE_GRADIENT,  /**< rate * trust |w| / (|g| + weight_decay |w|), before the update (lars) */
    NNI_LAYERWISE_DIRECTION, /**< the update leaves a direction u in the place of gradients; then w -= rate |w| / |u| u
                                (lamb) */
} nni_layerwise;

/** An optimizer. Only the tables of the instruction sets have loops. */
typedef struct nni_optimizer_entry {
    nni_kind kind;
    nni_update_loop forms[NNI_FORMS]; /**< plain is always there; others have states */
    bool rho;                         /**< keep_second is the setting rho, else beta2 */
    bool corrected_rate;              /**< rate includes 1 / (1 - beta1^t) */
    nni_decay decay;
    nni_layerwise layerwise;
} nni_optimizer_entry;

/** Entries are nni_optimizer_entry, without loops. */
extern const nni_domain nni_optimizer_domain;

const nni_optimizer_entry *nni_optimizer_of(nn_optimizer_kind optimizer);

#endif
