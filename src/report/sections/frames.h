/* SPDX-License-Identifier: MIT */
/** Pictures of what a network of two inputs or two parameters computes: decision regions, and the loss surface. */
#ifndef NNI_REPORT_SECTIONS_FRAMES_H
#define NNI_REPORT_SECTIONS_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/history/history.h"

/**
 * Colours a frame of two inputs at any size, by interpolation. Classes have the colours of nni_class_colour; values go
 * from pale to dark over the range of the run's last frame. What is not finite is grey.
 *
 * @param dots  whether rows that the run recorded are dots in the colours of their true classes or values
 * @param rgb   [height, width, 3] receives the picture, its first row at the greatest second input
 * @return false where memory runs out
 */
bool nni_frame_picture(const nni_history *run, const nni_frame *frame, size_t width, size_t height, bool dots,
                       unsigned char *rgb);

/** @return the value at `share` (0 to 1) between two; `from` at 0 whatever `to` is, infinite or NaN */
double nni_between(double from, double to, double share);

/** Draws the frames of a run of two inputs as a strip of such pictures, each with its epoch, and its accuracy or loss
 * then. Nothing where there are none. @return false where memory runs out */
bool nni_draw_frames(FILE *out, const nni_history *run, const char *title, const char *description);

/**
 * Draws a loss surface, dark where the loss is large, in bands of equal steps of its logarithm, and the path of
 * gradient descent over it as far as it lies within. What is not finite is grey.
 *
 * @return false where memory runs out
 */
bool nni_draw_surface(FILE *out, const nni_surface *surface, const char *title, const char *description);

/** @return index of the first point of the path that lies outside of the surface or is not finite; path_count: none */
size_t nni_surface_left_at(const nni_surface *surface);

#endif
