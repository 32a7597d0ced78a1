/* SPDX-License-Identifier: MIT */
/**
 * Gradients over the ranks, and the update: each rank leaves its gradients in memory that the ranks of its host share,
 * and updates its own part of every layer by the sum of all (comm/allreduce/owner.h). The forward pass that follows
 * waits layer by layer for what the others update.
 *
 * A step of several batches adds up its gradients on each rank first, since one sum serves them all. With sums that
 * keep to the tree of slices it cannot: a rank has fewer or more nodes by the number of ranks, so sums of batches
 * inside a node would be other sums. There each batch is summed over the ranks, and owners add up the sums.
 *
 * Parts are updated as their sums come, unless a later verdict may forbid it: where a norm of all gradients is needed,
 * or a step with gradients that are not finite must leave no trace (training.on_nan: skip, rollback), all sums come
 * first.
 */
#ifndef NNI_TRAIN_RUN_GRADIENT_SYNC_H
#define NNI_TRAIN_RUN_GRADIENT_SYNC_H

#include "comm/comm.h"
#include "model/network.h"
#include "optim/optimizer.h"
#include "recipe/recipe.h"

typedef struct nni_gradient_sync nni_gradient_sync;

/** What is summed and updated. All borrowed; network, work space and optimizer keep their arrays in the shared memory
 * from then on. */
typedef struct nni_gradient_sync_plan {
    nn_comm *comm;
    const nn_recipe *recipe;
    nn_network *network;
    nni_workspace *work;
    nni_optimizer *optimizer;
    size_t threads; /**< that compute */
} nni_gradient_sync_plan;

/** Takes what it needs, and has the passes of the work space call it. Collective. */
nn_status nni_gradient_sync_create(const nni_gradient_sync_plan *plan, nni_gradient_sync **sync, nn_error *error);
void nni_gradient_sync_free(nni_gradient_sync *sync);

/** @return whether this rank stands for one of several copies of the parameters: one of those that share it does */
bool nni_gradient_sync_has_copy(const nni_gradient_sync *sync);

/** @return whether each rank has state of the optimizer for its own parts alone, which no other rank can read */
bool nni_gradient_sync_shards_state(const nni_gradient_sync *sync);

/**
 * Has the parameters written anew, as at the beginning and after a rollback: once in each memory. Collective.
 *
 * @param write  called on the ranks that are to do so
 */
nn_status nni_gradient_sync_rewrite(nni_gradient_sync *sync, void (*write)(void *context), void *context,
                                    nn_error *error);

/**
 * Before the backward pass of a batch.
 *
 * @param first, last  whether it is the first and the last of its step
 * @param rate         learning rate of the step
 * @param sound        nothing is known that forbids the update: a rank alone may update parameters as soon as their
 * gradients are complete
 */
void nni_gradient_sync_begin_batch(nni_gradient_sync *sync, bool first, bool last, double rate, bool sound);

/** After it. @return what failed within the passes */
nn_status nni_gradient_sync_end_batch(nni_gradient_sync *sync, nn_error *error);

/**
 * After the last batch: updates this rank's parts, or those whose sums are there by now; the others in the forward
 * pass.
 *
 * @param place  receives where the first gradient is that is not finite: 2 e for NaN in element e of the flat array,
 * 2 e + 1 for infinity, INFINITY for none: of all ranks, which then have updated nothing, where training.on_nan is skip
 * or rollback; else INFINITY, and nni_gradient_sync_bad tells later
 */
nn_status nni_gradient_sync_update(nni_gradient_sync *sync, double *place, nn_error *error);

/** In place of the update: nothing is updated. */
nn_status nni_gradient_sync_discard(nni_gradient_sync *sync, nn_error *error);

/** Waits until all parameters are up to date, for who reads them outside of a step. Collective. */
nn_status nni_gradient_sync_settle(nni_gradient_sync *sync, nn_error *error);

/** @return as `place` above, of the gradients that this rank has updated its parts with so far */
double nni_gradient_sync_bad(const nni_gradient_sync *sync);

/**
 * Adds sums of squares of the newest step's gradients, layer by layer, of the parts that this rank stands for: over all
 * ranks they are those of the averaged gradients, before anything is clipped. Local.
 *
 * To be called with all parameters up to date, and before any rank goes on to the next batch.
 *
 * @param squares  [layer_count]
 */
void nni_gradient_sync_squares(nni_gradient_sync *sync, double *squares);

#endif
