/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "draw/plot.h"
#include "report/figures/value_figures.h"
#include "report/page/parts.h"
#include "report/page/section.h"
#include "report/sections/worst_rows.h"
#include "support/extremes.h"
#include "support/memory.h"

enum {
    OUTPUTS = 6,   /* with pictures */
    LISTED = 50,   /* of a table */
    POINTS = 2000, /* rows as dots, over all pictures of one kind */
    BINS = 48,     /* of the histogram */
    FAR = 5, /* what lies further from the middle of 80 % of values, in widths of it, is left out of scatter plots */
};

/* The pictures of one output. */
struct output {
    FILE *out;
    const nni_history *run;
    const nni_prediction_record *record;
    size_t index;
    nni_value_figures figures;
    const char *name;
    size_t points;               /* [points] rows that are shown, then the worst ones */
    size_t worst;                /* [worst] */
    double *truth, *value, *off; /* [points + worst]; off: predicted - true */
    double *sorted;              /* [finite] errors, ascending */
    size_t finite;
    double least, most; /* true and predicted values that scatter plots show */
    size_t beyond;      /* rows of finite values that they do not */
    nni_texts *texts;
};

static double target_of(const nni_prediction_record *record, size_t row, size_t output)
{
    return record->target[row * record->outputs + output];
}

static double value_of(const nni_prediction_record *record, size_t row, size_t output)
{
    return record->value[row * record->outputs + output];
}

static bool is_shown(const struct output *output, double value)
{
    return value >= output->least && value <= output->most;
}

/* One wild prediction would leave two dots of a picture: limits are taken from most of the values. */
static nn_status find_limits(struct output *output, nn_error *error)
{
    const nni_prediction_record *record = output->record;
    double *all = NULL;
    size_t count = 0;
    NN_TRY(nni_allocate(2 * record->rows, sizeof *all, "the values", &all, error));
    for (size_t row = 0; row < record->rows; row++) {
        const double pair[] = {target_of(record, row, output->index), value_of(record, row, output->index)};
        for (size_t i = 0; i < 2; i++)
            if (isfinite(pair[i]))
                all[count++] = pair[i];
    }
    qsort(all, count, sizeof *all, nni_compare_doubles);
    const double low = count > 0 ? all[(count - 1) / 10] : 0, high = count > 0 ? all[count - 1 - (count - 1) / 10] : 0;
    const double reach = high > low ? FAR * (high - low) : INFINITY;
    nni_release(all);
    output->least = low - reach;
    output->most = high + reach;
    for (size_t row = 0; row < record->rows; row++) {
        const double truth = target_of(record, row, output->index), value = value_of(record, row, output->index);
        output->beyond += isfinite(truth) && isfinite(value) && !(is_shown(output, truth) && is_shown(output, value));
    }
    return NN_OK;
}

static void take_row(struct output *output, size_t row, size_t place)
{
    output->truth[place] = target_of(output->record, row, output->index);
    output->value[place] = value_of(output->record, row, output->index);
    if (!is_shown(output, output->truth[place]) || !is_shown(output, output->value[place]))
        output->value[place] = (double)NAN;
    output->off[place] = output->value[place] - output->truth[place];
}

static nn_status take_rows(struct output *output, nn_error *error)
{
    const nni_prediction_record *record = output->record;
    const size_t all = output->points + output->worst;
    NN_TRY(nni_allocate(all, sizeof *output->truth, "the values", &output->truth, error));
    NN_TRY(nni_allocate(all, sizeof *output->value, "the values", &output->value, error));
    NN_TRY(nni_allocate(all, sizeof *output->off, "the values", &output->off, error));
    NN_TRY(nni_allocate(record->rows, sizeof *output->sorted, "the errors", &output->sorted, error));
    NN_TRY(find_limits(output, error));
    for (size_t i = 0; i < output->points; i++)
        take_row(output, i * record->rows / output->points, i);
    for (size_t i = 0; i < output->worst; i++)
        take_row(output, record->worst[i], output->points + i);
    for (size_t row = 0; row < record->rows; row++) {
        const double off = value_of(record, row, output->index) - target_of(record, row, output->index);
        if (isfinite(off))
            output->sorted[output->finite++] = off;
    }
    qsort(output->sorted, output->finite, sizeof *output->sorted, nni_compare_doubles);
    return NN_OK;
}

static double quantile(const struct output *output, double share)
{
    return output->sorted[(size_t)(share * (double)(output->finite - 1) + 0.5)];
}

