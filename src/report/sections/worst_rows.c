/* SPDX-License-Identifier: MIT */
#include "report/sections/worst_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "draw/pictures.h"
#include "report/figures/figures.h"
#include "report/page/parts.h"
#include "report/sections/image_pixels.h"
#include "support/extremes.h"
#include "support/memory.h"

enum {
    ROWS = 20,    /* of the table */
    IMAGES = 24,  /* shown */
    FEATURES = 5, /* of a row told */
    LABELS = 5,   /* wrong ones of a row told */
};

/* The rows that are shown. */
struct worst {
    const nni_history *run;
    const nni_prediction_record *record;
    bool images;
    size_t at[IMAGES]; /* [count] indices in record->worst */
    size_t count;
    const double *mean, *spread; /* [features] of the training rows, else over all rows of worst_x; spread 0: a feature
                                    that does not vary there */
    double *measured[2];         /* of these rows, owned */
    double *range;               /* [outputs] of the targets of values */
    nni_texts texts;
};

static bool label_is_wrong(const nni_prediction_record *record, size_t row, size_t label)
{
    const size_t i = row * record->outputs + label;
    return (record->output[i] >= 0.5F) != (record->label[i] != 0);
}

static bool is_wrong(const nni_prediction_record *record, size_t row)
{
    if (record->kind == NN_PREDICTS_CLASSES)
        return nni_predicted_of(record, row) != (size_t)record->class_of[row];
    for (size_t i = 0; i < record->outputs && record->kind == NN_PREDICTS_LABELS; i++)
        if (label_is_wrong(record, row, i))
            return true;
    return record->kind == NN_PREDICTS_VALUES;
}

static void choose(struct worst *worst)
{
    const nni_prediction_record *record = worst->record;
    const nni_history *run = worst->run;
    worst->images = run->image && record->worst_x && run->image_channels > 0 &&
                    run->image_width * run->image_height * run->image_channels == record->features &&
                    record->features == run->inputs;
    for (size_t i = 0; i < record->worst_count && worst->count < (size_t)(worst->images ? IMAGES : ROWS); i++)
        if (is_wrong(record, record->worst[i]))
            worst->at[worst->count++] = i;
}

/* --- what went wrong, in words --- */

static const char *number_of(struct worst *worst, size_t row)
{
    return nni_text(&worst->texts, "%" PRIu64, worst->record->row ? worst->record->row[row] : (uint64_t)row);
}

/* "a (0.12), b (0.03)": labels of a row that were missed, or else that it has not, by how wrong they are. */
static const char *wrong_labels(struct worst *worst, size_t row, bool missed)
{
    const nni_prediction_record *record = worst->record;
    const char *text = "";
    size_t told = 0, count = 0;
    for (size_t i = 0; i < record->outputs; i++) {
        const size_t at = row * record->outputs + i;
        if (!label_is_wrong(record, row, i) || (record->label[at] != 0) != missed)
            continue;
        if (told < LABELS)
            text = nni_text(&worst->texts, "%s%s%s (%s)", text, told++ > 0 ? ", " : "",
                            nni_output_name(&worst->texts, worst->run, i), NNI_FIGURE((double)record->output[at]));
        count++;
    }
    if (count > told)
        text = nni_text(&worst->texts, "%s and %zu more", text, count - told);
    return text;
}

static nn_status measure_ranges(struct worst *worst, nn_error *error)
{
    const nni_prediction_record *record = worst->record;
    NN_TRY(nni_allocate(record->outputs, sizeof *worst->range, "the outputs", &worst->range, error));
    for (size_t i = 0; i < record->outputs; i++) {
        double least = INFINITY, most = -INFINITY;
        for (size_t row = 0; row < record->rows; row++) {
            least = fmin(least, record->target[row * record->outputs + i]);
            most = fmax(most, record->target[row * record->outputs + i]);
        }
        worst->range[i] = most > least ? most - least : 1;
    }
    return NN_OK;
}

