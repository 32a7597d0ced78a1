/* SPDX-License-Identifier: MIT */
/** Points and lines of a plot that stand out, with labels that cover no other label. Within src/draw. */
#ifndef NNI_DRAW_MARKS_H
#define NNI_DRAW_MARKS_H

#include <stdbool.h>
#include <stdio.h>

#include "draw/frame.h"
#include "draw/plot.h"

/** Draws the marks of a plot. A label for which no place is free is told on hovering alone.
 * @return false where memory runs out */
bool nni_marks_draw(FILE *out, const nni_plot *plot, const nni_frame *frame);

#endif
