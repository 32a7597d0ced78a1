/* SPDX-License-Identifier: MIT */
#include "report/sections/frames.h"

#include <math.h>
#include <stdint.h>

#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/plot.h"
#include "report/figures/frame_colours.h"
#include "report/page/parts.h"
#include "support/memory.h"

enum {
    PICTURE_SIDE = 120, /* pixels of a frame's longer side in a strip */
    SHADES = 48,        /* of a value: smooth to the eye, and a fraction of the bytes */
    DOTS = 150,         /* rows shown in a picture: more would hide it */
};

static const unsigned white = 0xffffff, grey = 0x9a9a9a;

/* --- colours --- */

static void put_pixel(unsigned char *rgb, unsigned colour)
{
    rgb[0] = (unsigned char)(colour >> 16);
    rgb[1] = (unsigned char)(colour >> 8 & 0xff);
    rgb[2] = (unsigned char)(colour & 0xff);
}

/* How outputs of a run's frames become colours. */
struct palette {
    bool classes;
    double least, most; /* of values */
};

static struct palette palette_of(const nni_history *run)
{
    struct palette palette = {.classes = nni_frames_show_classes(run), .least = INFINITY, .most = -INFINITY};
    if (run->frame_count == 0)
        return palette;
    const nni_frame *last = &run->frames[run->frame_count - 1];
    for (size_t i = 0; i < last->width * last->height * last->outputs; i += last->outputs) {
        palette.least = fmin(palette.least, (double)last->values[i]);
        palette.most = fmax(palette.most, (double)last->values[i]);
    }
    return palette;
}

static unsigned value_colour(const struct palette *palette, double value)
{
    double range = palette->most - palette->least;
    double share = range > 0 ? (value - palette->least) / range : 0.5;
    return nni_draw_shade(fmin(fmax(round(share * SHADES) / SHADES, 0), 1));
}

static unsigned colour_of(const struct palette *palette, const float *outputs, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (!isfinite(outputs[k]))
            return grey;
    return palette->classes ? nni_class_colour(outputs, count) : value_colour(palette, (double)outputs[0]);
}

/* --- frames --- */

/* A place on an axis of `count` points, from 0 to 1, as a point, the next, and how far between. */
struct place {
    size_t low, high;
    double share;
};

static struct place place_on(double at, size_t count)
{
    double position = fmin(fmax(at, 0), 1) * (double)(count - 1);
    struct place place = {.low = (size_t)position};
    place.high = place.low + 1 < count ? place.low + 1 : place.low;
    place.share = position - (double)place.low;
    return place;
}

double nni_between(double from, double to, double share)
{
    return share > 0 ? from + share * (to - from) : from; /* without 0 * infinity */
}

/* A frame at any size; pixels of its border lie on the border of the grid. `outputs`: room for one pixel's. */
static void paint(const nni_frame *frame, const struct palette *palette, size_t width, size_t height, float *outputs,
                  unsigned char *rgb)
{
    for (size_t row = 0; row < height; row++) {
        struct place v = place_on(height > 1 ? 1 - (double)row / (double)(height - 1) : 0, frame->height);
        for (size_t column = 0; column < width; column++) {
            struct place u = place_on(width > 1 ? (double)column / (double)(width - 1) : 0, frame->width);
            const float *low = frame->values + v.low * frame->width * frame->outputs;
            const float *high = frame->values + v.high * frame->width * frame->outputs;
            for (size_t k = 0; k < frame->outputs; k++) {
                size_t left = u.low * frame->outputs + k, right = u.high * frame->outputs + k;
                outputs[k] = (float)nni_between(nni_between((double)low[left], (double)low[right], u.share),
                                                nni_between((double)high[left], (double)high[right], u.share), v.share);
            }
            put_pixel(rgb + 3 * (row * width + column), colour_of(palette, outputs, frame->outputs));
        }
    }
}

/* How much of a pixel lies within a radius, in few steps: few colours make a small file. */
static double covered(double distance, double radius)
{
    return round(4 * fmin(fmax(radius + 0.5 - distance, 0), 1)) / 4;
}

/* A dot in a white ring. */
static void paint_dot(unsigned char *rgb, size_t width, size_t height, double x, double y, unsigned colour)
{
    const double radius = 1 + (double)width / 150, ring = radius + 1;
    const long reach = (long)ceil(ring + 0.5);
    for (long row = lround(y) - reach; row <= lround(y) + reach; row++)
        for (long column = lround(x) - reach; column <= lround(x) + reach; column++) {
            if (row < 0 || column < 0 || row >= (long)height || column >= (long)width)
                continue;
            double distance = hypot((double)column - x, (double)row - y);
            unsigned char *pixel = rgb + 3 * ((size_t)row * width + (size_t)column);
            unsigned below = (unsigned)pixel[0] << 16 | (unsigned)pixel[1] << 8 | pixel[2];
            below = nni_mix_colours(below, white, covered(distance, ring));
            put_pixel(pixel, nni_mix_colours(below, colour, covered(distance, radius)));
        }
}

