/* SPDX-License-Identifier: MIT */
/** predictions.h5: the rows of a split and what the model makes of them. */
#ifndef NNI_TRAIN_RECORD_PREDICTIONS_H
#define NNI_TRAIN_RECORD_PREDICTIONS_H

#include "train/run/run.h"

/** @return what the run's model predicts */
nn_prediction nni_record_predicts(const nni_run *run);

/**
 * Runs the recipe's split through the network as it is, and writes the file of the run's folder; nothing where there is
 * no such split. Of many rows, evenly spaced ones. Collective: the status is that of all ranks.
 */
nn_status nni_record_predictions(nni_run *run, nn_error *error);

#endif
