/* SPDX-License-Identifier: MIT */
/** Classes of the style sheet that are chosen by value. Within src/draw. */
#ifndef NNI_DRAW_STYLE_H
#define NNI_DRAW_STYLE_H

/** Levels of shade, from pale to strong on light and dark ground: classes h0, h1 ... of cells, with a colour for text
 * on them, and p0, p1 ... of lines. */
enum { NNI_STYLE_LEVELS = 16, NNI_STYLE_LINES = 8 };

/** @return level of a value within 0 ... 1, for class h<level>; of what is no number 0 */
int nni_style_level(double value);

#endif
