/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/theory/parts.h"
#include "support/memory.h"

enum { ROWS = 200, KINDS = NNI_DRAW_COLOURS };

void nni_theory_introduce_fits(FILE *out)
{
    fputs("<p>Each picture shows rows of the data as dots, and the network's answer to every input as a line. With "
          "one hidden layer of <var>n</var> units the network computes</p>\n"
          "<p class=\"formula\"><var>f</var>(<var>x</var>) = <var>c</var> + <var>v</var><sub>1</sub> "
          "&sigma;(<var>w</var><sub>1</sub><var>x</var> + <var>b</var><sub>1</sub>) + &hellip; + "
          "<var>v</var><sub><var>n</var></sub> &sigma;(<var>w</var><sub><var>n</var></sub><var>x</var> + "
          "<var>b</var><sub><var>n</var></sub>),</p>\n"
          "<p>a sum of <var>n</var> copies of one function &sigma;, each shifted, stretched and weighted. With "
          "&sigma; = relu each copy bends at one point, where <var>w</var><var>x</var> + <var>b</var> = 0: the sum "
          "is a chain of at most <var>n</var> + 1 straight pieces. With few units it cuts the corners of a curve; "
          "with many it follows it.</p>\n"
          "<p>That this always works is the theorem of universal approximation (Cybenko 1989; Hornik 1991; for every "
          "&sigma; that is no polynomial Leshno and others 1993): on a bounded region, with enough units, such a sum "
          "comes as near to any continuous function as one likes. The theorem says that good weights exist. It does "
          "not say that training finds them, nor how many units and rows that takes.</p>\n",
          out);
}

/* The error by which the runs of a group are compared. */
struct measure {
    const char *metric, *words;
};

/* One that all runs have: figures of two metrics are not comparable. */
static struct measure measure_of(nni_theory_group group)
{
    for (size_t i = 0; i < group.count; i++)
        if (isnan(nni_history_last(group.runs[i], "test_rmse")))
            return (struct measure){"train_loss", "training loss"};
    return (struct measure){"test_rmse", "test RMSE"};
}

/* Inputs and first targets of rows. @return how many */
static size_t find_rows(const nni_prediction_record *rows, double *x, double *y)
{
    if (!rows || !rows->x || rows->features != 1 || !(rows->target || rows->class_of))
        return 0;
    const size_t shown = rows->rows < ROWS ? rows->rows : ROWS;
    for (size_t i = 0; i < shown; i++) {
        const size_t row = i * rows->rows / shown;
        x[i] = (double)rows->x[row];
        y[i] = rows->target ? rows->target[row * rows->outputs] : (double)rows->class_of[row];
    }
    return shown;
}

/* The range of all targets and curves of a group, so that its pictures have one scale. */
static nni_axis values_of(nni_theory_group group)
{
    nni_axis axis = {.least = INFINITY, .most = -INFINITY};
    double x[ROWS], y[ROWS];
    for (size_t i = 0; i < group.count; i++) {
        const nni_history *run = group.runs[i];
        const nni_frame *frame = &run->frames[run->frame_count - 1];
        const size_t rows = find_rows(run->predictions, x, y);
        for (size_t k = 0; k < rows + frame->width; k++) {
            const double value = k < rows ? y[k] : (double)frame->values[(k - rows) * frame->outputs];
            axis.least = isfinite(value) ? fmin(axis.least, value) : axis.least;
            axis.most = isfinite(value) ? fmax(axis.most, value) : axis.most;
        }
    }
    return axis.least < axis.most ? axis : (nni_axis){.least = NAN, .most = NAN};
}

