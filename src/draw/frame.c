/* SPDX-License-Identifier: MIT */
#include "draw/frame.h"

#include <math.h>
#include <stdint.h>

#include "draw/svg.h"
#include "draw/text.h"

static const double gap = 6; /* pixels between an axis and its labels */

/* --- categories --- */

static double widest(const char *const *names, size_t count)
{
    double width = 0;
    for (size_t i = 0; i < count; i++)
        width = fmax(width, nni_text_width(names[i]));
    return width;
}

static size_t every_of(double needed, double slot)
{
    return slot >= needed ? 1 : (size_t)ceil(needed / slot);
}

nni_names nni_names_across(const char *const *names, size_t count, double slot, double most)
{
    const double width = widest(names, count), between = 8, slope = 45, diagonal = sqrt(0.5);
    if (width + between <= slot)
        return (nni_names){.every = 1, .room = slot, .height = NNI_TEXT_LINE};
    /* Lines that stand at 45 degrees are sqrt(2) times their height apart. */
    nni_names turned = {.every = every_of(NNI_TEXT_LINE / diagonal - 4, slot), .turn = -slope};
    turned.room = fmin(width, most / diagonal);
    turned.height = turned.room * diagonal + NNI_TEXT_SIZE;
    return turned;
}

nni_names nni_names_beside(const char *const *names, size_t count, double slot, double most)
{
    return (nni_names){.every = every_of(NNI_TEXT_LINE - 2, slot),
                       .room = fmin(widest(names, count), most),
                       .height = fmin(widest(names, count), most)};
}

/* --- room --- */

static double widest_tick(const nni_ticks *ticks)
{
    double width = 0;
    for (size_t i = 0; i < ticks->count; i++)
        width = fmax(width, nni_text_width(ticks->ticks[i].text));
    return width;
}

static void set_edges(nni_frame *frame, double left, double top, double right, double bottom)
{
    frame->left = ceil(left); /* whole pixels, on which lines are sharp */
    frame->top = ceil(top);
    frame->right = fmax(round(right), frame->left + 1);
    frame->bottom = fmax(round(bottom), frame->top + 1);
    frame->x.start = frame->left;
    frame->x.length = frame->right - frame->left;
    frame->y.start = frame->bottom;
    frame->y.length = frame->top - frame->bottom;
}

/* Labels of both axes at the edges that are set. @return pixels of the margin that they need at the left and below */
static double plan_beside(nni_frame *frame, const nni_axis *y)
{
    const double share = 0.35;
    if (!y->categories) {
        nni_ticks_find(&frame->y_ticks, &frame->y, false, y->whole);
        return widest_tick(&frame->y_ticks);
    }
    const double slot = fabs(nni_scale_at(&frame->y, 1) - nni_scale_at(&frame->y, 0));
    frame->y_names = nni_names_beside(y->categories, y->category_count, slot, share * frame->width);
    return frame->y_names.height;
}

static double plan_below(nni_frame *frame, const nni_axis *x)
{
    const double share = 0.35;
    if (!x->categories) {
        nni_ticks_find(&frame->x_ticks, &frame->x, true, x->whole);
        return NNI_TEXT_LINE;
    }
    const double slot = fabs(nni_scale_at(&frame->x, 1) - nni_scale_at(&frame->x, 0));
    frame->x_names = nni_names_across(x->categories, x->category_count, slot, share * frame->height);
    return frame->x_names.height;
}

/* Half the units that an axis spans, which is finite. */
static double units_of(const nni_scale *scale)
{
    return scale->log ? log10(scale->most) / 2 - log10(scale->least) / 2 : scale->most / 2 - scale->least / 2;
}

void nni_frame_plan(nni_frame *frame, const nni_axis *x, const nni_axis *y, double width, double height, bool square)
{
    const double edge = 8, title = NNI_TEXT_LINE + 4;
    const double top = edge + (y->title ? title : 0), below = x->title ? title : 2;
    double left = 40, right = width - 16, bottom = height - below - NNI_TEXT_LINE - gap;
    frame->width = width;
    frame->height = height;
    for (int pass = 0; pass < 3; pass++) { /* the labels' room and their number depend on each other */
        set_edges(frame, left, top, right, bottom);
        if (square) {
            const double scale = fmin(frame->x.length / units_of(&frame->x), -frame->y.length / units_of(&frame->y));
            set_edges(frame, left, top, left + scale * units_of(&frame->x), top + scale * units_of(&frame->y));
            frame->width = frame->right + width - right;
            frame->height = frame->bottom + height - bottom;
        }
        if (pass == 2)
            break;
        const double beside = plan_beside(frame, y);
        left = fmax(beside + gap + 4, pass > 0 ? left : 0);
        bottom = height - below - gap - plan_below(frame, x);
        if (!x->categories && frame->x_ticks.count > 0) {
            const nni_tick *last = &frame->x_ticks.ticks[frame->x_ticks.count - 1];
            const double reach = nni_scale_at(&frame->x, last->value) + nni_text_width(last->text) / 2 - frame->right;
            right = width - fmax(reach + 2, 10);
        }
    }
    plan_beside(frame, y);
    plan_below(frame, x);
}

/* --- drawing --- */

