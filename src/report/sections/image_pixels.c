/* SPDX-License-Identifier: MIT */
#include "report/sections/image_pixels.h"

#include <math.h>

#include "draw/plot.h"
#include "support/extremes.h"
#include "support/memory.h"

enum { SIDE = 96 }; /* pixels that are shown along a side at most */

static const unsigned grey = 0x9a9a9a;

nni_pixel_scale nni_pixel_scale_of(const float *numbers, size_t count, bool diverging)
{
    nni_pixel_scale scale = {.least = INFINITY, .most = -INFINITY, .diverging = diverging};
    for (size_t i = 0; i < count; i++)
        if (isfinite(numbers[i])) {
            scale.least = fmin(scale.least, (double)numbers[i]);
            scale.most = fmax(scale.most, (double)numbers[i]);
        }
    if (diverging) {
        scale.most = fmax(fabs(scale.least), fabs(scale.most));
        scale.least = -scale.most;
    }
    return scale;
}

/* Mean of a channel over the pixels of an image that one of these stands for. */
static double mean_of(const nni_history *run, const float *image, size_t channel, size_t factor, size_t row,
                      size_t column)
{
    const size_t bottom = nni_smaller((row + 1) * factor, run->image_height);
    const size_t right = nni_smaller((column + 1) * factor, run->image_width);
    double sum = 0;
    for (size_t i = row * factor; i < bottom; i++)
        for (size_t j = column * factor; j < right; j++)
            sum += (double)image[(i * run->image_width + j) * run->image_channels + channel];
    return sum / (double)((bottom - row * factor) * (right - column * factor));
}

static double share_of(nni_pixel_scale scale, double value)
{
    const double share = scale.most > scale.least ? (value - scale.least) / (scale.most - scale.least) : 0.5;
    return fmin(fmax(share, 0), 1);
}

/* values: [channels] */
static unsigned colour_of(nni_pixel_scale scale, const double values[3], size_t channels)
{
    for (size_t c = 0; c < channels; c++)
        if (!isfinite(values[c]))
            return grey;
    if (scale.diverging && channels == 1)
        return nni_draw_diverging(2 * share_of(scale, values[0]) - 1);
    unsigned colour = 0;
    for (size_t c = 0; c < 3; c++)
        colour = colour << 8 | (unsigned)lround(255 * share_of(scale, values[channels == 3 ? c : 0]));
    return colour;
}

static void paint(const nni_history *run, const float *image, nni_pixel_scale scale, const nni_image_pixels *pixels,
                  unsigned char *rgb)
{
    const size_t channels = run->image_channels;
    for (size_t row = 0; row < pixels->height; row++)
        for (size_t column = 0; column < pixels->width; column++, rgb += 3) {
            double values[3] = {0, 0, 0};
            for (size_t c = 0; c < channels; c++) {
                const double mean = mean_of(run, image, c, pixels->factor, row, column);
                if (channels == 3)
                    values[c] = mean;
                else
                    values[0] += mean / (double)channels;
            }
            const unsigned colour = colour_of(scale, values, channels == 3 ? 3 : 1);
            for (unsigned c = 0; c < 3; c++)
                rgb[c] = (unsigned char)(colour >> (16 - 8 * c) & 0xff);
        }
}

nn_status nni_image_pixels_of(const nni_history *run, const float *rows, size_t count, nni_pixel_scale scale,
                              nni_image_pixels *pixels, nn_error *error)
{
    const size_t longer = nni_larger(run->image_width, run->image_height);
    *pixels = (nni_image_pixels){.count = count, .factor = (longer + SIDE - 1) / SIDE};
    pixels->width = (run->image_width + pixels->factor - 1) / pixels->factor;
    pixels->height = (run->image_height + pixels->factor - 1) / pixels->factor;
    const size_t bytes = 3 * pixels->width * pixels->height;
    NN_TRY(nni_allocate(count, bytes, "the images", &pixels->rgb, error));
    for (size_t i = 0; i < count; i++)
        paint(run, rows + i * run->inputs, scale, pixels, pixels->rgb + i * bytes);
    return NN_OK;
}
