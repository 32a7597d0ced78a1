/* SPDX-License-Identifier: MIT */
#include "report/events/images.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/plot.h"
#include "report/figures/frame_colours.h"
#include "support/extremes.h"
#include "support/memory.h"

/* A picture is looked at on a screen. */
enum { UNITS_MOST = 256, INPUTS_MOST = 1024, CURVES_HEIGHT_MOST = 256 };

static nn_status make(nni_image *image, size_t width, size_t height, nn_error *error)
{
    image->width = width;
    image->height = height;
    NN_TRY(nni_allocate(3 * width * height, 1, "a picture", &image->rgb, error));
    memset(image->rgb, 0xFF, 3 * width * height);
    return NN_OK;
}

static void put(nni_image *image, size_t x, size_t y, unsigned rgb)
{
    unsigned char *pixel = image->rgb + 3 * (y * image->width + x);
    for (int i = 0; i < 3; i++)
        pixel[i] = (unsigned char)(rgb >> (16 - 8 * i));
}

static const unsigned not_finite = 0x808080;

/* --- weights --- */

static double largest(const float *values, size_t count)
{
    double found = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]) && fabs((double)values[i]) > found)
            found = fabs((double)values[i]);
    return found > 0 ? found : 1;
}

static unsigned level(double value)
{
    return (unsigned)lround(127.5 * (1 + (isfinite(value) ? value : 0)));
}

static unsigned colour_of_weight(const nni_history *run, const float *weights, size_t pixel, double scale)
{
    const size_t plane = run->image_width * run->image_height;
    if (run->image && run->image_channels == 3)
        return level(weights[pixel] / scale) << 16 | level(weights[plane + pixel] / scale) << 8 |
               level(weights[2 * plane + pixel] / scale);
    return isfinite(weights[pixel]) ? nni_draw_diverging(weights[pixel] / scale) : not_finite;
}

/* Of images with other than one or three channels the channels of a unit stand below each other. */
static nn_status draw_tiles(const nni_history *run, nni_image *image, nn_error *error)
{
    const size_t width = run->image_width;
    const size_t height = run->image_height * (run->image_channels == 3 ? 1 : run->image_channels);
    const size_t units = nni_smaller(run->layers[0].units, UNITS_MOST);
    const size_t across = (size_t)ceil(sqrt((double)units)), down = (units + across - 1) / across;
    NN_TRY(make(image, across * (width + 1) - 1, down * (height + 1) - 1, error));
    for (size_t unit = 0; unit < units; unit++) {
        const float *weights = run->first_weights + unit * run->inputs;
        const double scale = largest(weights, run->inputs);
        for (size_t pixel = 0; pixel < width * height; pixel++)
            put(image, unit % across * (width + 1) + pixel % width, unit / across * (height + 1) + pixel / width,
                colour_of_weight(run, weights, pixel, scale));
    }
    snprintf(image->caption, sizeof image->caption,
             "weights of units 0 to %zu of %zu as pictures, each on its own scale", units - 1, run->layers[0].units);
    return NN_OK;
}

static nn_status draw_matrix(const nni_history *run, nni_image *image, nn_error *error)
{
    const size_t units = nni_smaller(run->layers[0].units, UNITS_MOST), inputs = nni_smaller(run->inputs, INPUTS_MOST);
    const double scale = largest(run->first_weights, run->layers[0].units * run->inputs);
    NN_TRY(make(image, inputs, units, error));
    for (size_t i = 0; i < units * inputs; i++) {
        const double weight = run->first_weights[i / inputs * run->inputs + i % inputs];
        put(image, i % inputs, i / inputs, isfinite(weight) ? nni_draw_diverging(weight / scale) : not_finite);
    }
    snprintf(image->caption, sizeof image->caption,
             "weights of units 0 to %zu of %zu (rows) from inputs 0 to %zu of %zu (columns), red +%.3g, blue -%.3g",
             units - 1, run->layers[0].units, inputs - 1, run->inputs, scale, scale);
    return NN_OK;
}

