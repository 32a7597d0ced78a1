/* SPDX-License-Identifier: MIT */
/** Pictures of a run in pixels. */
#ifndef NNI_REPORT_EVENTS_IMAGES_H
#define NNI_REPORT_EVENTS_IMAGES_H

#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/** Owns its pixels. */
typedef struct nni_image {
    unsigned char *rgb; /**< [height, width, 3], to be released with nni_release; NULL: there is nothing to be seen */
    size_t width, height;
    char caption[200];
} nni_image;

/**
 * First-layer weights: blue below, white at and red above 0. Of rows that are images a tile a unit, in colour where
 * they have three channels; else a row a unit and a column an input. Of many units or inputs the first ones, as the
 * caption says.
 */
nn_status nni_image_of_weights(const nni_history *run, nni_image *image, nn_error *error);

/** @return pictures of a frame: one where classes compete (softmax) or there is one input, else one an output */
size_t nni_images_of_frame(const nni_history *run);

/** What a network of one or two inputs computes: curves, or colours over the plane of its inputs, the second one
 * upwards. Scales are those of all frames together. @param index  below nni_images_of_frame */
nn_status nni_image_of_frame(const nni_history *run, const nni_frame *frame, size_t index, nni_image *image,
                             nn_error *error);

#endif
