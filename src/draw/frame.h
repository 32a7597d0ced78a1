/* SPDX-License-Identifier: MIT */
/** The plot area and its axes: margins with room for labels, ticks, grid, titles. Within src/draw. */
#ifndef NNI_DRAW_FRAME_H
#define NNI_DRAW_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "draw/plot.h"
#include "draw/scale.h"

/** Which categories have labels, and how those are drawn. */
typedef struct nni_names {
    size_t every;  /**< 1: all; 2: each second one */
    double turn;   /**< degrees */
    double room;   /**< pixels along a label */
    double height; /**< pixels that labels take across the axis */
} nni_names;

/** Chooses labels below an axis or above it. @param slot  pixels from one category to the next; @param most  pixels
 * that turned labels may take across */
nni_names nni_names_across(const char *const *names, size_t count, double slot, double most);

/** Chooses labels beside a standing axis. @param most  pixels that they may be wide */
nni_names nni_names_beside(const char *const *names, size_t count, double slot, double most);

typedef struct nni_frame {
    double width, height;            /**< of the picture */
    double left, top, right, bottom; /**< edges of the plot area */
    nni_scale x, y;
    nni_ticks x_ticks, y_ticks; /**< of numbers */
    nni_names x_names, y_names; /**< of categories */
} nni_frame;

/** Divides a picture into margins and plot area. x and y have their least and most already.
 * @param square  one scale for both axes: the area shrinks, and the picture with it */
void nni_frame_plan(nni_frame *frame, const nni_axis *x, const nni_axis *y, double width, double height, bool square);

/** Draws grid and axes. @param plain  no grid: something else is the ground */
void nni_frame_draw(FILE *out, const nni_frame *frame, const nni_axis *x, const nni_axis *y, bool plain);

/** Begins the group of what is drawn in the plot area, with the data-* attributes that plot.h tells of. */
void nni_frame_begin_area(FILE *out, const nni_frame *frame);
void nni_frame_end_area(FILE *out);

#endif
