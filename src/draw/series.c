/* SPDX-License-Identifier: MIT */
#include "draw/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/svg.h"

/* Series of more points, and plots of more of them, tell their values on hovering by a script alone. */
enum { TITLES_OF_SERIES = 100, TITLES_OF_PLOT = 600, FEW_DOTS = 2000 };

double nni_series_x(const nni_series *series, size_t i)
{
    return series->x ? series->x[i] : (double)i;
}

void nni_series_put_class(FILE *out, const nni_series *series)
{
    const size_t dashes = series->faint ? 0 : series->dashed + series->colour / NNI_DRAW_COLOURS;
    fprintf(out, "s%zu", series->colour % NNI_DRAW_COLOURS);
    if (dashes > 0)
        fprintf(out, " d%zu", (dashes - 1) % 3 + 1);
}

/* --- thinning --- */

typedef struct drawing {
    FILE *out;
    const nni_plot *plot;
    const nni_frame *frame;
    nni_box area;
    bool titles;       /* points tell their values */
    double bar_width;  /* pixels of the place that the bars of all series share */
    size_t bar_series; /* that have bars */
    size_t *kept;      /* room for the indices of a series' points */
} drawing;

static double px(const drawing *d, const nni_series *series, size_t i)
{
    return nni_scale_at(&d->frame->x, nni_series_x(series, i));
}

static double py(const drawing *d, const double *y, size_t i)
{
    return nni_scale_at(&d->frame->y, y[i]);
}

static double within(double value, double least, double most)
{
    return fmin(fmax(value, least), most);
}

static bool is_within(const drawing *d, double x, double y)
{
    const double beyond = 0.49; /* which rounds to the edge */
    return x >= d->area.left - beyond && x <= d->area.right + beyond && y >= d->area.top - beyond &&
           y <= d->area.bottom + beyond;
}

static bool is_point(const drawing *d, const nni_series *series, size_t i)
{
    return !isnan(px(d, series, i)) && !isnan(py(d, series->y, i)) && !(series->y2 && isnan(py(d, series->y2, i)));
}

static bool ascends(const nni_series *series, size_t from, size_t to)
{
    for (size_t i = from + 1; series->x && i < to; i++)
        if (series->x[i] < series->x[i - 1])
            return false;
    return true;
}

static void keep(size_t *kept, size_t *count, size_t index)
{
    if (*count == 0 || kept[*count - 1] < index)
        kept[(*count)++] = index;
}

/* Points from `from` to before `to` without which the line would look another: of each column of pixels the first, the
 * least, the most and the last. @return how many */
static size_t thin(const drawing *d, const nni_series *series, const double *y, size_t from, size_t to)
{
    const double columns = d->frame->right - d->frame->left;
    const bool all = (double)(to - from) <= 2 * columns || !ascends(series, from, to);
    size_t count = 0;
    for (size_t i = from; i < to;) {
        const double column = floor(px(d, series, i));
        size_t least = i, most = i, end = i + 1;
        for (; !all && end < to && floor(px(d, series, end)) == column; end++) {
            least = y[end] < y[least] ? end : least;
            most = y[end] > y[most] ? end : most;
        }
        keep(d->kept, &count, i);
        keep(d->kept, &count, least < most ? least : most);
        keep(d->kept, &count, least < most ? most : least);
        keep(d->kept, &count, end - 1);
        i = end;
    }
    return count;
}

/* --- forms --- */

static void draw_run(const drawing *d, nni_pen *pen, const nni_series *series, size_t from, size_t to)
{
    const size_t count = thin(d, series, series->y, from, to);
    for (size_t k = 1; k < count; k++) {
        const double x0 = px(d, series, d->kept[k - 1]), y0 = py(d, series->y, d->kept[k - 1]);
        const double x = px(d, series, d->kept[k]), y = py(d, series->y, d->kept[k]);
        const bool steps = series->form == NNI_SERIES_STEPS;
        if (steps)
            nni_pen_line_within(pen, &d->area, x0, y0, x, y0);
        nni_pen_line_within(pen, &d->area, steps ? x : x0, y0, x, y);
    }
}

/* An edge of a band, whose points beyond the area lie on its edge. */
static void draw_edge(const drawing *d, nni_pen *pen, const nni_series *series, const double *y, size_t k, size_t of)
{
    const nni_box *area = &d->area;
    const double x = within(px(d, series, d->kept[k]), area->left, area->right);
    const double at = within(py(d, y, d->kept[of]), area->top, area->bottom);
    const bool goes_on = pen->command && pen->command != 'z';
    (goes_on ? nni_pen_line : nni_pen_move)(pen, x, at);
}

