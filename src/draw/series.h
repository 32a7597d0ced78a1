/* SPDX-License-Identifier: MIT */
/** Series of a plot as paths. Within src/draw. */
#ifndef NNI_DRAW_SERIES_H
#define NNI_DRAW_SERIES_H

#include <stdbool.h>
#include <stdio.h>

#include "draw/frame.h"
#include "draw/plot.h"

/** @return x of a point */
double nni_series_x(const nni_series *series, size_t i);

/** Draws all series of a plot into its area. @return false where memory runs out */
bool nni_series_draw(FILE *out, const nni_plot *plot, const nni_frame *frame);

/** @return half the width of a bar's place in the values of x, by which the axis must reach beyond them; 0: no bars */
double nni_series_bar_reach(const nni_plot *plot);

/** Writes the classes of a series: its colour and its dashes. */
void nni_series_put_class(FILE *out, const nni_series *series);

#endif
