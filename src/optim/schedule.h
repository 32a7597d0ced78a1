/* SPDX-License-Identifier: MIT */
/** The learning rate of every step. */
#ifndef NNI_OPTIM_SCHEDULE_H
#define NNI_OPTIM_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "optim/settings.h"

/** Entries begin with an nni_kind; the rest is known to schedule.c alone. */
extern const nni_domain nni_schedule_domain;

/** The state of a schedule; kept in checkpoints. */
typedef struct nni_schedule_state {
    double scale;    /**< factor of the rate so far: of plateau, and of rollbacks after a divergence */
    double best;     /**< plateau: best loss so far; infinity: none yet */
    uint64_t waited; /**< plateau: epochs since */
} nni_schedule_state;

/** The beginning: scale 1, best infinity, waited 0. */
nni_schedule_state nni_schedule_begin(void);

/** Lengths of the training that a schedule is of. */
typedef struct nni_schedule_span {
    size_t epoch_steps; /**< optimizer steps of an epoch */
    size_t epochs;      /**< of the whole training */
    size_t step_rows;   /**< rows of a step: batch * accumulate */
} nni_schedule_span;

/**
 * Learning rate of a step. A pure function, so a resumed run needs nothing but the counters and the state.
 *
 * constant: r. step: r * factor^floor(t / every). exponential: r * factor^(t / every), smoothly. cosine: from r to
 * minimum over the steps after warm-up, (1 + cos(pi t / T)) / 2 (Loshchilov and Hutter, 2017). plateau: r, not below
 * minimum. All are multiplied by scale, plateau before it looks at minimum. During warm-up the rate rises linearly,
 * step t of W having (t + 1) / W of what the schedule begins with; t counts from its end. With reference_batch, r is
 * learning_rate * step_rows / reference_batch (Goyal et al., 2017).
 *
 * @param step  steps done before this one
 */
double nni_schedule_rate(const nni_schedule_settings *schedule, double learning_rate, nni_schedule_span span,
                         const nni_schedule_state *state, uint64_t step);

/**
 * Changes the state by the loss of an epoch. plateau: after `patience` epochs without improvement the rate falls by
 * factor, and the count of epochs begins anew; NaN is no improvement. The others have no such state.
 */
void nni_schedule_observe(const nni_schedule_settings *schedule, nni_schedule_state *state, double loss);

#endif
