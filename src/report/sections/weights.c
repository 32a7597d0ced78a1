/* SPDX-License-Identifier: MIT */
/* Weights and gradients of the layers over epochs. */
#include <math.h>

#include "draw/pictures.h"
#include "draw/plot.h"
#include "report/page/parts.h"
#include "report/page/section.h"
#include "report/sections/image_pixels.h"
#include "support/extremes.h"
#include "support/memory.h"

enum {
    SPARSE = 40,    /* records: of fewer each has its dot */
    LINES = 16,     /* layers of a plot; of more, evenly spaced ones */
    LAYERS = 6,     /* with histograms */
    RIDGES = 10,    /* of a picture: evenly spaced epochs, the last among them */
    UNITS = 64,     /* of the first layer that are shown */
    PIXELS = 65536, /* of them all: larger images, fewer units */
};

/* @return the i-th of `shown` evenly spaced ones of `count`, the first and the last among them */
static size_t spaced(size_t i, size_t shown, size_t count)
{
    return shown > 1 ? i * (count - 1) / (shown - 1) : count - 1;
}

/* As messages number them, from 0. */
static const char *layer_name(nni_texts *texts, size_t layer)
{
    return nni_text(texts, "layer %zu", layer);
}

/* Says which layers are shown where not all are. */
static void write_choice(FILE *out, size_t shown, size_t layers)
{
    if (shown < layers)
        fprintf(out, "<p>Shown are %zu of the %zu layers, evenly spaced, the first and the last among them.</p>\n",
                shown, layers);
}

/* Says how many epochs have a record where not all have. @param setting  of the section `record` */
static void write_records(FILE *out, size_t records, double epochs, const char *setting)
{
    if ((double)records < epochs)
        fprintf(out,
                "<p class=\"note\">Recorded after %s of %s epochs%s; <code>record: full</code> with "
                "<code>record.%s: 1 epoch</code> records every epoch.</p>\n",
                NNI_AMOUNT(records), NNI_AMOUNT(epochs), records < SPARSE ? ", each a dot" : "", setting);
}

/* --- a line a layer --- */

/* What a plot shows of a record and a layer. */
typedef double figure_of(const nni_history *run, size_t record, size_t layer);

static double weight_norm(const nni_history *run, size_t record, size_t layer)
{
    return run->norms[record].weight[layer];
}

static double gradient_norm(const nni_history *run, size_t record, size_t layer)
{
    return run->norms[record].gradient[layer];
}

static double dead_units(const nni_history *run, size_t record, size_t layer)
{
    return (double)run->histograms[record].layers[layer].dead;
}

struct lines {
    const char *title, *y_title;
    figure_of *of;
    size_t records;
    double *x; /* [records] epochs */
    bool from_zero;
};

/* Draws a line for each layer: of norms on a logarithmic axis where they differ by more than a factor of 100. */
static nn_status draw_lines(const nni_page *page, const struct lines *lines, nn_error *error)
{
    const nni_history *run = page->run;
    const size_t shown = nni_smaller(run->layer_count, LINES), last = lines->records - 1;
    nni_texts texts = {0};
    nni_series series[2 * LINES]; /* lines, then the dots of their records */
    double *y = NULL, least = INFINITY, most = 0;
    bool known = false;
    NN_TRY(nni_allocate(shown * lines->records, sizeof *y, "the layers", &y, error));
    const char *text =
        nni_text(&texts, "%s of each layer over epochs. After epoch %s:", lines->title, NNI_AMOUNT(lines->x[last]));
    for (size_t i = 0; i < shown; i++) {
        const size_t layer = spaced(i, shown, run->layer_count);
        double *of_layer = y + i * lines->records;
        for (size_t k = 0; k < lines->records; k++) {
            of_layer[k] = lines->of(run, k, layer);
            known = known || isfinite(of_layer[k]);
            if (of_layer[k] > 0 && isfinite(of_layer[k])) {
                least = fmin(least, of_layer[k]);
                most = fmax(most, of_layer[k]);
            }
        }
        series[i] = (nni_series){
            .name = layer_name(&texts, layer), .x = lines->x, .y = of_layer, .count = lines->records, .colour = i};
        series[shown + i] = series[i];
        series[shown + i].name = NULL;
        series[shown + i].form = NNI_SERIES_POINTS;
        text = nni_text(&texts, "%s%s %s %s", text, i > 0 ? "," : "", series[i].name, NNI_FIGURE(of_layer[last]));
    }
    const bool log = !lines->from_zero && most > 100 * least;
    const bool drawn =
        !known ||
        nni_draw_plot(page->out,
                      &(nni_plot){.title = lines->title,
                                  .description = nni_text(&texts, "%s.", text),
                                  .x = {.title = "epoch", .least = (double)NAN, .most = (double)NAN, .whole = true},
                                  .y = {.title = lines->y_title,
                                        .least = lines->from_zero ? 0 : (double)NAN,
                                        .most = (double)NAN,
                                        .log = log},
                                  .series = series,
                                  .series_count = lines->records < SPARSE ? 2 * shown : shown,
                                  .width = 346,
                                  .height = 260,
                                  .legend = true});
    nni_release(y);
    return nni_texts_end(&texts, drawn, error);
}

