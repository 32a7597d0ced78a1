/* SPDX-License-Identifier: MIT */
/** Colours on dark ground, which the style sheet alone has. Within src/draw. */
#ifndef NNI_DRAW_COLOURS_H
#define NNI_DRAW_COLOURS_H

#include <stddef.h>

/** @return nni_draw_rgb's counterpart for dark ground (0xRRGGBB) */
unsigned nni_draw_rgb_on_dark(size_t colour);

/** @return nni_draw_shade's counterpart for dark ground: from dark to light (0xRRGGBB) */
unsigned nni_draw_shade_on_dark(double value);

#endif