/* The output that a row is most wrong about, by its error over the range of the output's targets. */
static size_t worst_output(const struct worst *worst, size_t row)
{
    const nni_prediction_record *record = worst->record;
    size_t furthest = 0;
    double most = -1;
    for (size_t i = 0; i < record->outputs; i++) {
        const size_t at = row * record->outputs + i;
        const double off = fabs(record->value[at] - record->target[at]) / worst->range[i];
        if (off > most || isnan(off)) {
            most = isnan(off) ? INFINITY : off;
            furthest = i;
        }
    }
    return furthest;
}

/* --- as pictures --- */

static const char *caption_of(struct worst *worst, size_t row, bool for_ears)
{
    const nni_prediction_record *record = worst->record;
    nni_texts *texts = &worst->texts;
    const char *beginning = for_ears ? nni_text(texts, "Row %s: ", number_of(worst, row)) : "";
    if (record->kind == NN_PREDICTS_CLASSES) {
        const size_t truth = (size_t)record->class_of[row], predicted = nni_predicted_of(record, row);
        return nni_text(texts, for_ears ? "%strue: %s, predicted: %s with probability %s" : "%s%s, not %s (%s)",
                        beginning, nni_output_name(texts, worst->run, for_ears ? truth : predicted),
                        nni_output_name(texts, worst->run, for_ears ? predicted : truth),
                        NNI_FIGURE(nni_probability_of(record, row, predicted)));
    }
    if (record->kind == NN_PREDICTS_LABELS) {
        const char *missed = wrong_labels(worst, row, true), *added = wrong_labels(worst, row, false);
        return nni_text(texts, "%s%s%s%s%s%s", beginning, *missed ? "missed " : "", missed,
                        *missed && *added ? "; " : "", *added ? "added " : "", added);
    }
    const size_t output = worst_output(worst, row), at = row * record->outputs + output;
    return nni_text(texts, "%s%s%s%s, true %s", beginning,
                    record->outputs > 1 ? nni_output_name(texts, worst->run, output) : "",
                    record->outputs > 1 ? " " : "", NNI_FIGURE(record->value[at]), NNI_FIGURE(record->target[at]));
}

static nn_status draw_images(struct worst *worst, FILE *out, nn_error *error)
{
    const nni_prediction_record *record = worst->record;
    const nni_pixel_scale scale = nni_pixel_scale_of(record->worst_x, record->worst_count * record->features, false);
    const char *captions[IMAGES], *alts[IMAGES];
    float *rows = NULL;
    nni_image_pixels pixels = {0};
    NN_TRY(nni_allocate(worst->count * record->features, sizeof *rows, "the images", &rows, error));
    for (size_t i = 0; i < worst->count; i++) {
        for (size_t k = 0; k < record->features; k++)
            rows[i * record->features + k] = record->worst_x[worst->at[i] * record->features + k];
        captions[i] = nni_text(&worst->texts, "%s\nrow %s", caption_of(worst, record->worst[worst->at[i]], false),
                               number_of(worst, record->worst[worst->at[i]]));
        alts[i] = caption_of(worst, record->worst[worst->at[i]], true);
    }
    const nn_status status = nni_image_pixels_of(worst->run, rows, worst->count, scale, &pixels, error);
    nni_release(rows);
    NN_TRY(status);
    const bool drawn = nni_draw_images(
        out,
        &(nni_image_strip){
            .title = record->kind == NN_PREDICTS_CLASSES
                         ? "What the network predicted, what is true, and the probability of the prediction"
                         : "The most wrong rows first",
            .description = nni_text(
                &worst->texts, "The %zu rows that are most wrong, the worst first. Black is %s, white %s%s%s.",
                worst->count, NNI_FIGURE(scale.least), NNI_FIGURE(scale.most),
                pixels.factor > 1 ? "; made smaller" : "",
                worst->run->image_channels == 1 || worst->run->image_channels == 3 ? "" : "; the mean of all channels"),
            .rgb = pixels.rgb,
            .count = worst->count,
            .width = pixels.width,
            .height = pixels.height,
            .captions = captions,
            .alts = alts});
    nni_release(pixels.rgb);
    return drawn ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory while images are drawn");
}

