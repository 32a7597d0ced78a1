/* SPDX-License-Identifier: MIT */
#include "draw/marks.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "draw/series.h"
#include "draw/svg.h"
#include "draw/text.h"

/* --- what the series cover --- */

/* Pixels of the plot area in squares, of which some have a line through them. */
enum { SQUARE = 4 };

typedef struct coverage {
    const nni_frame *frame;
    unsigned char *squares;
    size_t columns, rows;
} coverage;

static void cover_point(coverage *cover, double x, double y)
{
    const double column = floor((x - cover->frame->left) / SQUARE), row = floor((y - cover->frame->top) / SQUARE);
    if (column >= 0 && row >= 0 && column < (double)cover->columns && row < (double)cover->rows)
        cover->squares[(size_t)row * cover->columns + (size_t)column] = 1;
}

static void cover_line(coverage *cover, double x0, double y0, double x1, double y1)
{
    const double most = 4 * (double)(cover->columns + cover->rows); /* a line that leaves the area far */
    const int steps = (int)fmin(ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)) / SQUARE), most);
    for (int i = 0; i <= steps; i++) {
        const double share = steps > 0 ? (double)i / steps : 0;
        cover_point(cover, x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
    }
}

static void cover_series(coverage *cover, const nni_series *series)
{
    double x_before = NAN, y_before = NAN;
    for (size_t i = 0; i < series->count; i++) {
        const double x = nni_scale_at(&cover->frame->x, nni_series_x(series, i));
        const double y = nni_scale_at(&cover->frame->y, series->y[i]);
        if (!isnan(x) && !isnan(y)) {
            const bool joined = series->form != NNI_SERIES_POINTS && !isnan(x_before);
            cover_line(cover, joined ? x_before : x, joined ? y_before : y, x, y);
        }
        x_before = isnan(y) ? NAN : x;
        y_before = y;
    }
}

/* @return square that a distance from the area's edge lies in, of `count` */
static size_t square_of(double distance, size_t count)
{
    return (size_t)fmin(fmax(distance / SQUARE, 0), (double)(count - 1));
}

/* @return how many squares within a box have a line through them */
static size_t covered(const coverage *cover, const nni_box *box)
{
    const double left = cover->frame->left, top = cover->frame->top;
    const size_t last_row = square_of(box->bottom - top, cover->rows);
    const size_t last_column = square_of(box->right - left, cover->columns);
    size_t count = 0;
    for (size_t row = square_of(box->top - top, cover->rows); row <= last_row; row++)
        for (size_t column = square_of(box->left - left, cover->columns); column <= last_column; column++)
            count += cover->squares[row * cover->columns + column];
    return count;
}

/* --- labels --- */

typedef struct placing {
    FILE *out;
    const nni_frame *frame;
    coverage cover;
    nni_box *boxes; /* of labels and of the marks themselves */
    size_t count;
} placing;

static bool is_free(const placing *p, const nni_box *box)
{
    const double beyond = 2;
    if (box->left < p->frame->left || box->right > p->frame->width || box->top < p->frame->top - beyond ||
        box->bottom > p->frame->bottom + beyond) /* beyond which the axes have theirs */
        return false;
    for (size_t i = 0; i < p->count; i++)
        if (nni_boxes_overlap(&p->boxes[i], box))
            return false;
    return true;
}

/* Tries a place for a label; the one that covers least of the series is kept in `best`. */
static void try_place(const placing *p, double left, double middle, double width, double distance, nni_box *best,
                      double *least)
{
    const double farther = 0.06; /* squares that a label would rather cover than lie a pixel farther away */
    const nni_box box = {left, middle - NNI_TEXT_LINE / 2, left + width, middle + NNI_TEXT_LINE / 2};
    if (!is_free(p, &box))
        return;
    const double cost = (double)covered(&p->cover, &box) + farther * distance;
    if (cost < *least) {
        *least = cost;
        *best = box;
    }
}

static void put_label(placing *p, const char *label, const nni_box *box)
{
    const double base = 12; /* of a line below its top */
    nni_svg_text(p->out, "label", box->left, box->top + base, NNI_ANCHOR_START, 0, label,
                 nni_text_fit(label, box->right - box->left));
    p->boxes[p->count++] = *box;
}

static double label_width(const placing *p, const char *label)
{
    return fmin(nni_text_width(label), 0.6 * (p->frame->right - p->frame->left)) + 1;
}

static void label_point(placing *p, const nni_plot_mark *mark, double x, double y)
{
    enum { RINGS = 13, DIRECTIONS = 16 };
    const double width = label_width(p, mark->label), nearest = 9, apart = 9;
    double least = INFINITY;
    nni_box best = {0, 0, 0, 0};
    for (int i = 0; i < RINGS * DIRECTIONS; i++) {
        const int ring = i / DIRECTIONS;
        const double away = nearest + apart * ring;
        const double angle = (double)(i % DIRECTIONS) * acos(-1) * 2 / DIRECTIONS, dx = cos(angle), dy = sin(angle);
        const double left = x + away * dx - (dx > 0.3 ? 0 : dx < -0.3 ? width : width / 2);
        try_place(p, left, y - (away + 3) * dy, width, away, &best, &least);
    }
    if (isfinite(least))
        put_label(p, mark->label, &best);
}

