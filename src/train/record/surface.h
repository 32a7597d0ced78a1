/* SPDX-License-Identifier: MIT */
/** The events `surface` and `parameters`: the loss over the two parameters of a network that has two, and the way of
 * the training over it. */
#ifndef NNI_TRAIN_RECORD_SURFACE_H
#define NNI_TRAIN_RECORD_SURFACE_H

#include "train/record/lines.h"

/** @return whether the recipe asks for it and the network has two parameters */
bool nni_record_surface_is_on(const nni_run *run);

/** Runs all training rows through the network at each point of a grid, and writes the event. Collective. */
nn_status nni_record_surface(const nni_run *run, nni_record_lines *lines, nn_error *error);

/** Writes the parameters as they are after a step, or at the beginning. Collective. */
nn_status nni_record_parameters(const nni_run *run, nni_record_lines *lines, nn_error *error);

#endif
