/* SPDX-License-Identifier: MIT */
/* What networks of one or two inputs compute, and the loss of those with two parameters. */
#include <math.h>
#include <stdint.h>

#include "draw/plot.h"
#include "report/figures/figures.h"
#include "report/figures/frame_colours.h"
#include "report/figures/value_figures.h"
#include "report/page/parts.h"
#include "report/page/section.h"
#include "report/sections/frames.h"
#include "support/extremes.h"
#include "support/memory.h"

enum {
    OUTPUTS = 6, /* with a curve */
    FRAMES = 32, /* of a curve */
    DOTS = 1000, /* rows as dots */
    NAMED = 8,   /* classes of the legend */
    SIDE = 400,  /* pixels of the last frame */
};

/* --- two inputs --- */

static bool has_dots(const nni_history *run)
{
    const nni_prediction_record *record = run->predictions;
    return record && record->x && record->features == run->inputs && record->rows > 0;
}

/* Share of the frame's points at which the network predicts each class. share: [NAMED] */
static void measure_regions(const nni_frame *frame, double share[NAMED])
{
    nni_prediction_record points = {.kind = NN_PREDICTS_CLASSES, .outputs = frame->outputs, .output = frame->values};
    const size_t count = frame->width * frame->height;
    for (size_t i = 0; i < NAMED; i++)
        share[i] = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t predicted = nni_predicted_of(&points, i);
        if (predicted < NAMED)
            share[predicted] += 1 / (double)count;
    }
}

/* The last one larger, with axes, its rows and the names of classes. */
static bool draw_last_frame(const nni_page *page, nni_texts *texts, unsigned char *rgb)
{
    const nni_history *run = page->run;
    const nni_frame *frame = &run->frames[run->frame_count - 1];
    const nni_prediction_record *record = run->predictions;
    const size_t classes = record ? record->class_count : frame->outputs == 1 ? 2 : frame->outputs;
    const size_t named = nni_frames_show_classes(run) ? nni_smaller(classes, NAMED) : 0;
    nni_series names[NAMED];
    double share[NAMED];
    const char *text = nni_text(texts, "What the network predicts over %s and %s after epoch %.0f.",
                                nni_feature_text(texts, run, 0), nni_feature_text(texts, run, 1), frame->epoch);
    measure_regions(frame, share);
    for (size_t i = 0; i < named; i++) {
        names[i] = (nni_series){.name = nni_output_name(texts, run, i), .form = NNI_SERIES_POINTS, .colour = i};
        text = nni_text(texts, "%s %s%s: %s of the area.", text, i == 0 ? "Predictions: " : "", names[i].name,
                        NNI_FIGURE(share[i]));
    }
    return nni_frame_picture(run, frame, SIDE, SIDE, true, rgb) &&
           nni_draw_plot(
               page->out,
               &(nni_plot){
                   .title = nni_text(texts, "After epoch %.0f", frame->epoch),
                   .description = text,
                   .x = {.title = nni_feature_text(texts, run, 0), .least = frame->least[0], .most = frame->most[0]},
                   .y = {.title = nni_feature_text(texts, run, 1), .least = frame->least[1], .most = frame->most[1]},
                   .series = names,
                   .series_count = named,
                   .width = 414,
                   .height = 440,
                   .legend = true,
                   .background = rgb,
                   .background_width = SIDE,
                   .background_height = SIDE});
}

static nn_status write_regions(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    const nni_prediction_record *record = run->predictions;
    const bool classes = nni_frames_show_classes(run);
    nni_texts texts = {0};
    unsigned char *rgb = NULL;
    nn_status status = nni_allocate((size_t)SIDE * SIDE, 3, "a picture", &rgb, error);
    bool drawn = status == NN_OK;
    if (drawn) {
        fprintf(page->out, "<p>%s%s</p>\n",
                classes ? "Colours are predicted classes, stronger where one is further ahead of the next."
                        : "Pale is a small output, dark a large one.",
                !has_dots(run)     ? ""
                : record->class_of ? " Dots are recorded rows in the colours of their true classes."
                : record->target   ? " Dots are recorded rows in the shades of their true values."
                                   : " Dots are recorded rows.");
        if (run->frames[0].outputs > 1 && !classes)
            fputs("<p>The first output is shown.</p>\n", page->out);
        drawn = nni_draw_frames(page->out, run, classes ? "Decision regions over epochs" : "The output over epochs",
                                nni_text(&texts,
                                         "%zu picture%s of what the network predicts over its two inputs, from "
                                         "epoch %.0f to epoch %.0f.",
                                         run->frame_count, nni_plural(run->frame_count), run->frames[0].epoch,
                                         run->frames[run->frame_count - 1].epoch)) &&
                draw_last_frame(page, &texts, rgb);
    }
    nni_release(rgb);
    const nn_status ended = nni_texts_end(&texts, status != NN_OK || drawn, error);
    return status != NN_OK ? status : ended;
}

