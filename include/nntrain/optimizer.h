/* SPDX-License-Identifier: MIT */
/** @file
 * The optimizer of a recipe, and the learning rate of its schedule.
 */
#ifndef NNTRAIN_OPTIMIZER_H
#define NNTRAIN_OPTIMIZER_H

#include <stddef.h>

#include "nntrain/export.h"
#include "nntrain/network.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What an optimizer keeps from step to step.
 *
 * Threads: one thread at a time.
 * Ownership: the caller's, until nn_optimizer_free; borrows the recipe.
 */
typedef struct nn_optimizer nn_optimizer;

/**
 * Takes the state for a network, all zero. Local.
 *
 * @param recipe       optimizer, regularization and schedule, with a number where one can say auto (nn_dataset_recipe)
 * @param network      needed in this call alone; steps take one of the same layers
 * @param epoch_steps  steps of an epoch (nn_sampler_steps), in which schedules count
 * @param step_rows    rows of a step over all ranks (nn_sampler_batch_rows), for schedule.reference_batch
 * @param optimizer    receives the optimizer
 * @param error        receives what went wrong
 * @return NN_USAGE where the recipe says auto, NN_SYSTEM where memory runs out
 */
NN_API nn_status nn_optimizer_create(const nn_recipe *recipe, const nn_network *network, size_t epoch_steps,
                                     size_t step_rows, nn_optimizer **optimizer, nn_error *error);

/** Frees an optimizer; NULL is fine. */
NN_API void nn_optimizer_free(nn_optimizer *optimizer);

/** @return the learning rate of the next step by the recipe's schedule */
NN_API double nn_optimizer_rate(const nn_optimizer *optimizer);

/**
 * One update: clips the gradients and changes the parameters. Local; the same bits on every rank, since all hold
 * the same gradients.
 *
 * @param optimizer  whose state goes on by a step
 * @param network    whose parameters are updated
 * @param work       with gradients summed over the ranks, which are used up
 * @param rate       learning rate: nn_optimizer_rate, or one's own
 */
NN_API void nn_optimizer_step(nn_optimizer *optimizer, nn_network *network, nn_workspace *work, double rate);

/** Tells a plateau schedule the loss of an epoch; the other schedules do not look at it. */
NN_API void nn_optimizer_observe(nn_optimizer *optimizer, double epoch_loss);

#ifdef __cplusplus
}
#endif

#endif