static unsigned dot_colour(const nni_prediction_record *rows, const struct palette *palette, size_t row)
{
    if (rows->class_of)
        return nni_mix_colours(nni_draw_rgb((size_t)rows->class_of[row]), 0, 0.25);
    if (rows->target)
        return value_colour(palette, rows->target[row * rows->outputs]);
    return 0x404040;
}

static void paint_rows(const nni_history *run, const nni_frame *frame, const struct palette *palette, size_t width,
                       size_t height, unsigned char *rgb)
{
    const nni_prediction_record *rows = run->predictions;
    if (!rows || !rows->x || rows->features != 2)
        return;
    size_t shown = rows->rows < DOTS ? rows->rows : DOTS;
    for (size_t i = 0; i < shown; i++) {
        size_t row = i * rows->rows / shown;
        double at[2];
        for (size_t k = 0; k < 2; k++)
            at[k] = ((double)rows->x[2 * row + k] - frame->least[k]) / (frame->most[k] - frame->least[k]);
        if (at[0] >= 0 && at[0] <= 1 && at[1] >= 0 && at[1] <= 1) /* false of NaN */
            paint_dot(rgb, width, height, at[0] * (double)(width - 1), (1 - at[1]) * (double)(height - 1),
                      dot_colour(rows, palette, row));
    }
}

bool nni_frame_picture(const nni_history *run, const nni_frame *frame, size_t width, size_t height, bool dots,
                       unsigned char *rgb)
{
    const struct palette palette = palette_of(run);
    float *outputs = NULL;
    if (nni_allocate(frame->outputs, sizeof *outputs, "a picture", &outputs, NULL) != NN_OK)
        return false;
    paint(frame, &palette, width, height, outputs, rgb);
    if (dots)
        paint_rows(run, frame, &palette, width, height, rgb);
    nni_release(outputs);
    return true;
}

/* The figure that captions name beside the epoch, and in words; NULL: none is known. */
static const nni_curve *captioned(const nni_history *run, const char **words)
{
    static const char *const figures[][2] = {{"test_accuracy", "accuracy"},
                                             {"validation_accuracy", "accuracy"},
                                             {"test_loss", "loss"},
                                             {"validation_loss", "loss"},
                                             {"train_loss", "loss"}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        *words = figures[i][1];
        const nni_curve *curve = nni_history_curve(run, figures[i][0]);
        if (curve)
            return curve;
    }
    return NULL;
}

/* "accuracy 0.912", from the line of metrics.jsonl of a frame's epoch; "": that is not known. */
static const char *figure_then(nni_texts *texts, const nni_history *run, const nni_frame *frame)
{
    const char *words = NULL;
    const nni_curve *curve = captioned(run, &words);
    size_t line = 0;
    while (line < run->epochs && run->epoch[line] != frame->epoch)
        line++;
    if (!curve || line == run->epochs || !isfinite(curve->values[line]))
        return "";
    return nni_text(texts, "%s %s", words, nni_html_number(curve->values[line], 3, (char[NNI_HTML_NUMBER]){""}));
}

bool nni_draw_frames(FILE *out, const nni_history *run, const char *title, const char *description)
{
    if (run->frame_count == 0 || run->frames[0].height < 2)
        return true;
    const nni_frame *frames = run->frames;
    /* The longer side of the inputs' range is the longer side of the picture, at one scale where that fits. */
    double wide = frames[0].most[0] - frames[0].least[0], high = frames[0].most[1] - frames[0].least[1];
    double ratio = wide > 0 && high > 0 ? wide / high : 1;
    if (!(ratio > 0.5 && ratio < 2))
        ratio = 1;
    const size_t width = (size_t)lround(PICTURE_SIDE * fmin(ratio, 1));
    const size_t height = (size_t)lround(PICTURE_SIDE / fmax(ratio, 1));
    const size_t size = 3 * width * height;
    unsigned char *rgb = NULL;
    nni_texts texts = {0};
    const char **captions = NULL, **alts = NULL;
    bool good = nni_allocate(run->frame_count, size, "pictures", &rgb, NULL) == NN_OK &&
                nni_allocate(run->frame_count, sizeof *captions, "captions", &captions, NULL) == NN_OK &&
                nni_allocate(run->frame_count, sizeof *alts, "captions", &alts, NULL) == NN_OK;
    for (size_t i = 0; good && i < run->frame_count; i++) {
        const char *figure = figure_then(&texts, run, &frames[i]), *between = *figure ? ", " : "";
        good = nni_frame_picture(run, &frames[i], width, height, true, rgb + i * size);
        captions[i] = nni_text(&texts, "epoch %.0f%s%s", frames[i].epoch, *figure ? "\n" : "", figure);
        alts[i] = nni_text(&texts, "The plane of inputs, coloured by the output after epoch %.0f%s%s", frames[i].epoch,
                           between, figure);
    }
    if (good)
        good = nni_draw_images(out, &(nni_image_strip){.title = title,
                                                       .description = description,
                                                       .rgb = rgb,
                                                       .count = run->frame_count,
                                                       .width = width,
                                                       .height = height,
                                                       .captions = captions,
                                                       .alts = alts,
                                                       .scale = 1});
    nni_release(alts);
    nni_release(captions);
    nni_release(rgb);
    return nni_texts_end(&texts, good, NULL) == NN_OK;
}
