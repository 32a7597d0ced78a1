/* SPDX-License-Identifier: MIT */
/** Whether frames of what a network computes over its inputs show classes, and the colours of those. */
#ifndef NNI_REPORT_FIGURES_FRAME_COLOURS_H
#define NNI_REPORT_FIGURES_FRAME_COLOURS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/history/history.h"

/** @return whether the outputs of a run's frames speak of classes that exclude each other: by its recorded predictions,
 * without any by the last activation (softmax, or one sigmoid) */
bool nni_frames_show_classes(const nni_history *run);

/**
 * Colour of a point: that of the series of the predicted class, stronger the further it is ahead of the next, and white
 * where none is.
 *
 * @param outputs  [count] finite; a single one is the probability of class 1
 * @return 0xRRGGBB
 */
unsigned nni_class_colour(const float *outputs, size_t count);

/** @return the colour (0xRRGGBB) at `share` (0 to 1) of the way from one to another */
unsigned nni_mix_colours(unsigned from, unsigned to, double share);

#endif
