/** What a step shares with the other ranks: its gradients, its loss, and a request to stop. */
#ifndef NNI_TRAIN_GRADIENT_SYNC_H
#define NNI_TRAIN_GRADIENT_SYNC_H

#include "train/run/run.h"

/** Takes what averaging needs, and has the run's work space tell it of gradients. Collective. */
nn_status nni_gradient_sync_create(nni_run *run, nni_gradient_sync **average, nn_error *error);
void nni_gradient_sync_free(nni_gradient_sync *average);

/** The run of leaves that this rank's sums are made of: its slices, or where any order will do, one leaf. */
nni_leaf_range nni_run_leaves(const nn_recipe *recipe, const nn_comm *comm);

#endif
