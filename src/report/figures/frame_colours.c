/* SPDX-License-Identifier: MIT */
#include "report/figures/frame_colours.h"

#include <math.h>
#include <string.h>

#include "draw/plot.h"

enum { SHADES = 12 }; /* steps of a colour: smooth to the eye, and a fraction of the bytes */

bool nni_frames_show_classes(const nni_history *run)
{
    if (run->frame_count == 0)
        return false;
    if (run->predictions)
        return run->predictions->kind == NN_PREDICTS_CLASSES;
    const char *activation = run->layer_count ? run->layers[run->layer_count - 1].activation : NULL;
    return activation &&
           (strcmp(activation, "softmax") == 0 || (run->frames[0].outputs == 1 && strcmp(activation, "sigmoid") == 0));
}

unsigned nni_mix_colours(unsigned from, unsigned to, double share)
{
    unsigned mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        double a = from >> shift & 0xff, b = to >> shift & 0xff;
        mixed |= (unsigned)lround(a + share * (b - a)) << shift;
    }
    return mixed;
}

unsigned nni_class_colour(const float *outputs, size_t count)
{
    static const unsigned white = 0xffffff;
    size_t best = 0;
    double first = (double)outputs[0], second = -INFINITY;
    if (count == 1) {
        best = first >= 0.5;
        second = 1 - first;
    }
    for (size_t k = 1; k < count; k++) {
        const double output = (double)outputs[k];
        if (output > first) {
            second = first;
            first = output;
            best = k;
        } else {
            second = fmax(second, output);
        }
    }
    const double lead = round(fmin(fabs(first - second), 1) * SHADES) / SHADES;
    return lead > 0 ? nni_mix_colours(white, nni_draw_rgb(best), 0.15 + 0.6 * lead)
                    : white; /* a lead by rounding is none */
}
