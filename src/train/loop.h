/* SPDX-License-Identifier: MIT */
/** The training loop. */
#ifndef NNI_TRAIN_LOOP_H
#define NNI_TRAIN_LOOP_H

#include "train/run/run.h"

/** Steps and epochs until the last epoch, a stop of the recipe, a signal or an error. Collective. */
nn_status nni_run_loop(nni_run *run, nn_error *error);

#endif
