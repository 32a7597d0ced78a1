/* SPDX-License-Identifier: MIT */
/** Advice before a training on classes so unequal that its accuracy will mislead. */
#ifndef NNI_TRAIN_CALLBACKS_CLASS_BALANCE_H
#define NNI_TRAIN_CALLBACKS_CLASS_BALANCE_H

#include "train/run/run.h"

/** Prints a line for a class that has most of the rows. Collective. */
nn_status nni_warn_of_class_balance(const nni_run *run, nn_error *error);

#endif