/* --- as a table --- */

static nn_status measure_features(struct worst *worst, nn_error *error)
{
    const nni_prediction_record *record = worst->record;
    const size_t features = record->features;
    if (worst->run->feature_mean && worst->run->inputs == features) {
        worst->mean = worst->run->feature_mean;
        worst->spread = worst->run->feature_deviation;
        return NN_OK;
    }
    NN_TRY(nni_allocate(features, sizeof *worst->mean, "the features", &worst->measured[0], error));
    NN_TRY(nni_allocate(features, sizeof *worst->spread, "the features", &worst->measured[1], error));
    double *mean = worst->measured[0], *spread = worst->measured[1];
    worst->mean = mean;
    worst->spread = spread;
    for (size_t k = 0; k < features; k++) {
        double sum = 0, squares = 0, count = 0;
        for (size_t i = 0; i < record->worst_count; i++) {
            const double x = (double)record->worst_x[i * features + k];
            sum += isfinite(x) ? x : 0;
            count += isfinite(x);
        }
        mean[k] = count > 0 ? sum / count : 0;
        for (size_t i = 0; i < record->worst_count; i++) {
            const double off = (double)record->worst_x[i * features + k] - mean[k];
            squares += isfinite(off) ? off * off : 0;
        }
        spread[k] = count > 0 ? sqrt(squares / count) : 0;
    }
    return NN_OK;
}

/* "age 71, income 9.1e+04": the features furthest from the mean, in spreads. */
static const char *unusual_features(struct worst *worst, const float *x)
{
    size_t best[FEATURES], count = 0;
    double far[FEATURES];
    for (size_t k = 0; k < worst->record->features; k++) {
        const double off = fabs((double)x[k] - worst->mean[k]);
        const double distance = worst->spread[k] > 0 && isfinite(off) ? off / worst->spread[k] : 0;
        size_t place = count;
        while (place > 0 && far[place - 1] < distance)
            place--;
        if (place == FEATURES)
            continue;
        count = nni_smaller(count + 1, FEATURES);
        for (size_t i = count - 1; i > place; i--) {
            best[i] = best[i - 1];
            far[i] = far[i - 1];
        }
        best[place] = k;
        far[place] = distance;
    }
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = nni_text(&worst->texts, "%s%s%s\u00a0=\u00a0%s", text, i > 0 ? ", " : "",
                        nni_feature_text(&worst->texts, worst->run, best[i]), NNI_FIGURE((double)x[best[i]]));
    return text;
}

/* Says what makes a feature unusual. */
static void write_measure(const struct worst *worst, FILE *out)
{
    const nni_prediction_record *record = worst->record;
    if (record->features <= FEATURES)
        return;
    if (worst->mean == worst->run->feature_mean)
        fputs("<p>The most unusual features of a row are those furthest from their mean over the training rows, in "
              "standard deviations.</p>\n",
              out);
    else if (record->worst_count > 1)
        fprintf(out,
                "<p>The most unusual features of a row are those furthest from their mean over the %zu worst rows, in "
                "standard deviations: this model keeps no deviations of the training rows "
                "(<code>data.normalize: standard</code> does).</p>\n",
                record->worst_count);
    else
        fputs("<p>Of one row the first features are shown: nothing is known that they could be unusual by.</p>\n", out);
}

