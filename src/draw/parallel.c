/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "draw/frame.h"
#include "draw/pictures.h"
#include "draw/scale.h"
#include "draw/style.h"
#include "draw/svg.h"
#include "draw/text.h"

static const double height = 320, column_width = 112, top = 30, bottom = 16, left = 72, right = 72;

static nni_axis as_axis(const nni_parallel_axis *axis)
{
    return (nni_axis){.least = NAN,
                      .most = NAN,
                      .log = axis->log && !axis->categories,
                      .categories = axis->categories,
                      .category_count = axis->category_count};
}

static nni_scale scale_of(const nni_parallel_axis *axis, size_t lines)
{
    const nni_axis plain = as_axis(axis);
    nni_extent extent = nni_extent_none();
    nni_scale scale = {.start = height - bottom, .length = top + bottom - height};
    for (size_t i = 0; i < lines; i++)
        nni_extent_add(&extent, axis->values[i], plain.log);
    nni_scale_fit(&scale, &plain, extent, 0);
    return scale;
}

static void label(FILE *out, const char *text, double x, double y, int side, double room)
{
    const double middle = 4, beside = 6;
    nni_svg_text(out, "label tick", x + side * beside, y + middle, side < 0 ? NNI_ANCHOR_END : NNI_ANCHOR_START, 0,
                 text, nni_text_fit(text, room));
}

/* @param side  of the axis on which its labels stand: -1 left, 1 right; @param room  pixels that they may take there */
static void draw_axis(FILE *out, const nni_parallel_axis *axis, const nni_scale *scale, double x, int side, double room)
{
    nni_pen pen = {.out = out};
    nni_ticks ticks = {.count = 0};
    if (!axis->categories)
        nni_ticks_find(&ticks, scale, false, false);
    fputs("<path class=\"axis\" d=\"", out);
    nni_pen_move(&pen, x, top);
    nni_pen_line(&pen, x, height - bottom);
    for (size_t i = 0; i < ticks.count; i++) {
        nni_pen_move(&pen, x + 3 * side, nni_scale_at(scale, ticks.ticks[i].value));
        nni_pen_line(&pen, x, nni_scale_at(scale, ticks.ticks[i].value));
    }
    fputs("\"/>\n", out);
    for (size_t i = 0; i < ticks.count; i++)
        if (*ticks.ticks[i].text)
            label(out, ticks.ticks[i].text, x, nni_scale_at(scale, ticks.ticks[i].value), side, room);
    if (axis->categories && axis->category_count > 0) {
        const double slot = -scale->length / (double)axis->category_count;
        const nni_names names = nni_names_beside(axis->categories, axis->category_count, slot, room);
        for (size_t i = 0; i < axis->category_count; i += names.every)
            label(out, axis->categories[i], x, nni_scale_at(scale, (double)i), side, room);
    }
    if (axis->title)
        nni_svg_text(out, "axis-title", x, NNI_TEXT_SIZE, NNI_ANCHOR_MIDDLE, 0, axis->title,
                     nni_text_fit(axis->title, column_width - 8));
}

/* A line's path, with a gap where an axis has no value of it. */
static void draw_line(FILE *out, const nni_parallel_axis *axes, const nni_scale *scales, size_t axis_count, double step,
                      const char *name, size_t line)
{
    nni_pen pen = {.out = out};
    bool joined = false;
    fputs("<path d=\"", out);
    for (size_t a = 0; a < axis_count; a++) {
        const double y = nni_scale_at(&scales[a], axes[a].values[line]), x = left + step * (double)a;
        if (!isnan(y))
            (joined ? nni_pen_line : nni_pen_dot)(&pen, x, y);
        joined = !isnan(y);
    }
    fputs(pen.command ? "\"" : "M0 0\"", out);
    if (name) {
        fputc('>', out);
        nni_svg_title(out, name);
        fputs("</path>\n", out);
    } else
        fputs("/>\n", out);
}

/* @return level of a line, by where it meets the last axis; of one without a value there -1 */
static int level_of(const nni_parallel_axis *last, const nni_scale *scale, size_t line)
{
    const double y = nni_scale_at(scale, last->values[line]);
    return isnan(y) ? -1 : (int)lround((NNI_STYLE_LINES - 1) * fmin(fmax((y - scale->start) / scale->length, 0), 1));
}

bool nni_draw_parallel(FILE *out, const char *title, const char *description, const nni_parallel_axis *axes,
                       size_t axis_count, const char *const *names, size_t lines)
{
    nni_scale *scales = malloc((axis_count + 1) * sizeof *scales);
    if (!scales)
        return false;
    for (size_t a = 0; a < axis_count; a++)
        scales[a] = scale_of(&axes[a], lines);
    const double width = left + right + column_width * fmax((double)axis_count - 1, 1);
    nni_figure_begin(out, "parallel", title);
    nni_svg_begin(out, title, description, width, height);
    /* Lines without a value of the last axis are drawn first, those of its largest values on top. */
    for (int level = -1; axis_count > 0 && level < NNI_STYLE_LINES; level++) {
        fprintf(out, level < 0 ? "<g class=\"lines pn\">\n" : "<g class=\"lines p%d\">\n", level);
        for (size_t line = 0; line < lines; line++)
            if (level_of(&axes[axis_count - 1], &scales[axis_count - 1], line) == level)
                draw_line(out, axes, scales, axis_count, column_width, names ? names[line] : NULL, line);
        fputs("</g>\n", out);
    }
    for (size_t a = 0; a < axis_count; a++)
        draw_axis(out, &axes[a], &scales[a], left + column_width * (double)a, a > 0 && a + 1 == axis_count ? 1 : -1,
                  a > 0 && a + 1 < axis_count ? column_width - 12 : left - 8);
    nni_svg_end(out, width);
    nni_figure_end(out);
    free(scales);
    return true;
}
