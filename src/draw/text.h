/* SPDX-License-Identifier: MIT */
/** How wide texts are, and boxes that must not overlap. Within src/draw. */
#ifndef NNI_DRAW_TEXT_H
#define NNI_DRAW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** Size of texts in pictures, and the height of a line of them, in pixels. */
#define NNI_TEXT_SIZE 12.0
#define NNI_TEXT_LINE 16.0

/** @return characters that are shown of a text: escapes (support/printable.h) count as one */
size_t nni_text_length(const char *text);

/** @return width of a text in pixels at NNI_TEXT_SIZE, rather too wide than too narrow: of sans-serif fonts that differ
 */
double nni_text_width(const char *text);

/** @return characters of a text that fit, an ellipsis included where it is cut; at least 1 */
size_t nni_text_fit(const char *text, double width);

typedef struct nni_box {
    double left, top, right, bottom;
} nni_box;

bool nni_boxes_overlap(const nni_box *a, const nni_box *b);

#endif
