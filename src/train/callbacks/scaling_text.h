/* SPDX-License-Identifier: MIT */
/** How features are scaled, as text for the block that a training begins with. */
#ifndef NNI_TRAIN_CALLBACKS_SCALING_TEXT_H
#define NNI_TRAIN_CALLBACKS_SCALING_TEXT_H

#include "train/run/run.h"

/** @return text: "standard", or of auto what was chosen: "auto (each feature to mean 0, deviation 1; 2 constant)" */
const char *nni_feature_scaler_text(const nni_run *run, char *text, size_t size);

/** Prints notes on features that a user should look at, a line each. */
void nni_feature_scaler_say_notes(const nni_run *run);

#endif
