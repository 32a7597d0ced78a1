/* SPDX-License-Identifier: MIT */
/**
 * Averages gradients over ranks while the backward pass computes them: layer by layer it completes the flat array of
 * gradients from the front, and each bucket that is complete is sent to the other ranks.
 *
 * A step of several batches adds up its gradients on each rank first, since one exchange serves them all. With sums
 * that keep to the tree of slices it cannot: a rank has fewer or more nodes by the number of ranks, so sums of batches
 * inside a node would be other sums. There each batch is averaged, and the averages are added up.
 */
#ifndef NNI_TRAIN_GRADIENT_SYNC_H
#define NNI_TRAIN_GRADIENT_SYNC_H

#include "comm/comm.h"
#include "model/network.h"
#include "optim/optimizer.h"
#include "recipe/recipe.h"

typedef struct nni_gradient_sync nni_gradient_sync;

/** What gradients are averaged of. All borrowed. */
typedef struct nni_gradient_sync_plan {
    nn_comm *comm;
    const nn_recipe *recipe;
    const nn_network *network;
    nni_workspace *work;
    const nni_optimizer *sharded; /**< each rank updates its share of the parameters alone; NULL: all update all */
} nni_gradient_sync_plan;

/** Takes what averaging needs, and has the passes of the work space call it. Collective. */
nn_status nni_gradient_sync_create(const nni_gradient_sync_plan *plan, nni_gradient_sync **sync, nn_error *error);
void nni_gradient_sync_free(nni_gradient_sync *sync);

/** Before the backward pass of a batch. @param first, last  whether it is the first and the last of its step */
void nni_gradient_sync_begin_batch(nni_gradient_sync *sync, bool first, bool last);

/** After it. @return what failed within the passes */
nn_status nni_gradient_sync_end_batch(nni_gradient_sync *sync, nn_error *error);

/** After the last batch: waits for the next bucket of the average over all ranks, in the gradients of the work space.
 * @param end  receives the count of elements from the front that are there */
nn_status nni_gradient_sync_next(nni_gradient_sync *sync, size_t *end, nn_error *error);

/** After the update: each rank's share of the values to all, where ranks update their shares alone.
 * @param values  [flat_count] with this rank's share */
nn_status nni_gradient_sync_gather_shares(nni_gradient_sync *sync, nni_real *values, nn_error *error);

#endif
