/* SPDX-License-Identifier: MIT */
/** Until convergence: the metric that is followed, its best value, and the stops of the recipe. */
#ifndef NNI_TRAIN_EARLY_STOPPING_H
#define NNI_TRAIN_EARLY_STOPPING_H

#include "train/run/run.h"

/** After an epoch: whether its metric is the best so far, and whether a stop of the recipe holds. Local, the same on
 * all ranks. @param report  receives `improved` */
void nni_early_stopping_update(const nni_stop_settings *stop, nni_run_progress *progress, nni_epoch_report *report);

/** @return whether a stop of the recipe holds by the counters alone, as in a run that is resumed */
bool nni_early_stopping_holds(const nni_stop_settings *stop, const nni_progress *counters);

#endif
