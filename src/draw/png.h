/* SPDX-License-Identifier: MIT */
/** Images as PNG. */
#ifndef NNI_DRAW_PNG_H
#define NNI_DRAW_PNG_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Encodes an image.
 *
 * @param rgb    [height, width, 3]
 * @param png    receives the bytes of a PNG file, to be released with free
 * @param count  receives their number
 * @return false where memory runs out
 */
bool nni_png_encode(const unsigned char *rgb, size_t width, size_t height, unsigned char **png, size_t *count);

#endif
