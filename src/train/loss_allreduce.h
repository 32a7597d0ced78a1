/* SPDX-License-Identifier: MIT */
/** Sum over ranks of the loss of a step, with what one rank alone knows and all must. */
#ifndef NNI_TRAIN_LOSS_ALLREDUCE_H
#define NNI_TRAIN_LOSS_ALLREDUCE_H

#include <stdbool.h>

#include "comm/comm.h"
#include "model/network.h"
#include "support/sum_tree.h"

typedef struct nni_loss_allreduce nni_loss_allreduce;

/** What may be so on this rank, or on any. */
typedef struct nni_loss_flags {
    bool stop_requested; /**< by a signal */
    bool load_failed;    /**< its rows could not be read */
    bool gradients_bad;  /**< the step before updated parameters by gradients that are not finite */
} nni_loss_flags;

/** Of a step, over all ranks. */
typedef struct nni_loss_sum {
    double loss; /**< of the step's rows, before the update */
    nni_loss_flags flags;
} nni_loss_sum;

/**
 * Collective.
 *
 * @param tree_leaves  of the tree that sums keep to; 0: any order
 * @param leaves       of this rank
 */
nn_status nni_loss_allreduce_create(nn_comm *comm, size_t tree_leaves, nni_leaf_range leaves,
                                    nni_loss_allreduce **allreduce, nn_error *error);
void nni_loss_allreduce_free(nni_loss_allreduce *allreduce);

/** Adds the loss of a batch whose forward pass the work space holds. @param first  batch of its step @return whether it
 * is finite on this rank */
bool nni_loss_allreduce_add(nni_loss_allreduce *allreduce, const nni_workspace *work, const nni_batch *batch,
                            bool first);

/** After the last batch of a step: sets out for the other ranks. */
nn_status nni_loss_allreduce_start(nni_loss_allreduce *allreduce, nni_loss_flags flags, nn_error *error);

/** Waits for the sum. @param sum  receives it, the same on every rank */
nn_status nni_loss_allreduce_finish(nni_loss_allreduce *allreduce, nni_loss_sum *sum, nn_error *error);

#endif
