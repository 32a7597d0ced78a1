/** What a step shares with the other ranks: its gradients, its loss, and a request to stop. */
#ifndef NNI_TRAIN_GRADIENT_SYNC_H
#define NNI_TRAIN_GRADIENT_SYNC_H

#include "train/run.h"

/** Takes what averaging needs, and has the run's work space tell it of gradients. Collective. */
nn_status nn_average_create(nn_run *run, nn_average **average, nn_error *error);
void nn_average_free(nn_average *average);

/** The run of leaves that this rank's sums are made of: its slices, or where any order will do, one leaf. */
nn_leaves nn_run_leaves(const nn_recipe *recipe, const nn_comm *comm);

#endif
