/** How features are scaled, told in the block that a training begins with. */
#ifndef NNI_TRAIN_CALLBACKS_SCALING_TEXT_H
#define NNI_TRAIN_CALLBACKS_SCALING_TEXT_H

#include "train/run/run.h"

/** @return text: "standard", or of auto what was chosen: "auto (each feature to mean 0, deviation 1; 2 constant)" */
const char *nni_feature_scaler_text(const nni_run *run, char *text, size_t room);

/** Says what a user should know of the features, a line each. */
void nni_feature_scaler_say_notes(const nni_run *run);

#endif
