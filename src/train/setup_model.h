/* SPDX-License-Identifier: MIT */
/** Setup of a run: network, optimizer, work space, evaluators, and what ranks sum gradients and losses with. */
#ifndef NNI_TRAIN_SETUP_MODEL_H
#define NNI_TRAIN_SETUP_MODEL_H

#include "train/run/run.h"

/** Network and optimizer, if the host has memory for them and for a batch. Local. */
nn_status nni_setup_model(nni_run *run, nn_error *error);

/** Sampler, sizes of an epoch, and work space; the sampler copies targets as they are by now. Local. */
nn_status nni_setup_work(nni_run *run, nn_error *error);

/** Averaging of gradients and losses. Collective. */
nn_status nni_setup_sync(nni_run *run, nn_error *error);

/** Collective. */
nn_status nni_setup_evaluators(nni_run *run, nn_error *error);

#endif