static void write_cells(struct worst *worst, FILE *out, size_t row)
{
    const nni_prediction_record *record = worst->record;
    nni_texts *texts = &worst->texts;
    if (record->kind == NN_PREDICTS_CLASSES) {
        const size_t predicted = nni_predicted_of(record, row);
        nni_table_text(out, nni_output_name(texts, worst->run, (size_t)record->class_of[row]));
        nni_table_text(out, nni_output_name(texts, worst->run, predicted));
        nni_table_share(out, nni_probability_of(record, row, predicted));
        nni_table_share(out, nni_probability_of(record, row, (size_t)record->class_of[row]));
    } else if (record->kind == NN_PREDICTS_LABELS) {
        nni_table_text(out, wrong_labels(worst, row, true));
        nni_table_text(out, wrong_labels(worst, row, false));
    } else {
        const size_t output = worst_output(worst, row), at = row * record->outputs + output;
        if (record->outputs > 1)
            nni_table_text(out, nni_output_name(texts, worst->run, output));
        nni_table_number(out, record->target[at], 6);
        nni_table_number(out, record->value[at], 6);
        nni_table_number(out, record->value[at] - record->target[at], 4);
    }
}

static nn_status write_table(struct worst *worst, FILE *out, nn_error *error)
{
    const nni_prediction_record *record = worst->record;
    const char *heads[7] = {"Row"};
    if (record->kind == NN_PREDICTS_VALUES && record->outputs > 1)
        fputs("<p>Rows are in the order of their errors over all outputs, in the units that the network learns in: of "
              "scaled targets, standard deviations of each output. The table has the output whose error is largest "
              "as a share of the range of its true values.</p>\n",
              out);
    size_t count = 1;
    if (record->kind == NN_PREDICTS_CLASSES) {
        heads[count++] = "True class";
        heads[count++] = "Predicted";
        heads[count++] = "#Its probability";
        heads[count++] = "#Probability of the true class";
    } else if (record->kind == NN_PREDICTS_LABELS) {
        heads[count++] = "Missed (probability)";
        heads[count++] = "Predicted, but not true (probability)";
    } else {
        if (record->outputs > 1)
            heads[count++] = "Output with the largest error";
        heads[count++] = "#True";
        heads[count++] = "#Predicted";
        heads[count++] = "#Error";
    }
    if (record->worst_x && record->features > 0) {
        NN_TRY(measure_features(worst, error));
        heads[count++] = record->features > FEATURES ? "Most unusual features" : "Features";
        write_measure(worst, out);
    }
    nni_table_begin(out, "worst",
                    record->kind == NN_PREDICTS_CLASSES ? "Wrong rows with the highest probability for the "
                                                          "wrong class, the most confident first"
                                                        : "Rows with the largest errors, the worst first",
                    heads, count);
    for (size_t i = 0; i < worst->count; i++) {
        const size_t row = record->worst[worst->at[i]];
        nni_table_row(out, number_of(worst, row));
        write_cells(worst, out, row);
        if (record->worst_x && record->features > 0)
            nni_table_text(out, unusual_features(worst, record->worst_x + worst->at[i] * record->features));
        nni_table_row_end(out);
    }
    nni_table_end(out);
    return NN_OK;
}

nn_status nni_write_worst_rows(FILE *out, const nni_history *run, nn_error *error)
{
    struct worst worst = {.run = run, .record = run->predictions};
    choose(&worst);
    if (worst.count == 0)
        return NN_OK;
    fprintf(out, "<h3>%s</h3>\n",
            worst.record->kind == NN_PREDICTS_CLASSES ? "The most confident mistakes" : "The worst rows");
    nn_status status = worst.record->kind == NN_PREDICTS_VALUES ? measure_ranges(&worst, error) : NN_OK;
    if (status == NN_OK)
        status = worst.images ? draw_images(&worst, out, error) : write_table(&worst, out, error);
    nni_release(worst.range);
    nni_release(worst.measured[0]);
    nni_release(worst.measured[1]);
    const nn_status ended = nni_texts_end(&worst.texts, true, error);
    return status != NN_OK ? status : ended;
}
