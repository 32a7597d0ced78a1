/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/sections/frames.h"
#include "support/memory.h"

enum {
    SIDE = 360,        /* pixels of the picture */
    BANDS = 5,         /* of a factor of ten of the loss */
    MARKED_STEPS = 40, /* of the path, shown as dots; later ones lie on one another */
    STEPS = 2000,      /* of the path in its line, evenly spaced, beside the marked ones */
};

static bool within(const nni_surface *surface, const double *at)
{
    return at[0] >= surface->least[0] && at[0] <= surface->most[0] && at[1] >= surface->least[1] &&
           at[1] <= surface->most[1]; /* false of NaN */
}

size_t nni_surface_left_at(const nni_surface *surface)
{
    size_t at = 0;
    while (at < surface->path_count && within(surface, surface->path + 2 * at))
        at++;
    return at;
}

/* --- the surface --- */

/* log10 of the loss at a place of the picture, by interpolation between the points of the grid; NaN or infinite where
 * one of them is. */
static double level_at(const nni_surface *surface, double u, double v, double lowest)
{
    double x = u * (double)(surface->width - 1), y = v * (double)(surface->height - 1);
    size_t column = (size_t)x, row = (size_t)y;
    size_t right = column + 1 < surface->width ? column + 1 : column;
    size_t above = row + 1 < surface->height ? row + 1 : row;
    const float *low = surface->loss + row * surface->width, *high = surface->loss + above * surface->width;
    double a = x - (double)column, b = y - (double)row;
    const double loss = nni_between(nni_between((double)low[column], (double)low[right], a),
                                    nni_between((double)high[column], (double)high[right], a), b);
    return isnan(loss) ? loss : log10(fmax(loss, lowest));
}

/* Bands of equal colour, BANDS to a factor of ten, with a line where one ends: where the level is nearer to a whole
 * number than it changes within a pixel. */
static void paint_surface(const nni_surface *surface, unsigned char *rgb)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < surface->width * surface->height; i++)
        if (isfinite(surface->loss[i])) {
            least = fmin(least, (double)surface->loss[i]);
            most = fmax(most, (double)surface->loss[i]);
        }
    const double lowest = fmax(least, 1e-5 * most), low = log10(lowest), range = log10(most) - low;
    for (size_t row = 0; row < SIDE; row++)
        for (size_t column = 0; column < SIDE; column++) {
            const double step = 1.0 / (SIDE - 1), u = (double)column * step, v = 1 - (double)row * step;
            const double level = BANDS * level_at(surface, u, v, lowest);
            const double across = BANDS * level_at(surface, fmin(u + step, 1), v, lowest) - level;
            const double down = BANDS * level_at(surface, u, fmax(v - step, 0), lowest) - level;
            const double change = hypot(across, down);
            const double near = isfinite(change) ? 1 - fabs(level - round(level)) / fmax(change, 1e-9) : 0;
            const double line = round(4 * fmin(fmax(near, 0), 1)) / 4; /* few colours */
            double shade = range > 0 ? (floor(level) / BANDS - low) / range : 0;
            unsigned colour = isfinite(level) ? nni_draw_shade(0.8 * fmin(fmax(shade, 0), 1)) : 0x9a9a9a;
            for (int k = 0; k < 3; k++) {
                double part = colour >> (16 - 8 * k) & 0xff;
                rgb[3 * (row * SIDE + column) + (size_t)k] = (unsigned char)(part * (1 - 0.35 * line));
            }
        }
}

/* --- the path --- */

/* Where the line from a point within to one outside leaves the picture; a itself where b is not finite. */
static void leave(const nni_surface *surface, const double *a, const double *b, double *at)
{
    double share = 1;
    for (int k = 0; k < 2; k++)
        if (b[k] < surface->least[k])
            share = fmin(share, (surface->least[k] - a[k]) / (b[k] - a[k]));
        else if (b[k] > surface->most[k])
            share = fmin(share, (surface->most[k] - a[k]) / (b[k] - a[k]));
    for (int k = 0; k < 2; k++)
        at[k] = isfinite(b[0]) && isfinite(b[1]) ? a[k] + share * (b[k] - a[k]) : a[k];
}

/* The path as far as it is within the picture, without steps of less than a pixel, and of very many steps evenly
 * spaced ones. @return points of x and y [path_count + 1] */
static size_t trace(const nni_surface *surface, size_t left, double *x, double *y)
{
    const double *fine =
        (double[]){(surface->most[0] - surface->least[0]) / SIDE, (surface->most[1] - surface->least[1]) / SIDE};
    const size_t every = (left + STEPS - 1) / STEPS | 1; /* odd: a path that jumps to and fro keeps both sides */
    size_t count = 0;
    for (size_t i = 0; i < left; i++) {
        const double *next = surface->path + 2 * i;
        const bool far =
            count == 0 || fabs(next[0] - x[count - 1]) >= fine[0] || fabs(next[1] - y[count - 1]) >= fine[1];
        if (i + 1 == left || (far && (i < MARKED_STEPS || i % every == 0))) {
            x[count] = next[0];
            y[count++] = next[1];
        }
    }
    if (count && left < surface->path_count) {
        double at[2];
        leave(surface, (double[]){x[count - 1], y[count - 1]}, surface->path + 2 * left, at);
        x[count] = at[0];
        y[count++] = at[1];
    }
    return count;
}

/* The first steps as dots, as long as they can be told apart. x and y: room for MARKED_STEPS */
static size_t dots(const nni_surface *surface, size_t left, double *x, double *y)
{
    const size_t count = left < MARKED_STEPS ? left : MARKED_STEPS;
    for (size_t i = 0; i < count; i++) {
        x[i] = surface->path[2 * i];
        y[i] = surface->path[2 * i + 1];
    }
    return count;
}

bool nni_draw_surface(FILE *out, const nni_surface *surface, const char *title, const char *description)
{
    if (!surface->loss || surface->width < 2 || surface->height < 2)
        return true;
    unsigned char *rgb = NULL;
    double *room = NULL;
    const size_t path = surface->path_count + 1, left = nni_surface_left_at(surface);
    bool good = nni_allocate(3 * (size_t)SIDE, SIDE, "a picture", &rgb, NULL) == NN_OK &&
                nni_allocate(2 * path + 2 * (size_t)MARKED_STEPS, sizeof *room, "a path", &room, NULL) == NN_OK;
    if (good) {
        double *steps = room + 2 * path;
        paint_surface(surface, rgb);
        const nni_series series[] = {
            {.form = NNI_SERIES_LINE,
             .x = room,
             .y = room + path,
             .count = trace(surface, left, room, room + path),
             .colour = 1},
            {.form = NNI_SERIES_POINTS,
             .x = steps,
             .y = steps + MARKED_STEPS,
             .count = dots(surface, left, steps, steps + MARKED_STEPS),
             .colour = 1},
        };
        const nni_plot_mark start = {
            .x = left ? surface->path[0] : NAN, .y = left ? surface->path[1] : NAN, .label = "start", .colour = 1};
        good = nni_draw_plot(out,
                             &(nni_plot){.title = title,
                                         .description = description,
                                         .x = {.title = "weight", .least = surface->least[0], .most = surface->most[0]},
                                         .y = {.title = "bias", .least = surface->least[1], .most = surface->most[1]},
                                         .series = series,
                                         .series_count = 2,
                                         .marks = &start,
                                         .mark_count = left > 0,
                                         .width = 340,
                                         .height = 340,
                                         .background = rgb,
                                         .background_width = SIDE,
                                         .background_height = SIDE});
    }
    nni_release(room);
    nni_release(rgb);
    return good;
}
