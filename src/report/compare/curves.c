/* SPDX-License-Identifier: MIT */
/* Figures that runs share, over epochs: a plot a figure, a line a run. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/compare/comparison.h"
#include "report/page/section.h"
#include "support/extremes.h"
#include "support/memory.h"

/* Points of all lines of a page, so that it stays below 2 MB; a line has no more than a plot has columns. */
enum {
    POINTS_COLOURED = 50000,
    POINTS_PALE_FIRST = 30000,
    POINTS_PALE_OTHERS = 30000,
    POINTS_LEAST = 12,
    POINTS_MOST = 400,
    PALE_MOST = 1000,
    PLOTS_MOST = 24,
    PLOTS_OF_MANY = 10, /* runs */
    MANY = 200,
    NAME_CHARACTERS = 60,
};

static const double FAR = 20, OUTLIERS = 10;

/* The lines of a plot while it is drawn. Owns x and y of each. */
typedef struct lines {
    nni_series *series; /* [count] */
    double **x, **y;    /* [count] */
    char **names;       /* [count] */
    size_t count;
} lines;

static void free_lines(lines *of)
{
    for (size_t i = 0; i < of->count; i++) {
        nni_release(of->x[i]);
        nni_release(of->y[i]);
        nni_release(of->names[i]);
    }
    nni_release(of->series);
    nni_release(of->x);
    nni_release(of->y);
    nni_release(of->names);
}

/* Keeps the least and the greatest value of each of most / 2 equal parts of a line. @return points that are left */
static size_t thin(const double *x, const double *y, size_t count, size_t most, double *x_kept, double *y_kept)
{
    const size_t parts = count > most ? most / 2 : count;
    size_t kept = 0;
    for (size_t part = 0; part < parts; part++) {
        const size_t begin = part * count / parts, end = (part + 1) * count / parts;
        size_t least = begin, greatest = begin;
        for (size_t i = begin; i < end; i++) {
            least = isnan(y[least]) || y[i] < y[least] ? i : least;
            greatest = isnan(y[greatest]) || y[i] > y[greatest] ? i : greatest;
        }
        const size_t first = least < greatest ? least : greatest, second = least < greatest ? greatest : least;
        x_kept[kept] = x[first];
        y_kept[kept++] = y[first];
        if (second > first) {
            x_kept[kept] = x[second];
            y_kept[kept++] = y[second];
        }
    }
    return kept;
}

static nn_status add_line(lines *to, const nni_comparison *c, size_t place, const char *figure, size_t most,
                          nn_error *error)
{
    const nni_history *run = c->runs[c->order[place]];
    const nni_curve *curve = nni_history_curve(run, figure);
    if (!curve)
        return NN_OK;
    const size_t at = to->count, room = run->epochs < most ? run->epochs : most;
    NN_TRY(nni_allocate(room, sizeof(double), "a curve", &to->x[at], error));
    to->count++;
    NN_TRY(nni_allocate(room, sizeof(double), "a curve", &to->y[at], error));
    const size_t count = thin(run->epoch, curve->values, run->epochs, most, to->x[at], to->y[at]);
    to->names[at] = nni_compare_shorten(c->labels.text[c->order[place]], NAME_CHARACTERS);
    to->series[at] = (nni_series){.name = to->names[at],
                                  .x = to->x[at],
                                  .y = to->y[at],
                                  .count = count,
                                  .colour = place < c->coloured ? place : NNI_DRAW_COLOURS - 1,
                                  .faint = place >= c->coloured};
    return NN_OK;
}

/* All values of some lines that are numbers, ascending. @param log  their logarithms, of the positive ones */
static nn_status sort_values(const nni_series *series, size_t series_count, bool log, double **values, size_t *count,
                             nn_error *error)
{
    size_t most = 0;
    *count = 0;
    for (size_t i = 0; i < series_count; i++)
        most += series[i].count;
    NN_TRY(nni_allocate(most, sizeof **values, "the values of curves", values, error));
    for (size_t i = 0; i < series_count; i++)
        for (size_t j = 0; j < series[i].count; j++) {
            const double y = series[i].y[j];
            if (isfinite(y) && (!log || y > 0))
                (*values)[(*count)++] = log ? log10(y) : y;
        }
    qsort(*values, *count, sizeof **values, nni_compare_doubles);
    return NN_OK;
}