/* Dots of the rows, and of the worst ones where not all are shown. */
static bool draw_dots(const struct output *output, bool residuals)
{
    const double *x = residuals ? output->value : output->truth, *y = residuals ? output->off : output->value;
    const nni_series series[] = {
        {.name = "rows", .form = NNI_SERIES_POINTS, .x = x, .y = y, .count = output->points},
        {.name = "worst rows",
         .form = NNI_SERIES_POINTS,
         .x = x + output->points,
         .y = y + output->points,
         .count = output->worst,
         .colour = 1},
    };
    const nni_plot_mark zero = {.x = (double)NAN, .y = 0};
    const char *description =
        residuals
            ? nni_text(output->texts,
                       "Errors of %s, predicted minus true, over the prediction. Mean error %s; half of the rows are "
                       "between %s and %s.",
                       output->name, NNI_FIGURE(output->figures.bias), NNI_FIGURE(quantile(output, 0.25)),
                       NNI_FIGURE(quantile(output, 0.75)))
            : nni_text(output->texts,
                       "Predicted over true values of %s; on the diagonal they are equal. R2 %s, root mean squared "
                       "error %s, mean absolute error %s.",
                       output->name, NNI_FIGURE(output->figures.r2), NNI_FIGURE(output->figures.rmse),
                       NNI_FIGURE(output->figures.mae));
    return nni_draw_plot(
        output->out,
        &(nni_plot){.title = residuals ? "Residuals over the prediction" : "Predicted over true values",
                    .description = description,
                    .x = {.title = residuals ? "predicted" : "true", .least = (double)NAN, .most = (double)NAN},
                    .y = {.title = residuals ? "predicted \u2212 true" : "predicted",
                          .least = (double)NAN,
                          .most = (double)NAN},
                    .series = series,
                    .series_count = output->worst > 0 ? 2 : 1,
                    .marks = &zero,
                    .mark_count = residuals,
                    .width = 346,
                    .height = 300,
                    .square = !residuals,
                    .diagonal = !residuals,
                    .legend = true});
}

/* Bins over the middle of the errors, as far as 5 times their middle half goes: a few wild ones would leave one bar. */
static bool draw_histogram(const struct output *output)
{
    const double half = quantile(output, 0.75) - quantile(output, 0.25), median = quantile(output, 0.5);
    double least = output->sorted[0], most = output->sorted[output->finite - 1];
    if (half > 0) {
        least = fmax(least, median - 5 * half);
        most = fmin(most, median + 5 * half);
    }
    if (!(most > least)) {
        least -= fmax(fabs(least), 1) / 2;
        most += fmax(fabs(most), 1) / 2;
    }
    double middle[BINS], counts[BINS] = {0};
    const double width = (most - least) / BINS;
    size_t outside = 0;
    for (size_t i = 0; i < BINS; i++)
        middle[i] = least + ((double)i + 0.5) * width;
    for (size_t i = 0; i < output->finite; i++) {
        const double off = output->sorted[i];
        if (off < least || off > most)
            outside++;
        else
            counts[nni_smaller((size_t)((off - least) / width), BINS - 1)]++;
    }
    const char *beyond = outside > 0 ? nni_text(output->texts, " %s row%s lie%s beyond the picture.",
                                                NNI_AMOUNT(outside), nni_plural(outside), outside == 1 ? "s" : "")
                                     : "";
    const nni_series series = {.form = NNI_SERIES_BARS, .x = middle, .y = counts, .count = BINS};
    const nni_plot_mark zero = {.x = 0, .y = (double)NAN};
    const bool drawn = nni_draw_plot(
        output->out, &(nni_plot){.title = "Residuals",
                                 .description = nni_text(
                                     output->texts, "How many rows have which error of %s. Median %s, from %s to %s.%s",
                                     output->name, NNI_FIGURE(median), NNI_FIGURE(output->sorted[0]),
                                     NNI_FIGURE(output->sorted[output->finite - 1]), beyond),
                                 .x = {.title = "predicted \u2212 true", .least = least, .most = most},
                                 .y = {.title = "rows", .most = (double)NAN},
                                 .series = &series,
                                 .series_count = 1,
                                 .marks = &zero,
                                 .mark_count = least < 0 && most > 0,
                                 .width = 346,
                                 .height = 300});
    if (*beyond)
        fprintf(output->out, "<p class=\"note\">Histogram:%s</p>\n", beyond);
    return drawn;
}

static nn_status write_output(struct output *output, nn_error *error)
{
    nn_status status = take_rows(output, error);
    bool drawn = true;
    if (status == NN_OK && output->finite > 0) {
        nni_row_of_figures_begin(output->out);
        drawn = draw_dots(output, false) && draw_dots(output, true) && draw_histogram(output);
        nni_row_of_figures_end(output->out);
        if (output->beyond > 0)
            fprintf(output->out,
                    "<p class=\"note\">Scatter plots leave out %s row%s far beyond the others; figures and histogram "
                    "are of all.</p>\n",
                    NNI_AMOUNT(output->beyond), nni_plural(output->beyond));
    }
    nni_release(output->truth);
    nni_release(output->value);
    nni_release(output->off);
    nni_release(output->sorted);
    if (status == NN_OK && !drawn)
        return nn_fail(error, NN_SYSTEM, "out of memory while values are drawn");
    return status;
}

/* --- the table --- */

struct figures_of {
    size_t output;
    nni_value_figures figures;
};

