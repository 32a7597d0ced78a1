/* SPDX-License-Identifier: MIT */
/** All callbacks of a training. */
#ifndef NNI_TRAIN_CALLBACK_TABLE_H
#define NNI_TRAIN_CALLBACK_TABLE_H

#include "train/run/run.h"

/** Makes those that the run asks for. Collective. */
nn_status nni_callback_table_create(nni_run *run, nn_error *error);

#endif