static nn_status write_norms(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    struct lines lines = {.records = run->norm_count};
    NN_TRY(nni_allocate(run->norm_count, sizeof *lines.x, "the epochs", &lines.x, error));
    for (size_t i = 0; i < run->norm_count; i++)
        lines.x[i] = run->norms[i].epoch;
    fputs("<h3>Norms</h3>\n<p>Euclidean norms of the weights and biases of each layer, and of the loss's gradient with "
          "respect to them, in the last step of an epoch. A gradient that falls by orders of magnitude from the last "
          "layer "
          "to the first vanishes on its way; one that grows without bound explodes.</p>\n",
          page->out);
    write_records(page->out, run->norm_count, run->norms[run->norm_count - 1].epoch, "norms");
    write_choice(page->out, nni_smaller(run->layer_count, LINES), run->layer_count);
    nni_row_of_figures_begin(page->out);
    lines.title = "Norm of the weights";
    lines.y_title = "norm";
    lines.of = weight_norm;
    nn_status status = draw_lines(page, &lines, error);
    lines.title = "Norm of the gradient";
    lines.of = gradient_norm;
    if (status == NN_OK)
        status = draw_lines(page, &lines, error);
    nni_row_of_figures_end(page->out);
    nni_release(lines.x);
    return status;
}

/* --- histograms --- */

static const nni_histogram *histogram_of(const nni_history *run, size_t record, size_t layer, size_t kind)
{
    const nni_layer_histograms *of_layer = &run->histograms[record].layers[layer];
    return kind == 0 ? &of_layer->weights : kind == 1 ? &of_layer->activations : &of_layer->gradients;
}

static bool draw_histograms(const nni_page *page, size_t layer, size_t kind, nni_texts *texts)
{
    static const char *const kinds[] = {"weights", "activations", "gradients"};
    const nni_history *run = page->run;
    const size_t shown = nni_smaller(run->histogram_count, RIDGES);
    nni_ridge ridges[RIDGES];
    size_t count = 0;
    for (size_t i = 0; i < shown; i++) {
        const size_t record = spaced(i, shown, run->histogram_count);
        const nni_histogram *histogram = histogram_of(run, record, layer, kind);
        if (histogram->bins > 0 && isfinite(histogram->least) && isfinite(histogram->most))
            ridges[count++] = (nni_ridge){.epoch = run->histograms[record].epoch,
                                          .least = histogram->least,
                                          .most = histogram->most,
                                          .counts = histogram->counts,
                                          .bins = histogram->bins};
    }
    if (count == 0)
        return true;
    const nni_ridge *first = &ridges[0], *last = &ridges[count - 1];
    const bool roots = nni_ridges_are_roots(ridges, count);
    return nni_draw_ridges(
        page->out, nni_text(texts, "%s, %s%s", layer_name(texts, layer), kinds[kind], roots ? " (square roots)" : ""),
        nni_text(texts,
                 "Histograms of the %s of layer %zu over epochs. Their bins lie between %s and %s "
                 "after epoch %.0f, between %s and %s after epoch %.0f.%s",
                 kinds[kind], layer, NNI_FIGURE(first->least), NNI_FIGURE(first->most), first->epoch,
                 NNI_FIGURE(last->least), NNI_FIGURE(last->most), last->epoch,
                 roots ? " Heights are square roots of the counts." : ""),
        kinds[kind], ridges, count);
}

static nn_status write_histograms(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    const size_t shown = nni_smaller(run->layer_count, LAYERS);
    nni_texts texts = {0};
    bool drawn = true;
    fprintf(
        page->out,
        "<h3>Histograms</h3>\n<p>Weights, activations and gradients of each layer, of %zu rows. The newest epoch is in "
        "front. What is further from the mean than five standard deviations is in the outermost bins. Where the "
        "highest "
        "bin is more than 20 times the median one, heights are square roots of the counts, so that the tails are seen; "
        "the title "
        "says "
        "so.</p>\n",
        run->histograms[run->histogram_count - 1].rows);
    write_choice(page->out, shown, run->layer_count);
    for (size_t i = 0; i < shown && drawn; i++) {
        nni_row_of_figures_begin(page->out);
        for (size_t kind = 0; kind < 3 && drawn; kind++)
            drawn = draw_histograms(page, spaced(i, shown, run->layer_count), kind, &texts);
        nni_row_of_figures_end(page->out);
    }
    return nni_texts_end(&texts, drawn, error);
}

/* --- dead units --- */

