/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/page/frames.h"
#include "support/memory.h"

enum {
    SIDE = 360,        /* pixels of the picture */
    BANDS = 5,         /* of a factor of ten of the loss */
    MARKED_STEPS = 40, /* of the path, shown as dots; later ones lie on one another */
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

/* log10 of the loss at a place of the picture, by interpolation between the points of the grid. */
static double level_at(const nni_surface *surface, double u, double v, double lowest)
{
    double x = u * (double)(surface->width - 1), y = v * (double)(surface->height - 1);
    size_t column = (size_t)x, row = (size_t)y;
    size_t right = column + 1 < surface->width ? column + 1 : column;
    size_t above = row + 1 < surface->height ? row + 1 : row;
    const float *low = surface->loss + row * surface->width, *high = surface->loss + above * surface->width;
    double a = x - (double)column, b = y - (double)row;
    double loss = (1 - b) * ((1 - a) * (double)low[column] + a * (double)low[right]) +
                  b * ((1 - a) * (double)high[column] + a * (double)high[right]);
    return log10(fmax(loss, lowest));
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
            const double change = fmax(hypot(across, down), 1e-9);
            const double line = fmin(fmax(1 - fabs(level - round(level)) / change, 0), 1);
            double shade = range > 0 ? (floor(level) / BANDS - low) / range : 0;
            unsigned colour = isfinite(level) ? nni_draw_shade(0.8 * fmin(fmax(shade, 0), 1)) : 0x9a9a9a;
            for (int k = 0; k < 3; k++) {
                double part = colour >> (16 - 8 * k) & 0xff;
                rgb[3 * (row * SIDE + column) + (size_t)k] = (unsigned char)(part * (1 - 0.35 * line));
            }
        }
}

/* --- the path --- */

/* The part of a segment from a to b within the picture, Liang and Barsky's way. @return false: none of it */
static bool clip(const nni_surface *surface, const double *a, const double *b, double *from, double *to)
{
    double enter = 0, leave = 1;
    for (int k = 0; k < 2; k++) {
        const double change = b[k] - a[k], room[2] = {surface->least[k] - a[k], surface->most[k] - a[k]};
        if (!isfinite(change))
            return false;
        if (change == 0) {
            if (room[0] > 0 || room[1] < 0)
                return false;
            continue;
        }
        enter = fmax(enter, fmin(room[0] / change, room[1] / change));
        leave = fmin(leave, fmax(room[0] / change, room[1] / change));
    }
    for (int k = 0; k < 2; k++) {
        from[k] = a[k] + enter * (b[k] - a[k]);
        to[k] = a[k] + leave * (b[k] - a[k]);
    }
    return enter <= leave;
}

/* The path in points of the picture: x and y [3 * path_count], NAN between parts that do not join. @return count */
static size_t trace(const nni_surface *surface, double *x, double *y)
{
    size_t count = 0;
    const double fine[2] = {(surface->most[0] - surface->least[0]) / SIDE,
                            (surface->most[1] - surface->least[1]) / SIDE};
    const double *last = surface->path;
    for (size_t i = 1; i < surface->path_count; i++) {
        const double *next = surface->path + 2 * i;
        if (fabs(next[0] - last[0]) < fine[0] && fabs(next[1] - last[1]) < fine[1])
            continue; /* less than a pixel */
        double from[2], to[2];
        if (clip(surface, last, next, from, to)) {
            if (count == 0 || x[count - 1] != from[0] || y[count - 1] != from[1]) {
                if (count) {
                    x[count] = y[count] = NAN;
                    count++;
                }
                x[count] = from[0];
                y[count++] = from[1];
            }
            x[count] = to[0];
            y[count++] = to[1];
        }
        last = next;
    }
    return count;
}

/* The first steps as dots, as long as they can be told apart. */
static size_t dots(const nni_surface *surface, double *x, double *y)
{
    size_t count = 0;
    for (size_t i = 0; i < surface->path_count && i < MARKED_STEPS; i++)
        if (within(surface, surface->path + 2 * i)) {
            x[count] = surface->path[2 * i];
            y[count++] = surface->path[2 * i + 1];
        }
    return count;
}

bool nni_draw_surface(FILE *out, const nni_surface *surface, const char *title, const char *description)
{
    if (!surface->loss || surface->width < 2 || surface->height < 2)
        return true;
    unsigned char *rgb = NULL;
    double *room = NULL;
    const size_t path = 3 * surface->path_count;
    bool good = nni_allocate(3 * (size_t)SIDE, SIDE, "a picture", &rgb, NULL) == NN_OK &&
                nni_allocate(2 * path + 2 * (size_t)MARKED_STEPS, sizeof *room, "a path", &room, NULL) == NN_OK;
    if (good) {
        double *steps = room + 2 * path;
        paint_surface(surface, rgb);
        const nni_series series[] = {
            {.form = NNI_SERIES_LINE,
             .x = room,
             .y = room + path,
             .count = trace(surface, room, room + path),
             .colour = 1},
            {.form = NNI_SERIES_POINTS,
             .x = steps,
             .y = steps + MARKED_STEPS,
             .count = dots(surface, steps, steps + MARKED_STEPS),
             .colour = 1},
        };
        const nni_plot_mark start = {.x = surface->path_count ? surface->path[0] : NAN,
                                     .y = surface->path_count ? surface->path[1] : NAN,
                                     .label = "start",
                                     .colour = 1};
        good = nni_draw_plot(out,
                             &(nni_plot){.title = title,
                                         .description = description,
                                         .x = {.title = "weight", .least = surface->least[0], .most = surface->most[0]},
                                         .y = {.title = "bias", .least = surface->least[1], .most = surface->most[1]},
                                         .series = series,
                                         .series_count = 2,
                                         .marks = &start,
                                         .mark_count = surface->path_count > 0,
                                         .width = 400,
                                         .height = 400,
                                         .background = rgb,
                                         .background_width = SIDE,
                                         .background_height = SIDE});
    }
    nni_release(room);
    nni_release(rgb);
    return good;
}
