/* SPDX-License-Identifier: MIT */
#include "report/page/epochs.h"

#include <math.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "support/memory.h"

enum { MOST_CURVES = 8, DESCRIPTION = 600 };
static const double log_from = 20; /* largest over smallest value from which an axis is logarithmic */

typedef struct range {
    double least, most; /* of finite values; least > most: there are none */
} range;

static range range_of(const nni_history *run, const nni_curve *curve)
{
    range all = {INFINITY, -INFINITY};
    for (size_t i = 0; i < run->epochs; i++)
        if (isfinite(curve->values[i])) {
            all.least = fmin(all.least, curve->values[i]);
            all.most = fmax(all.most, curve->values[i]);
        }
    return all;
}

/* A logarithmic axis is for losses and sizes: of accuracies and their like it hides what happens near 1. */
static bool may_be_log(const nni_curve *curve)
{
    bool known;
    return nni_history_lower_is_better(curve->name, &known) || !known;
}

static size_t last_finite(const nni_history *run, const nni_curve *curve)
{
    size_t last = run->epochs;
    while (last > 0 && !isfinite(curve->values[last - 1]))
        last--;
    return last - 1;
}

/* "; test: 0.05 after epoch 30, best 0.04 after epoch 12". @return bytes written, as snprintf */
static size_t describe(const nni_history *run, const nni_curve *curve, const char *name, double scale, char *text,
                       size_t size)
{
    char last[NNI_HTML_NUMBER], best[NNI_HTML_NUMBER];
    const size_t end = last_finite(run, curve), at = nni_history_best(run, curve);
    size_t length = (size_t)snprintf(text, size, "; %s: %s after epoch %.0f", name,
                                     nni_html_number(scale * curve->values[end], 4, last), run->epoch[end]);
    if (at != SIZE_MAX && length < size)
        length += (size_t)snprintf(text + length, size - length, ", best %s after epoch %.0f",
                                   nni_html_number(scale * curve->values[at], 4, best), run->epoch[at]);
    return length;
}

/* Values to be drawn, multiplied where that is asked for. @param scaled  receives what is to be released; NULL: none */
static nn_status scale_values(const nni_history *run, const nni_curve *curve, double scale, double **scaled,
                              nn_error *error)
{
    *scaled = NULL;
    if (scale == 1)
        return NN_OK;
    NN_TRY(nni_reserve(run->epochs, sizeof **scaled, "a plot", scaled, error));
    for (size_t i = 0; i < run->epochs; i++)
        (*scaled)[i] = scale * curve->values[i];
    return NN_OK;
}

nn_status nni_draw_epochs(const nni_page *page, const nni_epoch_plot *asked, nn_error *error)
{
    const nni_history *run = page->run;
    const double scale = asked->scale == 0 ? 1 : asked->scale;
    double *scaled[MOST_CURVES] = {NULL};
    nni_series series[MOST_CURVES];
    range all = {INFINITY, -INFINITY};
    char description[DESCRIPTION], label[64];
    size_t count = 0, length = (size_t)snprintf(description, sizeof description, "%s by epoch", asked->title);
    bool log = true;
    nn_status status = NN_OK;
    for (size_t i = 0; i < asked->count && count < MOST_CURVES && status == NN_OK; i++) {
        const nni_curve *curve = asked->curves[i];
        const range its = curve ? range_of(run, curve) : all;
        if (!curve || its.least > its.most)
            continue;
        log = log && may_be_log(curve);
        all = (range){fmin(all.least, its.least), fmax(all.most, its.most)};
        status = scale_values(run, curve, scale, &scaled[count], error);
        if (length < sizeof description)
            length += describe(run, curve, asked->names[i], scale, description + length, sizeof description - length);
        series[count] = (nni_series){.name = asked->names[i],
                                     .x = run->epoch,
                                     .y = scaled[count] ? scaled[count] : curve->values,
                                     .count = run->epochs,
                                     .colour = i};
        count++;
    }
    const nni_curve *judge = asked->best && run->epochs > 1 ? nni_history_main_curve(run) : NULL;
    const size_t best = judge ? nni_history_best(run, judge) : SIZE_MAX;
    const nni_plot_mark mark = {
        .x = best == SIZE_MAX ? 0 : run->epoch[best], .y = (double)NAN, .label = label, .colour = 7};
    snprintf(label, sizeof label, "best epoch %.0f", mark.x);
    const nni_plot plot = {
        .title = asked->title,
        .description = description,
        .x = {.title = "epoch", .least = (double)NAN, .most = (double)NAN, .whole = true},
        .y = {.title = asked->y_title,
              .least = (double)NAN,
              .most = (double)NAN,
              .log = log && all.least > 0 && all.most > log_from * all.least},
        .series = series,
        .series_count = count,
        .marks = &mark,
        .mark_count = best != SIZE_MAX,
        .width = asked->wide ? 716 : 346,
        .height = asked->wide ? 320 : 230,
        .legend = true,
    };
    if (status == NN_OK && count > 0) {
        fputs(asked->wide ? "<div class=\"wide\">\n" : "<div>\n", page->out);
        if (!nni_draw_plot(page->out, &plot))
            status = nn_fail(error, NN_SYSTEM, "no memory for the plot of %s", asked->title);
        fputs("</div>\n", page->out);
    }
    for (size_t i = 0; i < count; i++)
        nni_release(scaled[i]);
    return status;
}