/*
 * The axis of values. A loss that falls far is drawn over its logarithm. Where a run explodes, the axis ends before
 * what is farther than ten times the spread of the values of the better half of the coloured runs, so that these stay
 * apart to the eye; of two runs one may explode.
 */
static nn_status choose_axis(const lines *of, size_t coloured, bool lower_is_better, nni_axis *axis, bool *cut,
                             nn_error *error)
{
    double *all = NULL, *best = NULL;
    size_t count = 0, best_count = 0;
    *axis = (nni_axis){.least = NAN, .most = NAN};
    NN_TRY(sort_values(of->series, of->count, false, &all, &count, error));
    axis->log = lower_is_better && count > 0 && all[0] > 0 && all[count - 1] > FAR * all[0];
    nn_status status =
        sort_values(of->series + of->count - coloured, (coloured + 1) / 2, axis->log, &best, &best_count, error);
    if (status == NN_OK && best_count > 0) {
        const double low = best[best_count / 20], high = best[best_count - 1 - best_count / 20];
        const double least_spread = axis->log ? 0.3 : 0.1 * fmax(fabs(low), fabs(high));
        const double spread = fmax(high - low, least_spread);
        const double end = lower_is_better ? high + OUTLIERS * spread : low - OUTLIERS * spread;
        const double edge = axis->log ? pow(10, end) : end;
        size_t first = 0, last = count - 1; /* inside: none of the better half is outside */
        while (lower_is_better && all[last] > edge)
            last--;
        while (!lower_is_better && all[first] < edge)
            first++;
        if (last < count - 1)
            axis->most = all[last] > all[0] ? all[last] : edge;
        if (first > 0)
            axis->least = all[first] < all[count - 1] ? all[first] : edge;
        *cut |= !isnan(axis->least) || !isnan(axis->most);
    }
    nni_release(all);
    nni_release(best);
    return status;
}

/* What a plot shows of which runs. */
typedef struct overlay {
    const char *figure;
    bool first;         /* with the legend, and as wide as the page */
    size_t pale;        /* most lines that are pale */
    size_t points;      /* most of a line in colour */
    size_t pale_points; /* of a pale one */
} overlay;

/* The pale ones lie behind, and are spread over the order where not all are drawn. */
static nn_status add_lines(const nni_comparison *c, const overlay *show, lines *to, size_t *coloured, nn_error *error)
{
    const size_t others = c->count - c->coloured, pale = others < show->pale ? others : show->pale;
    for (size_t i = 0; i < pale; i++)
        NN_TRY(add_line(to, c, c->coloured + i * others / pale, show->figure, show->pale_points, error));
    const size_t behind = to->count;
    for (size_t i = 0; i < c->coloured; i++)
        NN_TRY(add_line(to, c, i, show->figure, show->points, error));
    *coloured = to->count - behind;
    return NN_OK;
}

static nn_status draw(const nni_comparison *c, const overlay *show, lines *of, bool *cut, nn_error *error)
{
    size_t coloured = 0;
    NN_TRY(add_lines(c, show, of, &coloured, error));
    char title[NNI_COMPARE_TITLE], description[256];
    nni_compare_title(show->figure, title);
    snprintf(description, sizeof description, "%s over epochs: %zu runs, %zu of them in colour, %zu pale.", title,
             of->count, coloured, of->count - coloured);
    bool known = false;
    nni_axis axis;
    NN_TRY(choose_axis(of, coloured, nni_history_lower_is_better(show->figure, &known), &axis, cut, error));
    const nni_plot plot = {
        .title = title,
        .description = description,
        .x = {.title = "epoch", .least = NAN, .most = NAN, .whole = true},
        .y = axis,
        .series = of->series,
        .series_count = of->count,
        .width = show->first ? 716 : 346,
        .height = show->first ? 400 : 230,
        .legend = show->first,
    };
    if (show->first)
        fprintf(c->out, "<div class=\"wide tall%s\">\n", of->count > NNI_COMPARE_CROWD ? " crowd" : "");
    const bool drawn = nni_draw_plot(c->out, &plot);
    if (show->first)
        fputs("</div>\n", c->out);
    return drawn ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory: cannot draw %s of the runs", title);
}