static void draw_band_run(const drawing *d, nni_pen *pen, const nni_series *series, size_t from, size_t to)
{
    const bool steps = series->form == NNI_SERIES_STEPS;
    const size_t count = thin(d, series, series->y, from, to);
    for (size_t k = 0; k < count; k++) {
        if (steps && k > 0)
            draw_edge(d, pen, series, series->y, k, k - 1);
        draw_edge(d, pen, series, series->y, k, k);
    }
    for (size_t k = thin(d, series, series->y2, from, to); k-- > 0;) {
        draw_edge(d, pen, series, series->y2, k, k);
        if (steps && k > 0)
            draw_edge(d, pen, series, series->y2, k, k - 1);
    }
    nni_pen_close(pen);
}

static void put_dot(const drawing *d, nni_pen *pen, const nni_series *series, size_t i)
{
    const double x = px(d, series, i), y = py(d, series->y, i);
    if (is_within(d, x, y))
        nni_pen_dot(pen, x, y);
}

/* Draws what lies between gaps: as lines and bands, or of single points as dots. */
static void draw_runs(const drawing *d, const nni_series *series, bool dots)
{
    nni_pen pen = {.out = d->out, .whole = series->faint};
    bool begun = false;
    for (size_t from = 0, to; from < series->count; from = to + 1) {
        for (to = from; to < series->count && is_point(d, series, to); to++)
            ;
        if (to == from || (to == from + 1) != dots)
            continue;
        if (!begun)
            fprintf(d->out, "<path class=\"%s\" d=\"", dots ? "dots" : series->y2 ? "band" : "line");
        begun = true;
        if (dots)
            put_dot(d, &pen, series, from);
        else if (series->y2)
            draw_band_run(d, &pen, series, from, to);
        else
            draw_run(d, &pen, series, from, to);
    }
    if (begun)
        fputs("\"/>\n", d->out);
}

/* Dots of very many points: each pixel once. */
static bool draw_cloud(const drawing *d, const nni_series *series)
{
    const nni_box *area = &d->area;
    const size_t columns = (size_t)(area->right - area->left) + 1, rows = (size_t)(area->bottom - area->top) + 1;
    unsigned char *taken = calloc(columns, rows);
    if (!taken)
        return false;
    for (size_t i = 0; i < series->count; i++) {
        const double x = px(d, series, i), y = py(d, series->y, i);
        if (is_within(d, x, y))
            taken[(size_t)lround(x - area->left) * rows + (size_t)lround(y - area->top)] = 1;
    }
    nni_pen pen = {.out = d->out};
    fputs("<path class=\"dots many\" d=\"", d->out);
    for (size_t column = 0; column < columns; column++)
        for (size_t row = 0; row < rows; row++)
            if (taken[column * rows + row])
                nni_pen_dot(&pen, area->left + (double)column, area->top + (double)row);
    fputs("\"/>\n", d->out);
    free(taken);
    return true;
}

static bool draw_dots(const drawing *d, const nni_series *series)
{
    if (series->count > FEW_DOTS)
        return draw_cloud(d, series);
    nni_pen pen = {.out = d->out};
    fprintf(d->out, "<path class=\"dots%s\" d=\"", series->count > FEW_DOTS / 8 ? " many" : "");
    for (size_t i = 0; i < series->count; i++)
        if (is_point(d, series, i))
            put_dot(d, &pen, series, i);
    fputs("\"/>\n", d->out);
    return true;
}

static void put_value(FILE *out, const nni_axis *axis, double value)
{
    char text[NNI_HTML_NUMBER];
    if (axis->categories && value >= 0 && value < (double)axis->category_count && value == floor(value))
        nni_html_put(out, axis->categories[(size_t)value]);
    else
        fputs(nni_html_number(value, 5, text), out);
}

static void put_point_title(const drawing *d, const nni_series *series, size_t i)
{
    fputs("<title>", d->out);
    if (series->titles)
        nni_html_put(d->out, series->titles[i]);
    else {
        if (series->name) {
            nni_html_put(d->out, series->name);
            fputs(", ", d->out);
        }
        if (d->plot->x.title && !d->plot->x.categories) {
            nni_html_put(d->out, d->plot->x.title);
            fputc(' ', d->out);
        }
        put_value(d->out, &d->plot->x, nni_series_x(series, i));
        fputs(": ", d->out);
        put_value(d->out, &d->plot->y, series->y[i]);
    }
    fputs("</title>", d->out);
}