static void label_line(placing *p, const nni_plot_mark *mark, double x, double y)
{
    const nni_frame *frame = p->frame;
    const double width = label_width(p, mark->label), beside = 5;
    double least = INFINITY;
    nni_box best = {0, 0, 0, 0};
    for (int k = 0; k <= 20; k++) {
        const double share = (double)k / 20;
        if (isnan(y)) /* upright: the label stands beside it, near its top if it can */
            for (int side = 0; side < 2; side++)
                try_place(p, side == 0 ? x + beside : x - beside - width,
                          frame->top + NNI_TEXT_LINE / 2 + share * (frame->bottom - frame->top - NNI_TEXT_LINE), width,
                          20 * share + side, &best, &least);
        else /* lying: above or below it, near its right end */
            for (int side = 0; side < 2; side++)
                try_place(p, frame->right - width - share * (frame->right - frame->left - width),
                          y + (side == 0 ? -1 : 1) * (NNI_TEXT_LINE / 2 + 2), width, 20 * share + side, &best, &least);
    }
    if (isfinite(least))
        put_label(p, mark->label, &best);
}

/* --- marks --- */

static void draw_mark(placing *p, const nni_plot_mark *mark, double x, double y)
{
    const nni_frame *frame = p->frame;
    fprintf(p->out, "<g class=\"s%zu\">", mark->colour % NNI_DRAW_COLOURS);
    if (mark->label)
        nni_svg_title(p->out, mark->label);
    if (!isnan(x) && !isnan(y)) {
        fputs("<circle class=\"mark\"", p->out);
        nni_svg_attribute(p->out, "cx", x);
        nni_svg_attribute(p->out, "cy", y);
        fputs(" r=\"4.5\"/></g>\n", p->out);
        return;
    }
    nni_pen pen = {.out = p->out};
    fputs("<path class=\"across\" d=\"", p->out);
    nni_pen_move(&pen, isnan(x) ? frame->left : x, isnan(x) ? y : frame->top);
    nni_pen_line(&pen, isnan(x) ? frame->right : x, isnan(x) ? y : frame->bottom);
    fputs("\"/></g>\n", p->out);
}

/* Where a mark lies. @return whether it does so within the plot area */
static bool locate(const placing *p, const nni_plot_mark *mark, double *x, double *y)
{
    const double beyond = 1;
    *x = nni_scale_at(&p->frame->x, mark->x);
    *y = nni_scale_at(&p->frame->y, mark->y);
    const bool lies = (!isnan(*x) || isnan(mark->x)) && (!isnan(*y) || isnan(mark->y)) && !(isnan(*x) && isnan(*y));
    return lies && !(*x < p->frame->left - beyond || *x > p->frame->right + beyond || *y < p->frame->top - beyond ||
                     *y > p->frame->bottom + beyond);
}

bool nni_marks_draw(FILE *out, const nni_plot *plot, const nni_frame *frame)
{
    if (plot->mark_count == 0)
        return true;
    placing p = {.out = out, .frame = frame, .cover = {.frame = frame}};
    p.cover.columns = (size_t)((frame->right - frame->left) / SQUARE) + 1;
    p.cover.rows = (size_t)((frame->bottom - frame->top) / SQUARE) + 1;
    p.cover.squares = calloc(p.cover.columns, p.cover.rows);
    p.boxes = malloc(2 * plot->mark_count * sizeof *p.boxes);
    const bool fine = p.cover.squares && p.boxes;
    double x, y;
    for (size_t s = 0; fine && s < plot->series_count; s++)
        cover_series(&p.cover, &plot->series[s]);
    for (size_t i = 0; fine && i < plot->mark_count; i++)
        if (locate(&p, &plot->marks[i], &x, &y)) {
            const double circle = 6;
            draw_mark(&p, &plot->marks[i], x, y);
            if (!isnan(x) && !isnan(y))
                p.boxes[p.count++] = (nni_box){x - circle, y - circle, x + circle, y + circle};
            else
                cover_line(&p.cover, isnan(x) ? frame->left : x, isnan(y) ? frame->top : y, isnan(x) ? frame->right : x,
                           isnan(y) ? frame->bottom : y);
        }
    for (size_t i = 0; fine && i < plot->mark_count; i++)
        if (plot->marks[i].label && locate(&p, &plot->marks[i], &x, &y)) {
            if (isnan(x) || isnan(y))
                label_line(&p, &plot->marks[i], x, y);
            else
                label_point(&p, &plot->marks[i], x, y);
        }
    free(p.boxes);
    free(p.cover.squares);
    return fine;
}
