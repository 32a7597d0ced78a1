/* SPDX-License-Identifier: MIT */
#include "draw/plot.h"

#include <math.h>
#include <stdint.h>

#include "draw/frame.h"
#include "draw/html.h"
#include "draw/marks.h"
#include "draw/series.h"
#include "draw/svg.h"
#include "draw/text.h"

static const double default_width = 480, default_height = 300;

/* --- legend --- */

static void put_sample(FILE *out, const nni_series *series)
{
    fputs("<li><svg class=\"series ", out);
    nni_series_put_class(out, series);
    fputs("\" viewBox=\"0 0 22 10\" aria-hidden=\"true\">", out);
    if (series->form == NNI_SERIES_BARS || series->y2)
        fprintf(out, "<path class=\"%s\" d=\"M4 0h14v10h-14z\"/>", series->form == NNI_SERIES_BARS ? "bar" : "band");
    else
        fprintf(out, "<path class=\"%s\" d=\"%s\"/>", series->form == NNI_SERIES_POINTS ? "dots" : "line",
                series->form == NNI_SERIES_POINTS ? "M11 5h0" : "M1 5h20");
    fputs("</svg><span>", out);
    nni_html_put(out, series->name);
    fputs("</span></li>\n", out);
}

static void draw_legend(FILE *out, const nni_plot *plot)
{
    size_t named = 0;
    for (size_t s = 0; s < plot->series_count; s++)
        named += plot->series[s].name && !plot->series[s].faint;
    if (!plot->legend || named < 2)
        return;
    fputs("<ul class=\"legend\">\n", out);
    for (size_t s = 0; s < plot->series_count; s++)
        if (plot->series[s].name && !plot->series[s].faint)
            put_sample(out, &plot->series[s]);
    fputs("</ul>\n", out);
}

/* --- ranges --- */

/* Ranges of the points that have both coordinates. */
static void find_extents(const nni_plot *plot, nni_extent *x, nni_extent *y)
{
    const double reach = nni_series_bar_reach(plot);
    *x = nni_extent_none();
    *y = nni_extent_none();
    for (size_t s = 0; s < plot->series_count; s++) {
        const nni_series *series = &plot->series[s];
        const bool bars = series->form == NNI_SERIES_BARS;
        for (size_t i = 0; i < series->count; i++) {
            const double at = nni_series_x(series, i), value = series->y[i];
            if (!isfinite(at) || (plot->x.log && at <= 0) || !isfinite(value) || (plot->y.log && value <= 0))
                continue;
            nni_extent_add(x, at - (bars ? reach : 0), plot->x.log);
            nni_extent_add(x, at + (bars ? reach : 0), plot->x.log);
            nni_extent_add(y, value, plot->y.log);
            if (series->y2)
                nni_extent_add(y, series->y2[i], plot->y.log);
            else if (bars)
                nni_extent_add(y, 0, plot->y.log);
        }
    }
    for (size_t i = 0; i < plot->mark_count; i++) {
        nni_extent_add(x, plot->marks[i].x, plot->x.log);
        nni_extent_add(y, plot->marks[i].y, plot->y.log);
    }
}

static bool has_dots(const nni_plot *plot)
{
    for (size_t s = 0; s < plot->series_count; s++)
        if (plot->series[s].form == NNI_SERIES_POINTS)
            return true;
    return false;
}

static bool plan(const nni_plot *plot, nni_frame *frame)
{
    nni_extent x, y;
    find_extents(plot, &x, &y);
    const bool empty = x.least > x.most || y.least > y.most;
    const bool together = plot->square && nni_axis_is_automatic(&plot->x) && nni_axis_is_automatic(&plot->y) &&
                          plot->x.log == plot->y.log;
    if (together && !empty)
        x = y = (nni_extent){fmin(x.least, y.least), fmax(x.most, y.most)};
    const double width = plot->width > 0 ? plot->width : default_width;
    const double height = plot->height > 0 ? plot->height : default_height;
    const double section = 50, sections = fmax(height / section, 4);
    nni_scale_fit(&frame->x, &plot->x, x, together || (has_dots(plot) && !plot->x.whole) ? sections : 0);
    nni_scale_fit(&frame->y, &plot->y, y, sections);
    nni_frame_plan(frame, &plot->x, &plot->y, width, height, plot->square);
    return empty;
}

/* --- the plot --- */

static bool draw_background(FILE *out, const nni_plot *plot, const nni_frame *frame)
{
    if (!plot->background)
        return true;
    fputs("<image preserveAspectRatio=\"none\"", out);
    nni_svg_attribute(out, "x", frame->left);
    nni_svg_attribute(out, "y", frame->top);
    nni_svg_attribute(out, "width", frame->right - frame->left);
    nni_svg_attribute(out, "height", frame->bottom - frame->top);
    fputs(" href=\"", out);
    const bool fine = nni_html_put_png(out, plot->background, plot->background_width, plot->background_height);
    fputs("\"/>\n", out);
    return fine;
}

static void draw_diagonal(FILE *out, const nni_frame *frame)
{
    const double least = fmax(frame->x.least, frame->y.least), most = fmin(frame->x.most, frame->y.most);
    if (least >= most)
        return;
    nni_pen pen = {.out = out};
    fputs("<path class=\"diagonal\" d=\"", out);
    for (int i = 0; i <= 32; i++) { /* it is bent where only one of the axes is logarithmic */
        const double value = least + (most - least) * i / 32;
        const double x = nni_scale_at(&frame->x, value), y = nni_scale_at(&frame->y, value);
        if (frame->x.log == frame->y.log && i % 32 != 0)
            continue;
        if (!isnan(x) && !isnan(y))
            (pen.command ? nni_pen_line : nni_pen_move)(&pen, x, y);
    }
    fputs("\"/>\n", out);
}

bool nni_draw_plot(FILE *out, const nni_plot *plot)
{
    nni_frame frame = {.width = 0};
    const bool empty = plan(plot, &frame);
    nni_figure_begin(out, "plot", plot->title);
    draw_legend(out, plot);
    nni_svg_begin(out, plot->title, plot->description, frame.width, frame.height);
    bool fine = draw_background(out, plot, &frame);
    nni_frame_draw(out, &frame, &plot->x, &plot->y, plot->background);
    if (plot->diagonal)
        draw_diagonal(out, &frame);
    if (plot->background)
        fputs("<g class=\"on-image\">\n", out);
    nni_frame_begin_area(out, &frame);
    fine = fine && nni_series_draw(out, plot, &frame);
    nni_frame_end_area(out);
    if (empty && !plot->background && plot->mark_count == 0)
        nni_svg_text(out, "none", (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2, NNI_ANCHOR_MIDDLE, 0,
                     "no values", SIZE_MAX);
    fine = fine && nni_marks_draw(out, plot, &frame);
    if (plot->background)
        fputs("</g>\n", out);
    nni_svg_end(out, frame.width);
    nni_figure_end(out);
    return fine;
}