nn_status nni_image_of_weights(const nni_history *run, nni_image *image, nn_error *error)
{
    *image = (nni_image){.rgb = NULL};
    if (!run->first_weights || run->layer_count == 0 || run->layers[0].units == 0 || run->inputs == 0)
        return NN_OK;
    const bool fits = run->image && run->image_width > 0 && run->image_height > 0 &&
                      run->inputs % run->image_width == 0 && run->inputs / run->image_width % run->image_height == 0 &&
                      run->inputs / run->image_width / run->image_height == run->image_channels;
    return fits ? draw_tiles(run, image, error) : draw_matrix(run, image, error);
}

/* --- frames --- */

static bool ends_in(const nni_history *run, const char *activation)
{
    const char *last = run->layer_count > 0 ? run->layers[run->layer_count - 1].activation : NULL;
    return last && strcmp(last, activation) == 0;
}

size_t nni_images_of_frame(const nni_history *run)
{
    const bool one = run->frame_count == 0 || run->frames[0].height == 1 || nni_frames_show_classes(run);
    return one ? 1 : run->frames[0].outputs;
}

typedef struct range {
    double least, most;
} range;

static range range_of_frames(const nni_history *run)
{
    range found = {INFINITY, -INFINITY};
    for (size_t f = 0; f < run->frame_count; f++) {
        const nni_frame *frame = &run->frames[f];
        for (size_t i = 0; i < frame->width * frame->height * frame->outputs; i++)
            if (isfinite(frame->values[i])) {
                found.least = fmin(found.least, frame->values[i]);
                found.most = fmax(found.most, frame->values[i]);
            }
    }
    return found.least < found.most ? found : (range){found.least - 1, found.least + 1};
}

static nn_status draw_plane(const nni_history *run, const nni_frame *frame, size_t index, nni_image *image,
                            nn_error *error)
{
    const range all = range_of_frames(run);
    const bool classes = nni_frames_show_classes(run), probability = ends_in(run, "sigmoid");
    NN_TRY(make(image, frame->width, frame->height, error));
    for (size_t i = 0; i < frame->width * frame->height; i++) {
        const float *values = frame->values + i * frame->outputs;
        const double value = values[index];
        const unsigned colour = !isfinite(value) ? not_finite
                                : classes        ? nni_class_colour(values, frame->outputs)
                                : probability    ? nni_draw_diverging(2 * value - 1)
                                                 : nni_draw_shade((value - all.least) / (all.most - all.least));
        put(image, i % frame->width, frame->height - 1 - i / frame->width, colour);
    }
    snprintf(image->caption, sizeof image->caption, "over inputs %.4g to %.4g (across) and %.4g to %.4g (upwards)",
             frame->least[0], frame->most[0], frame->least[1], frame->most[1]);
    return NN_OK;
}

static size_t pixel_row(double value, range all, size_t height)
{
    const double part = fmin(fmax((value - all.least) / (all.most - all.least), 0), 1);
    return height - 1 - (size_t)lround(part * (double)(height - 1));
}

static nn_status draw_curves(const nni_history *run, const nni_frame *frame, nni_image *image, nn_error *error)
{
    const range all = range_of_frames(run);
    const size_t height = nni_smaller(nni_larger(frame->width / 2, 2), CURVES_HEIGHT_MOST);
    NN_TRY(make(image, frame->width, height, error));
    for (size_t k = 0; k < frame->outputs; k++)
        for (size_t x = 0; x < frame->width; x++) {
            const double value = frame->values[x * frame->outputs + k];
            const double before = frame->values[(x > 0 ? x - 1 : 0) * frame->outputs + k];
            if (!isfinite(value) || !isfinite(before))
                continue;
            const size_t to = pixel_row(value, all, height), from = pixel_row(before, all, height);
            for (size_t y = nni_smaller(from, to); y <= nni_larger(from, to); y++)
                put(image, x, y, nni_draw_rgb(k));
        }
    snprintf(image->caption, sizeof image->caption, "outputs %.4g to %.4g over inputs %.4g to %.4g", all.least,
             all.most, frame->least[0], frame->most[0]);
    return NN_OK;
}

nn_status nni_image_of_frame(const nni_history *run, const nni_frame *frame, size_t index, nni_image *image,
                             nn_error *error)
{
    *image = (nni_image){.rgb = NULL};
    if (frame->width == 0 || frame->height == 0 || index >= frame->outputs)
        return NN_OK;
    return frame->height == 1 ? draw_curves(run, frame, image, error) : draw_plane(run, frame, index, image, error);
}