/* Lowest R2 first, NaN before all. */
static int by_r2(const void *left, const void *right)
{
    const struct figures_of *a = left, *b = right;
    const double r[] = {isnan(a->figures.r2) ? -INFINITY : a->figures.r2,
                        isnan(b->figures.r2) ? -INFINITY : b->figures.r2};
    if (r[0] != r[1])
        return r[0] < r[1] ? -1 : 1;
    return (a->output > b->output) - (a->output < b->output);
}

static void write_table(const nni_page *page, struct figures_of *all, size_t count, nni_texts *texts)
{
    static const char *const heads[] = {"Output", "#R\u00b2", "#RMSE", "#MAE", "#Mean error"};
    const char *caption = count == 1 ? "Figures of the output" : "Figures of each output";
    double r2 = 0;
    for (size_t i = 0; i < count; i++)
        r2 += all[i].figures.r2 / (double)count;
    if (count > 1) {
        fputs("<p>Mean R&sup2; over the outputs: ", page->out);
        nni_put_figure(page->out, "mean_r2", r2);
        fputs(".</p>\n", page->out);
    }
    if (count > LISTED) {
        qsort(all, count, sizeof *all, by_r2);
        caption = nni_text(texts, "The %d of %s outputs with the lowest R\u00b2", LISTED, NNI_AMOUNT(count));
    }
    nni_table_begin(page->out, "values", caption, heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < nni_smaller(count, LISTED); i++) {
        nni_table_row(page->out, nni_output_name(texts, page->run, all[i].output));
        nni_table_share(page->out, all[i].figures.r2);
        nni_table_number(page->out, all[i].figures.rmse, 4);
        nni_table_number(page->out, all[i].figures.mae, 4);
        nni_table_number(page->out, all[i].figures.bias, 4);
        nni_table_row_end(page->out);
    }
    nni_table_end(page->out);
}

static void write_introduction(const nni_page *page)
{
    const nni_prediction_record *record = page->run->predictions;
    size_t infinite = 0;
    for (size_t row = 0; row < record->rows; row++) {
        bool finite = true;
        for (size_t i = 0; i < record->outputs; i++)
            finite = finite && isfinite(value_of(record, row, i));
        infinite += !finite;
    }
    fputs("<p>", page->out);
    nni_put_prediction_rows(page->out, record);
    if (infinite > 0)
        fprintf(page->out, "<strong>Predictions of %s row%s are not finite: the network has diverged.</strong>",
                NNI_AMOUNT(infinite), nni_plural(infinite));
    fputs("</p>\n", page->out);
}

static nn_status write_outputs(const nni_page *page, struct figures_of *all, nni_texts *texts, nn_error *error)
{
    const nni_prediction_record *record = page->run->predictions;
    const size_t shown = nni_smaller(record->outputs, OUTPUTS), points = nni_smaller(record->rows, POINTS / shown);
    write_introduction(page);
    for (size_t i = 0; i < record->outputs; i++)
        all[i] = (struct figures_of){i, nni_figures_of_values(record, i)};
    struct figures_of first[OUTPUTS];
    for (size_t i = 0; i < shown; i++)
        first[i] = all[i];
    write_table(page, all, record->outputs, texts);
    if (shown < record->outputs)
        fprintf(page->out, "<p>Pictures are of the first %zu of the %s outputs.</p>\n", shown,
                NNI_AMOUNT(record->outputs));
    if (points < record->rows)
        fprintf(page->out,
                "<p>The dots are %s evenly spaced rows of the %s%s; figures and histograms are of all.</p>\n",
                NNI_AMOUNT(points), NNI_AMOUNT(record->rows), record->worst_count > 0 ? ", and the worst rows" : "");
    for (size_t i = 0; i < shown; i++) {
        struct output output = {.out = page->out,
                                .run = page->run,
                                .record = record,
                                .index = i,
                                .figures = first[i].figures,
                                .points = points,
                                .worst = record->worst_count,
                                .texts = texts};
        output.name = nni_output_name(texts, page->run, i);
        if (record->outputs > 1) {
            fputs("<h3>", page->out);
            nni_html_put(page->out, output.name);
            fputs("</h3>\n", page->out);
        }
        NN_TRY(write_output(&output, error));
    }
    return nni_write_worst_rows(page->out, page->run, error);
}

nn_status nni_section_values(const nni_page *page, nn_error *error)
{
    const nni_prediction_record *record = page->run->predictions;
    if (!record || record->rows == 0 || record->outputs == 0 || record->kind != NN_PREDICTS_VALUES)
        return NN_OK;
    struct figures_of *all = NULL;
    nni_texts texts = {0};
    NN_TRY(nni_allocate(record->outputs, sizeof *all, "the outputs", &all, error));
    nni_section_begin(page->out, "values", "Values");
    const nn_status status = write_outputs(page, all, &texts, error);
    nni_section_end(page->out);
    nni_release(all);
    const nn_status ended = nni_texts_end(&texts, true, error);
    return status != NN_OK ? status : ended;
}