static nn_status write_dead(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    const nni_histogram_record *newest = &run->histograms[run->histogram_count - 1];
    size_t dead = 0, units = 0;
    fputs("<h3>Dead units</h3>\n<p>", page->out);
    for (size_t layer = 0; layer < run->layer_count; layer++) {
        dead += newest->layers[layer].dead;
        units += run->layers[layer].units;
    }
    if (dead == 0) {
        fprintf(page->out, "After epoch %.0f no unit is dead: each of the %s varies over the %s sampled rows.</p>\n",
                newest->epoch, NNI_AMOUNT(units), NNI_AMOUNT(newest->rows));
        return NN_OK;
    }
    fprintf(page->out, "After epoch %.0f, <strong>%s of %s unit%s %s dead</strong>:", newest->epoch, NNI_AMOUNT(dead),
            NNI_AMOUNT(units), nni_plural(units), dead == 1 ? "is" : "are");
    size_t told = 0, others = 0;
    for (size_t layer = 0; layer < run->layer_count; layer++) {
        if (newest->layers[layer].dead == 0)
            continue;
        if (told < LINES)
            fprintf(page->out, "%s %s of %s in layer %zu", told++ > 0 ? "," : "",
                    NNI_AMOUNT(newest->layers[layer].dead), NNI_AMOUNT(run->layers[layer].units), layer);
        else
            others++;
    }
    if (others > 0)
        fprintf(page->out, " and some in %zu more layer%s", others, nni_plural(others));
    fprintf(
        page->out,
        ". A dead unit has the same output for all of the %s sampled rows, so it cannot tell them apart; one of "
        "relu whose output is 0 gets no gradient either, and does not come back. Where many are dead, try a smaller "
        "learning rate, leaky_relu or a normalization.</p>\n",
        NNI_AMOUNT(newest->rows));
    write_records(page->out, run->histogram_count, newest->epoch, "histograms");
    struct lines lines = {.title = "Dead units",
                          .y_title = "units",
                          .of = dead_units,
                          .records = run->histogram_count,
                          .from_zero = true};
    NN_TRY(nni_allocate(run->histogram_count, sizeof *lines.x, "the epochs", &lines.x, error));
    for (size_t i = 0; i < run->histogram_count; i++)
        lines.x[i] = run->histograms[i].epoch;
    const nn_status status = draw_lines(page, &lines, error);
    nni_release(lines.x);
    return status;
}

/* --- the first layer of images --- */

static nn_status write_first_weights(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    const size_t units = run->layers[0].units;
    const size_t least = nni_larger(1, PIXELS / (run->image_width * run->image_height));
    const size_t shown = nni_smaller(units, nni_smaller(UNITS, least));
    const nni_pixel_scale scale = nni_pixel_scale_of(run->first_weights, shown * run->inputs, true);
    const char *captions[UNITS];
    nni_image_pixels pixels = {0};
    nni_texts texts = {0};
    NN_TRY(nni_image_pixels_of(run, run->first_weights, shown, scale, &pixels, error));
    for (size_t i = 0; i < shown; i++)
        captions[i] = nni_text(&texts, "unit %zu", i);
    const char *colours =
        run->image_channels == 3 ? "grey is 0, and each channel goes from" : "white is 0, and blue to red goes from";
    const char *title = shown < units ? nni_text(&texts, "The first %zu of %s units", shown, NNI_AMOUNT(units))
                                      : nni_text(&texts, "All %zu unit%s", units, nni_plural(units));
    fputs("<h3>Weights of the first layer</h3>\n", page->out);
    const bool drawn = nni_draw_images(
        page->out,
        &(nni_image_strip){
            .title = title,
            .description = nni_text(
                &texts, "The weights of each unit as an image, all on one scale: %s %s to %s.%s%s", colours,
                NNI_FIGURE(scale.least), NNI_FIGURE(scale.most),
                run->image_channels == 1 || run->image_channels == 3 ? "" : " The mean of all channels is shown.",
                pixels.factor > 1 ? " Each pixel is the mean of several." : ""),
            .rgb = pixels.rgb,
            .count = shown,
            .width = pixels.width,
            .height = pixels.height,
            .captions = captions,
            .scale = 64.0 / (double)nni_larger(pixels.width, pixels.height)});
    nni_release(pixels.rgb);
    return nni_texts_end(&texts, drawn, error);
}

nn_status nni_section_weights(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    const bool layers = run->layer_count > 0, histograms = layers && run->histogram_count > 0;
    const bool norms = layers && run->norm_count > 0;
    const bool images = layers && run->first_weights && run->image &&
                        run->image_width * run->image_height * run->image_channels == run->inputs && run->inputs > 0;
    if (!histograms && !norms && !images)
        return NN_OK;
    nn_status status = NN_OK;
    nni_section_begin(page->out, "weights", "Weights");
    if (norms)
        status = write_norms(page, error);
    if (status == NN_OK && histograms)
        status = write_dead(page, error);
    if (status == NN_OK && images)
        status = write_first_weights(page, error);
    if (status == NN_OK && histograms)
        status = write_histograms(page, error);
    nni_section_end(page->out);
    return status;
}