/* --- one input --- */

/* The curves of one output. */
struct fit {
    const nni_page *page;
    nni_texts *texts;
    size_t output;
    size_t frames; /* shown: all, or evenly spaced ones with the last */
    double *x, *y; /* [frames, width] */
    double *dots;  /* [2, DOTS] */
    size_t dot_count;
};

static const nni_frame *frame_of(const struct fit *fit, size_t i)
{
    const nni_history *run = fit->page->run;
    return &run->frames[fit->frames > 1 ? i * (run->frame_count - 1) / (fit->frames - 1) : run->frame_count - 1];
}

/* What a row should be: its value, or whether it is of the class or has the label. */
static double truth_of(const nni_prediction_record *record, size_t row, size_t output)
{
    if (record->target)
        return record->target[row * record->outputs + output];
    if (record->label)
        return record->label[row * record->outputs + output];
    return record->class_of[row] == (int32_t)(record->outputs == 1 ? 1 : output);
}

static void take_fit(struct fit *fit, size_t width)
{
    for (size_t i = 0; i < fit->frames; i++) {
        const nni_frame *frame = frame_of(fit, i);
        for (size_t k = 0; k < width; k++) {
            const double share = frame->width > 1 ? (double)k / (double)(frame->width - 1) : 0;
            fit->x[i * width + k] = frame->least[0] + share * (frame->most[0] - frame->least[0]);
            fit->y[i * width + k] =
                k < frame->width ? (double)frame->values[k * frame->outputs + fit->output] : (double)NAN;
        }
    }
    const nni_prediction_record *record = fit->page->run->predictions;
    fit->dot_count = has_dots(fit->page->run) ? nni_smaller(record->rows, DOTS) : 0;
    for (size_t i = 0; i < fit->dot_count; i++) {
        const size_t row = i * record->rows / fit->dot_count;
        fit->dots[i] = (double)record->x[row];
        fit->dots[DOTS + i] = truth_of(record, row, fit->output);
    }
}

static const char *describe_fit(const struct fit *fit, const char *name, size_t width)
{
    const nni_prediction_record *record = fit->page->run->predictions;
    const double *last = fit->y + (fit->frames - 1) * width;
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < width; i++) {
        least = fmin(least, last[i]);
        most = fmax(most, last[i]);
    }
    const char *text =
        nni_text(fit->texts,
                 "%s over %s after epoch %.0f, and fainter after %zu earlier ones. It lies "
                 "between %s and %s.",
                 name, nni_feature_text(fit->texts, fit->page->run, 0), frame_of(fit, fit->frames - 1)->epoch,
                 fit->frames - 1, NNI_FIGURE(least), NNI_FIGURE(most));
    if (!record || record->kind != NN_PREDICTS_VALUES)
        return text;
    const nni_value_figures figures = nni_figures_of_values(record, fit->output);
    return nni_text(fit->texts, "%s Root mean squared error of the recorded rows: %s.", text, NNI_FIGURE(figures.rmse));
}

