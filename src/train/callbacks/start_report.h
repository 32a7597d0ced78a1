/* SPDX-License-Identifier: MIT */
/** The block of lines that a training begins with: machine, data, network, training. */
#ifndef NNI_TRAIN_CALLBACKS_START_REPORT_H
#define NNI_TRAIN_CALLBACKS_START_REPORT_H

#include "train/run/run.h"

/** Prints it on rank 0, unless the run is to be quiet. Collective. */
nn_status nni_start_report(const nni_run *run, nn_error *error);

#endif