static void draw_grid(FILE *out, const nni_frame *frame, const nni_axis *x, const nni_axis *y)
{
    nni_pen pen = {.out = out};
    fputs("<path class=\"grid\" d=\"", out);
    for (size_t i = 0; !y->categories && i < frame->y_ticks.count; i++) {
        const double at = nni_scale_at(&frame->y, frame->y_ticks.ticks[i].value);
        if (*frame->y_ticks.ticks[i].text) {
            nni_pen_move(&pen, frame->left, at);
            nni_pen_line(&pen, frame->right, at);
        }
    }
    for (size_t i = 0; !x->categories && i < frame->x_ticks.count; i++) {
        const double at = nni_scale_at(&frame->x, frame->x_ticks.ticks[i].value);
        if (*frame->x_ticks.ticks[i].text) {
            nni_pen_move(&pen, at, frame->top);
            nni_pen_line(&pen, at, frame->bottom);
        }
    }
    if (!pen.command)
        fputs("M0 0", out);
    fputs("\"/>\n", out);
}

static void draw_lines(FILE *out, const nni_frame *frame, const nni_axis *x, const nni_axis *y)
{
    nni_pen pen = {.out = out};
    fputs("<path class=\"axis\" d=\"", out);
    nni_pen_move(&pen, frame->left, frame->top);
    nni_pen_line(&pen, frame->left, frame->bottom);
    nni_pen_line(&pen, frame->right, frame->bottom);
    for (size_t i = 0; !x->categories && i < frame->x_ticks.count; i++) {
        const nni_tick *tick = &frame->x_ticks.ticks[i];
        const double at = nni_scale_at(&frame->x, tick->value);
        nni_pen_move(&pen, at, frame->bottom);
        nni_pen_line(&pen, at, frame->bottom + (*tick->text ? 4 : 2));
    }
    for (size_t i = 0; !y->categories && i < frame->y_ticks.count; i++) {
        const nni_tick *tick = &frame->y_ticks.ticks[i];
        const double at = nni_scale_at(&frame->y, tick->value);
        nni_pen_move(&pen, frame->left, at);
        nni_pen_line(&pen, frame->left - (*tick->text ? 4 : 2), at);
    }
    fputs("\"/>\n", out);
}

static void label_x(FILE *out, const nni_frame *frame, const nni_axis *x)
{
    const double base = frame->bottom + gap + NNI_TEXT_SIZE - 1, diagonal = sqrt(0.5);
    for (size_t i = 0; !x->categories && i < frame->x_ticks.count; i++)
        if (*frame->x_ticks.ticks[i].text)
            nni_svg_text(out, "tick", nni_scale_at(&frame->x, frame->x_ticks.ticks[i].value), base, NNI_ANCHOR_MIDDLE,
                         0, frame->x_ticks.ticks[i].text, SIZE_MAX);
    const nni_names *names = &frame->x_names;
    for (size_t i = 0; x->categories && i < x->category_count; i += names->every) {
        const double at = nni_scale_at(&frame->x, (double)i);
        if (names->turn == 0)
            nni_svg_text(out, "tick", at, base, NNI_ANCHOR_MIDDLE, 0, x->categories[i], SIZE_MAX);
        else
            nni_svg_text(out, "tick", at + 4, frame->bottom + gap + 4, NNI_ANCHOR_END, names->turn, x->categories[i],
                         nni_text_fit(x->categories[i], fmin(names->room, at / diagonal)));
    }
    if (x->title) /* in the middle of the area, and within the picture where it is wider than that */
        nni_svg_text(out, "axis-title", (frame->left + frame->right) / 2, frame->height - 6, NNI_ANCHOR_MIDDLE, 0,
                     x->title, nni_text_fit(x->title, frame->right - frame->left + 20));
}

static void label_y(FILE *out, const nni_frame *frame, const nni_axis *y)
{
    const double middle = 4; /* from a line's middle to its base */
    for (size_t i = 0; !y->categories && i < frame->y_ticks.count; i++)
        if (*frame->y_ticks.ticks[i].text)
            nni_svg_text(out, "tick", frame->left - gap,
                         nni_scale_at(&frame->y, frame->y_ticks.ticks[i].value) + middle, NNI_ANCHOR_END, 0,
                         frame->y_ticks.ticks[i].text, SIZE_MAX);
    for (size_t i = 0; y->categories && i < y->category_count; i += frame->y_names.every)
        nni_svg_text(out, "tick", frame->left - gap, nni_scale_at(&frame->y, (double)i) + middle, NNI_ANCHOR_END, 0,
                     y->categories[i], nni_text_fit(y->categories[i], frame->y_names.room));
    if (y->title)
        nni_svg_text(out, "axis-title", 0, NNI_TEXT_SIZE, NNI_ANCHOR_START, 0, y->title,
                     nni_text_fit(y->title, frame->width));
}

void nni_frame_draw(FILE *out, const nni_frame *frame, const nni_axis *x, const nni_axis *y, bool plain)
{
    if (!plain)
        draw_grid(out, frame, x, y);
    draw_lines(out, frame, x, y);
    label_x(out, frame, x);
    label_y(out, frame, y);
}

void nni_frame_begin_area(FILE *out, const nni_frame *frame)
{
    fputs("<g class=\"area\"", out);
    nni_svg_datum(out, "data-x-min", frame->x.least);
    nni_svg_datum(out, "data-x-max", frame->x.most);
    fprintf(out, " data-x-log=\"%d\"", frame->x.log);
    nni_svg_datum(out, "data-left", frame->left);
    nni_svg_datum(out, "data-width", frame->right - frame->left);
    nni_svg_datum(out, "data-y-min", frame->y.least);
    nni_svg_datum(out, "data-y-max", frame->y.most);
    fprintf(out, " data-y-log=\"%d\"", frame->y.log);
    nni_svg_datum(out, "data-top", frame->top);
    nni_svg_datum(out, "data-height", frame->bottom - frame->top);
    fputs(">\n", out);
}

void nni_frame_end_area(FILE *out)
{
    fputs("</g>\n", out);
}
