/* SPDX-License-Identifier: MIT */
/** Targets fitted to a network. */
#ifndef NNI_DATA_DATASET_TARGETS_H
#define NNI_DATA_DATASET_TARGETS_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "nntrain/kinds.h"

/**
 * Fits the targets to a network. Local and cheap apart from one agreement; collective.
 *
 * Classes stay classes for a network with several outputs, which must be more than the largest class. For a single
 * output they become values: of a sigmoid 0 or 1, the classes themselves, else numbers to be predicted. Values need the
 * same width. The message names the first row that does not fit.
 *
 * @param outputs  of the network
 * @param output   activation of its last layer
 */
nn_status nni_dataset_fit_targets(nni_dataset *dataset, size_t outputs, nn_activation output, nn_comm *comm,
                                  nn_error *error);

/**
 * Says what whole numbers of a training split became, once fitted: "labels -1 and 1 are classes 0 and 1", or that they
 * are values and how to have classes instead.
 *
 * @return text, empty where this goes without saying
 */
const char *nni_dataset_tell_labels(const nni_dataset *dataset, char *text, size_t size);

#endif