static void draw_bar(const drawing *d, nni_pen *pen, const nni_series *series, size_t i, size_t which)
{
    const nni_box *area = &d->area;
    const double share = 0.86, own = share * d->bar_width / (double)(series->y2 ? 1 : d->bar_series);
    const double from = px(d, series, i) - share * d->bar_width / 2 + own * (double)which;
    const double left = within(from, area->left, area->right), right = within(from + own, area->left, area->right);
    const double zero = series->y2 ? py(d, series->y2, i) : nni_scale_at(&d->frame->y, 0);
    const double base = isnan(zero) ? area->bottom : within(zero, area->top, area->bottom);
    nni_pen_move(pen, left, base);
    nni_pen_line(pen, left, within(py(d, series->y, i), area->top, area->bottom));
    nni_pen_line(pen, right, within(py(d, series->y, i), area->top, area->bottom));
    nni_pen_line(pen, right, base);
    nni_pen_close(pen);
}

static void draw_bars(const drawing *d, const nni_series *series, size_t which)
{
    nni_pen pen = {.out = d->out};
    for (size_t i = 0; i < series->count; i++) {
        if (!is_point(d, series, i))
            continue;
        if (d->titles || !pen.command)
            fputs("<path class=\"bar\" d=\"", d->out);
        draw_bar(d, &pen, series, i, which);
        if (d->titles) {
            pen = (nni_pen){.out = d->out};
            fputs("\">", d->out);
            put_point_title(d, series, i);
            fputs("</path>\n", d->out);
        }
    }
    if (pen.command)
        fputs("\"/>\n", d->out);
}

/* Circles that are not seen, for hovering. */
static void draw_titles(const drawing *d, const nni_series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        if (!is_point(d, series, i) || !is_within(d, px(d, series, i), py(d, series->y, i)))
            continue;
        fputs("<circle class=\"hit\"", d->out);
        nni_svg_attribute(d->out, "cx", px(d, series, i));
        nni_svg_attribute(d->out, "cy", py(d, series->y, i));
        fputs(" r=\"5\">", d->out);
        put_point_title(d, series, i);
        fputs("</circle>\n", d->out);
    }
}

/* --- all series --- */

static double least_distance(const nni_series *series)
{
    double least = INFINITY;
    for (size_t i = 1; i < series->count; i++) {
        const double distance = fabs(nni_series_x(series, i) - nni_series_x(series, i - 1));
        least = distance > 0 && distance < least ? distance : least;
    }
    return least;
}

double nni_series_bar_reach(const nni_plot *plot)
{
    double least = INFINITY;
    bool any = false;
    for (size_t s = 0; s < plot->series_count; s++)
        if (plot->series[s].form == NNI_SERIES_BARS && plot->series[s].count > 0) {
            any = true;
            least = fmin(least, least_distance(&plot->series[s]));
        }
    return !any ? 0 : isfinite(least) ? least / 2 : 0.5;
}

static bool draw_series(drawing *d, const nni_series *series, size_t *bars, size_t *titles)
{
    FILE *out = d->out;
    fputs("<g class=\"series ", out);
    nni_series_put_class(out, series);
    fputs(series->faint ? " faint\"" : "\"", out);
    if (series->name) {
        fputs(" data-name=\"", out);
        nni_html_put(out, series->name);
        fputc('"', out);
    }
    fputs(">\n", out);
    const bool bars_alone = series->form == NNI_SERIES_BARS && !series->y2;
    d->titles = (series->titles || series->name || bars_alone) && !series->faint && (series->titles || !series->y2) &&
                series->count <= TITLES_OF_SERIES && *titles + series->count <= TITLES_OF_PLOT;
    if (!d->titles && series->name)
        nni_svg_title(out, series->name);
    bool fine = true;
    if (series->form == NNI_SERIES_BARS)
        draw_bars(d, series, series->y2 ? 0 : (*bars)++);
    else if (series->form == NNI_SERIES_POINTS)
        fine = draw_dots(d, series);
    else {
        draw_runs(d, series, false);
        draw_runs(d, series, true);
    }
    if (d->titles) {
        *titles += series->count;
        if (series->form != NNI_SERIES_BARS)
            draw_titles(d, series);
    }
    fputs("</g>\n", out);
    return fine;
}

bool nni_series_draw(FILE *out, const nni_plot *plot, const nni_frame *frame)
{
    drawing d = {
        .out = out, .plot = plot, .frame = frame, .area = {frame->left, frame->top, frame->right, frame->bottom}};
    size_t most = 0, bars = 0, titles = 0;
    for (size_t s = 0; s < plot->series_count; s++) {
        most = plot->series[s].count > most ? plot->series[s].count : most;
        d.bar_series += plot->series[s].form == NNI_SERIES_BARS && !plot->series[s].y2;
    }
    const double reach = nni_series_bar_reach(plot);
    d.bar_width = fabs(nni_scale_at(&frame->x, frame->x.least + 2 * reach) - frame->x.start);
    d.kept = malloc((most + 1) * sizeof *d.kept);
    bool fine = d.kept;
    for (size_t s = 0; fine && s < plot->series_count; s++)
        fine = draw_series(&d, &plot->series[s], &bars, &titles);
    free(d.kept);
    return fine;
}