static bool draw_fit(FILE *out, nni_texts *texts, const nni_history *run, struct measure error, nni_axis values)
{
    const nni_frame *frame = &run->frames[run->frame_count - 1];
    double *room = NULL;
    if (nni_allocate(2 * (ROWS + frame->width), sizeof *room, "a curve", &room, NULL) != NN_OK)
        return false;
    double *x = room + 2 * (size_t)ROWS, *y = x + frame->width;
    for (size_t i = 0; i < frame->width; i++) {
        const double share = frame->width > 1 ? (double)i / (double)(frame->width - 1) : 0;
        x[i] = frame->least[0] + share * (frame->most[0] - frame->least[0]);
        y[i] = (double)frame->values[i * frame->outputs];
    }
    const size_t rows = find_rows(run->predictions, room, room + ROWS);
    const nni_series series[] = {
        {.name = "rows", .form = NNI_SERIES_POINTS, .x = room, .y = room + ROWS, .count = rows, .colour = 0},
        {.name = "network", .form = NNI_SERIES_LINE, .x = x, .y = y, .count = frame->width, .colour = 1},
    };
    const char *reached =
        nni_text(texts, "%s %s", error.words,
                 nni_html_number(nni_history_last(run, error.metric), 3, (char[NNI_HTML_NUMBER]){""}));
    const char *network = nni_theory_network(texts, run);
    const bool drawn = nni_draw_plot(
        out,
        &(nni_plot){.title = nni_text(texts, "%s: %s", network, reached),
                    .description = nni_text(texts, "Rows of the data, and the function that the run %s learnt; %s.",
                                            run->name, reached),
                    .x = {.title = nni_theory_input(run, 0), .least = frame->least[0], .most = frame->most[0]},
                    .y = values,
                    .series = series + !rows, /* without dots that are not there */
                    .series_count = 2 - (size_t)!rows,
                    .legend = true,
                    .width = 340,
                    .height = 250});
    nni_release(room);
    return drawn;
}

/* Activation of the first layer: runs of another one are another series. */
static const char *bend_of(const nni_history *run)
{
    return run->layer_count > 1 && run->layers[0].activation ? run->layers[0].activation : "no hidden layer";
}

static bool draw_errors(FILE *out, nni_texts *texts, nni_theory_group group, struct measure error)
{
    double *room = NULL;
    if (nni_allocate(2 * group.count, sizeof *room, "a curve", &room, NULL) != NN_OK)
        return false;
    nni_series series[2 * KINDS]; /* lines, then their points */
    size_t kinds = 0, at = 0;
    for (size_t first = 0; first < group.count && kinds < KINDS; first++) {
        bool seen = false;
        for (size_t k = 0; k < kinds; k++)
            seen = seen || strcmp(series[k].name, bend_of(group.runs[first])) == 0;
        if (seen)
            continue;
        const size_t begin = at;
        for (size_t i = first; i < group.count; i++)
            if (strcmp(bend_of(group.runs[i]), bend_of(group.runs[first])) == 0) {
                room[at] = (double)nni_theory_hidden_units(group.runs[i]);
                room[group.count + at++] = nni_history_last(group.runs[i], error.metric);
            }
        series[kinds] = (nni_series){.name = bend_of(group.runs[first]),
                                     .form = NNI_SERIES_LINE,
                                     .x = room + begin,
                                     .y = room + group.count + begin,
                                     .count = at - begin,
                                     .colour = kinds};
        kinds++;
    }
    for (size_t k = 0; k < kinds; k++) {
        series[kinds + k] = series[k];
        series[kinds + k].name = NULL;
        series[kinds + k].form = NNI_SERIES_POINTS;
    }
    const bool drawn = nni_draw_plot(
        out, &(nni_plot){.title = nni_text(texts, "%s over hidden units", error.words),
                         .description = nni_text(texts, "The %s of %zu networks over the number of their hidden units.",
                                                 error.words, group.count),
                         .x = {.title = "hidden units", .least = NAN, .most = NAN, .log = true},
                         .y = {.title = error.words, .least = NAN, .most = NAN, .log = true},
                         .series = series,
                         .series_count = 2 * kinds,
                         .legend = true,
                         .width = 340,
                         .height = 250});
    nni_release(room);
    return drawn;
}

nn_status nni_theory_fits(FILE *out, nni_theory_group group, nn_error *error)
{
    nni_texts texts = {0};
    bool drawn = true;
    const struct measure measure = measure_of(group);
    const nni_axis values = values_of(group);
    const nni_history *least = group.runs[0], *most = group.runs[group.count - 1];
    fputs("<h3>", out);
    nni_html_put(out, nni_theory_data(&texts, least));
    fputs("</h3>\n", out);
    const double from = nni_history_last(least, measure.metric), to = nni_history_last(most, measure.metric);
    if (to < from)
        fprintf(out, "<p>%s</p>\n",
                nni_text(&texts, "From %zu to %zu hidden units the %s falls from %s to %s.",
                         nni_theory_hidden_units(least), nni_theory_hidden_units(most), measure.words, NNI_FIGURE(from),
                         NNI_FIGURE(to)));
    fputs("<div class=\"figures small\">\n", out);
    for (size_t i = 0; i < group.count && drawn; i++)
        drawn = draw_fit(out, &texts, group.runs[i], measure, values);
    if (group.count > 1 && drawn)
        drawn = draw_errors(out, &texts, group, measure);
    fputs("</div>\n", out);
    return nni_texts_end(&texts, drawn, error);
}
