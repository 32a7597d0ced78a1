/* SPDX-License-Identifier: MIT */
/** How targets are scaled: found on a training split. */
#ifndef NNI_DATA_SCALING_TARGET_SCALING_H
#define NNI_DATA_SCALING_TARGET_SCALING_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "nntrain/kinds.h"

/** @return whether targets are no quantities, but say what is true: classes, labels and shares; they are not scaled */
bool nni_targets_are_truths(const nni_dataset *dataset, nn_loss_kind loss, nn_activation output);

/**
 * Finds how targets are scaled, on a training split with its targets fitted to the network. Collective; the same bits
 * on any number of ranks. Targets that are classes, labels or shares of classes stay as they are.
 *
 * @param kind    NN_TARGETS_AUTO: standard for linear outputs; none for bounded ones that reach the
 * targets; scale for outputs of one side and targets of 0 and more; else minmax
 * @param output  activation of the last layer
 * @return NN_USAGE where targets shall be scaled that are no values
 */
nn_status nni_target_scaler_fit(const nni_dataset *dataset, nn_target_scaling kind, nn_loss_kind loss,
                                nn_activation output, nn_comm *comm, nni_target_scaler **scaling, nn_error *error);

/** Has targets scaled from now on as they are given out in batches; those of nni_rows stay in the user's units. Local.
 * @param scaling  borrowed; outlives the dataset's use */
void nni_dataset_scale_targets(nni_dataset *dataset, const nni_target_scaler *scaling);

#endif