static nn_status draw_overlay(const nni_comparison *c, const overlay *show, bool *cut, nn_error *error)
{
    lines of = {0};
    nn_status status = nni_allocate(c->count, sizeof *of.series, "curves", &of.series, error);
    if (status == NN_OK)
        status = nni_allocate(c->count, sizeof *of.x, "curves", &of.x, error);
    if (status == NN_OK)
        status = nni_allocate(c->count, sizeof *of.y, "curves", &of.y, error);
    if (status == NN_OK)
        status = nni_allocate(c->count, sizeof *of.names, "curves", &of.names, error);
    if (status == NN_OK)
        status = draw(c, show, &of, cut, error);
    free_lines(&of);
    return status;
}

static size_t runs_with(const nni_comparison *c, const char *figure)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        count += nni_history_curve(c->runs[i], figure) != NULL;
    return count;
}

static size_t points_of(size_t all, size_t among)
{
    const size_t each = among > 0 ? all / among : POINTS_MOST;
    return each < POINTS_LEAST ? POINTS_LEAST : each > POINTS_MOST ? POINTS_MOST : each;
}

static void put_legend(const nni_comparison *c, size_t plots, size_t left_out, const overlay *first,
                       const overlay *others)
{
    const size_t pale = c->count - c->coloured;
    char title[NNI_COMPARE_TITLE];
    if (pale == 0 && left_out == 0)
        return;
    fputs("<p>", c->out);
    if (pale > 0)
        fprintf(c->out, "The %s%zu runs%s%s are in colour, the other %zu pale", c->comparable ? "" : "first ",
                c->coloured, c->comparable ? " with the best " : " of the table",
                !c->comparable ? ""
                : c->figure    ? nni_compare_title(c->figure, title)
                               : "figures",
                pale);
    if (pale > first->pale)
        fprintf(c->out, ", of which %zu are drawn", first->pale);
    fputs(pale > 0 ? ". " : "", c->out);
    if (pale > 0 && plots > 1 && others->pale == 0)
        fputs("After the first plot, only the coloured ones are drawn. ", c->out);
    if (left_out > 0)
        fprintf(c->out, "%zu more figures are in the table alone.", left_out);
    fputs("</p>\n", c->out);
}

static nn_status draw_all(const nni_comparison *c, const nni_string_set *figures, nn_error *error)
{
    const char *shown[PLOTS_MOST];
    size_t plots = 0, shared = 0;
    for (size_t i = 0; i < figures->count; i++)
        if (runs_with(c, figures->text[i]) > (c->count > 1)) {
            if (shared++ < (c->count > MANY ? PLOTS_OF_MANY : PLOTS_MOST))
                shown[plots++] = figures->text[i];
        }
    if (plots == 0)
        return NN_OK;
    const size_t pale = c->count - c->coloured, drawn = pale < PALE_MOST ? pale : PALE_MOST;
    overlay first = {.first = true,
                     .pale = drawn,
                     .points = points_of(POINTS_COLOURED, plots * c->coloured),
                     .pale_points = points_of(POINTS_PALE_FIRST, drawn)};
    overlay others = first;
    others.first = false;
    others.pale = plots * pale * POINTS_LEAST < POINTS_PALE_OTHERS ? pale : 0;
    others.pale_points = points_of(POINTS_PALE_OTHERS, plots * pale);
    nni_section_begin(c->out, "curves", "Curves");
    put_legend(c, plots, shared - plots, &first, &others);
    fputs("<div class=\"figures small\">\n", c->out);
    nn_status status = NN_OK;
    bool cut = false;
    for (size_t i = 0; i < plots && status == NN_OK; i++) {
        overlay *show = i == 0 ? &first : &others;
        show->figure = shown[i];
        status = draw_overlay(c, show, &cut, error);
    }
    fputs("</div>\n", c->out);
    if (cut)
        fputs("<p class=\"note\">Values that are far worse than those of the best runs lie outside of the plots.</p>\n",
              c->out);
    nni_section_end(c->out);
    return status;
}

nn_status nni_compare_curves(const nni_comparison *c, nn_error *error)
{
    nni_string_set figures = {0};
    nn_status status = nni_compare_figures(c, &figures, error);
    if (status == NN_OK)
        status = draw_all(c, &figures, error);
    nni_string_set_free(&figures);
    return status;
}