static bool draw_fit(struct fit *fit, size_t width)
{
    const nni_history *run = fit->page->run;
    const bool classes = nni_frames_show_classes(run);
    const bool values = !classes && (!run->predictions || run->predictions->kind == NN_PREDICTS_VALUES);
    const size_t named = classes && run->frames[0].outputs == 1;
    const char *name = nni_output_name(fit->texts, run, fit->output + named); /* one sigmoid speaks of class 1 */
    if (!values)
        name = nni_text(fit->texts, "probability of %s", name);
    nni_series series[FRAMES + 1];
    size_t count = 0;
    take_fit(fit, width);
    if (fit->dot_count > 0)
        series[count++] = (nni_series){.name = "recorded rows",
                                       .form = NNI_SERIES_POINTS,
                                       .x = fit->dots,
                                       .y = fit->dots + DOTS,
                                       .count = fit->dot_count,
                                       .colour = 7,
                                       .faint = true};
    for (size_t i = 0; i < fit->frames; i++) {
        const bool last = i + 1 == fit->frames;
        series[count++] =
            (nni_series){.name = last || i == 0 ? nni_text(fit->texts, "epoch %.0f", frame_of(fit, i)->epoch) : NULL,
                         .x = fit->x + i * width,
                         .y = fit->y + i * width,
                         .count = width,
                         .colour = last ? 0 : 1,
                         .faint = !last};
    }
    return nni_draw_plot(
        fit->page->out,
        &(nni_plot){.title = nni_text(fit->texts, "%s over epochs", name),
                    .description = describe_fit(fit, name, width),
                    .x = {.title = nni_feature_text(fit->texts, run, 0), .least = (double)NAN, .most = (double)NAN},
                    .y = {.title = name, .least = (double)NAN, .most = (double)NAN},
                    .series = series,
                    .series_count = count,
                    .width = 716,
                    .height = 360,
                    .legend = true});
}

static nn_status write_fits(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    const size_t outputs = run->frames[run->frame_count - 1].outputs, shown = nni_smaller(outputs, OUTPUTS);
    size_t width = 0;
    for (size_t i = 0; i < run->frame_count; i++)
        width = nni_larger(width, run->frames[i].width);
    nni_texts texts = {0};
    struct fit fit = {.page = page, .texts = &texts, .frames = nni_smaller(run->frame_count, FRAMES)};
    nn_status status = nni_allocate(fit.frames * width, sizeof *fit.x, "the curves", &fit.x, error);
    if (status == NN_OK)
        status = nni_allocate(fit.frames * width, sizeof *fit.y, "the curves", &fit.y, error);
    if (status == NN_OK)
        status = nni_allocate(2 * (size_t)DOTS, sizeof *fit.dots, "the rows", &fit.dots, error);
    bool drawn = true;
    if (status == NN_OK) {
        if (shown < outputs)
            fprintf(page->out, "<p>The first %zu of the %zu outputs are shown.</p>\n", shown, outputs);
        for (fit.output = 0; fit.output < shown && drawn; fit.output++)
            drawn = draw_fit(&fit, width);
    }
    nni_release(fit.x);
    nni_release(fit.y);
    nni_release(fit.dots);
    const nn_status ended = nni_texts_end(&texts, drawn, error);
    return status != NN_OK ? status : ended;
}

/* --- two parameters --- */

static nn_status write_surface(const nni_page *page, nn_error *error)
{
    const nni_surface *surface = &page->run->surface;
    nni_texts texts = {0};
    const char *text = "The loss over the two parameters of the network.";
    if (surface->path_count > 0) {
        const double *first = surface->path, *last = surface->path + 2 * (surface->path_count - 1);
        const size_t left = nni_surface_left_at(surface);
        text = nni_text(&texts, "%s The path of gradient descent runs from (%s, %s) to (%s, %s) in %zu recorded steps.",
                        text, NNI_FIGURE(first[0]), NNI_FIGURE(first[1]), NNI_FIGURE(last[0]), NNI_FIGURE(last[1]),
                        surface->path_count - 1);
        if (left < surface->path_count)
            text = nni_text(&texts, "%s It leaves the picture at step %.0f.", text, surface->path_step[left]);
    }
    fputs("<h3>Loss surface</h3>\n<p>", page->out);
    nni_html_put(page->out, text);
    fputs("</p>\n", page->out);
    return nni_texts_end(
        &texts, nni_draw_surface(page->out, surface, "Loss surface and path of gradient descent", text), error);
}

nn_status nni_section_pictures(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    if (run->frame_count == 0 && !run->surface.loss)
        return NN_OK;
    nn_status status = NN_OK;
    nni_section_begin(page->out, "pictures", "What the network computes");
    if (run->frame_count > 0)
        status = run->frames[run->frame_count - 1].height > 1 ? write_regions(page, error) : write_fits(page, error);
    if (status == NN_OK && run->surface.loss)
        status = write_surface(page, error);
    nni_section_end(page->out);
    return status;
}
