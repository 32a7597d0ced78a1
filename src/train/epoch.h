/* SPDX-License-Identifier: MIT */
/** The end of an epoch. */
#ifndef NNI_TRAIN_EPOCH_H
#define NNI_TRAIN_EPOCH_H

#include "train/run/run.h"

/** Evaluates, counts the epoch, looks whether a stop of the recipe holds, then calls the callbacks. Collective. */
nn_status nni_epoch_done(nni_run *run, nn_error *error);

/** A run that is resumed after its last epoch has nothing to do but to be tested. Collective. */
nn_status nni_epoch_test_finished(nni_run *run, nn_error *error);

#endif
