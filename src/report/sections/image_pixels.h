/* SPDX-License-Identifier: MIT */
/** Rows, or weights, of networks whose inputs are images, as pixels. */
#ifndef NNI_REPORT_SECTIONS_IMAGE_PIXELS_H
#define NNI_REPORT_SECTIONS_IMAGE_PIXELS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/** Images of equal size, larger ones made smaller by a whole factor. */
typedef struct nni_image_pixels {
    unsigned char *rgb; /**< [count, height, width, 3] to be released with nni_release */
    size_t count, width, height;
    size_t factor; /**< pixels of the image along a side of one of these, which has their mean */
} nni_image_pixels;

/** How numbers become colours. */
typedef struct nni_pixel_scale {
    double least, most; /**< shown as black and white, or the darkest blue and red */
    bool diverging;     /**< blue, white at 0, red; of three channels grey is 0 */
} nni_pixel_scale;

/** @return the scale from least to most finite number; diverging: from -a to a, the largest absolute value */
nni_pixel_scale nni_pixel_scale_of(const float *numbers, size_t count, bool diverging);

/**
 * Makes pixels of rows [height, width, channels]: three channels are red, green and blue, of any other number the mean
 * is shown. What is not finite is grey.
 *
 * @param rows    [count, run->inputs]
 * @param pixels  receives them
 * @return NN_SYSTEM where memory runs out
 */
nn_status nni_image_pixels_of(const nni_history *run, const float *rows, size_t count, nni_pixel_scale scale,
                              nni_image_pixels *pixels, nn_error *error);

#endif
