/* SPDX-License-Identifier: MIT */
/* Sections of a report's page, from histories that are made up here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page/section.h"
#include "report/sections/image_pixels.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

static uint64_t state = 1;

static double random_share(void)
{
    state = next_random(state);
    return (double)(state >> 40) / (double)(1 << 24);
}

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
    return memory;
}

/* What a section writes. To be freed. */
static char *written(nni_section section, const nni_history *run)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    nn_error error = {.message = ""};
    const nn_status status = section(&(nni_page){.out = out, .run = run}, &error);
    CU_ASSERT_EQUAL(fclose(out), 0);
    CU_ASSERT_EQUAL(status, NN_OK);
    CU_ASSERT_PTR_NULL(strstr(text, "=\"nan"));
    CU_ASSERT_PTR_NULL(strstr(text, "=\"-nan"));
    CU_ASSERT_PTR_NULL(strstr(text, "=\"inf"));
    return text;
}

static void check_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fprintf(stderr, "\nthere is no \"%s\" in:\n%.3000s\n", part, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

/* The exact value of a figure; NAN: it is not there. */
static double figure(const char *text, const char *name)
{
    char begin[64];
    snprintf(begin, sizeof begin, "data-figure=\"%s\" data-value=\"", name);
    const char *at = strstr(text, begin);
    return at ? strtod(at + strlen(begin), NULL) : (double)NAN;
}

/* Values of the cells of a table, as far as they are numbers. @return how many */
static size_t cells(const char *text, const char *table, double *values, size_t capacity)
{
    char begin[64];
    snprintf(begin, sizeof begin, "data-figure=\"%s\"><caption>", table);
    const char *at = strstr(text, begin), *end = at ? strstr(at, "</table>") : NULL;
    size_t count = 0;
    while (end && (at = strstr(at, " data-value=\"")) && at < end && count < capacity) {
        at += strlen(" data-value=\"");
        values[count++] = strtod(at, NULL);
    }
    return count;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static void name(nni_string_set *set, const char *text)
{
    CU_ASSERT_EQUAL_FATAL(nni_string_set_add(set, text, NULL), NN_OK);
}

/* --- classes --- */

/* Rows of classes 0, 1, 2 ... by turns, a third of them predicted as another. */
static nni_prediction_record made_classes(size_t rows, size_t classes)
{
    nni_prediction_record record = {.kind = NN_PREDICTS_CLASSES,
                                    .split = "test",
                                    .epoch = 7,
                                    .split_rows = rows,
                                    .rows = rows,
                                    .outputs = classes,
                                    .class_count = classes,
                                    .features = 8};
    record.output = take(rows * classes, sizeof *record.output);
    record.class_of = take(rows, sizeof *record.class_of);
    record.row = take(rows, sizeof *record.row);
    record.worst = take(rows, sizeof *record.worst);
    record.worst_x = take(rows * record.features, sizeof *record.worst_x);
    for (size_t row = 0; row < rows; row++) {
        const size_t truth = row % classes, predicted = row % 3 == 2 ? (truth + 1) % classes : truth;
        record.class_of[row] = (int32_t)truth;
        record.row[row] = 100 + row;
        record.output[row * classes + predicted] = 0.9F;
        record.output[row * classes + (predicted + 1) % classes] += 0.1F;
        if (predicted != truth)
            record.worst[record.worst_count++] = row;
    }
    for (size_t i = 0; i < rows * record.features; i++)
        record.worst_x[i] = (float)random_share();
    return record;
}

static void free_predictions(nni_prediction_record *record)
{
    free(record->output);
    free(record->value);
    free(record->class_of);
    free(record->label);
    free(record->target);
    free(record->row);
    free(record->worst);
    free(record->worst_x);
}

static void classes_have_their_matrix_and_figures(void)
{
    nni_prediction_record record = made_classes(30, 3);
    nni_history run = {.predictions = &record, .inputs = 8};
    name(&run.class_names, "cat");
    name(&run.class_names, "<script>alert(1)</script>");
    name(&run.class_names, "a \"quoted\" dog");
    char *text = written(nni_section_classes, &run);
    double counts[9] = {0};
    CU_ASSERT_EQUAL(cells(text, "confusion", counts, 9), 9);
    /* Of row % 3 == 2, which is all of class 2, all are predicted as class 0. */
    const double expected[] = {10, 0, 0, 0, 10, 0, 10, 0, 0};
    for (size_t i = 0; i < 9; i++)
        CU_ASSERT_EQUAL(counts[i], expected[i]);
    CU_ASSERT_DOUBLE_EQUAL(figure(text, "accuracy"), 2.0 / 3, 1e-15);
    /* One bin of probability 0.9, of which 2 of 3 are right. */
    CU_ASSERT_DOUBLE_EQUAL(figure(text, "ece"), (double)0.9F - 2.0 / 3, 1e-12);
    check_has(text, "The 30 rows of the test split, as predicted after epoch 7.");
    check_has(text, "Most confused: a &quot;quoted&quot; dog predicted as cat in 10 of 10.");
    check_has(text, "<th scope=\"row\">102</th>"); /* row 2 of the record, a mistake */
    CU_ASSERT_PTR_NULL(strstr(text, "<script>"));
    free(text);
    nni_string_set_free(&run.class_names);
    free_predictions(&record);
}

static void sums_of_weights_fit_into_their_cells(void)
{
    nni_prediction_record record = made_classes(30, 3);
    nni_history run = {.predictions = &record, .inputs = 8};
    double weight[30];
    for (size_t i = 0; i < 30; i++)
        weight[i] = 9.4573312;
    record.weight = weight;
    char *text = written(nni_section_classes, &run);
    CU_ASSERT_EQUAL(occurrences(text, ">94.6</text>"), 3);
    check_has(text, "Weight predicted");
    free(text);
    free_predictions(&record);
}

static void features_of_worst_rows_are_measured_by_the_training_rows(void)
{
    nni_prediction_record record = made_classes(30, 3);
    double mean[8] = {0}, deviation[8] = {1, 1, 1, 1, 1, 1, 1, 0};
    nni_history run = {.predictions = &record, .inputs = 8, .feature_mean = mean, .feature_deviation = deviation};
    record.worst_count = 1;
    for (size_t k = 0; k < 8; k++)
        record.worst_x[k] = 1000;
    mean[0] = mean[1] = mean[2] = mean[3] = 1000;
    deviation[5] = 0.1;
    char *text = written(nni_section_classes, &run);
    check_has(text, "over the training rows, in standard deviations");
    check_has(text, "<td>feature 5\u00a0=\u00a01000, feature 4\u00a0=\u00a01000, feature 6\u00a0=\u00a01000, ");
    free(text);
    run.feature_mean = NULL;
    text = written(nni_section_classes, &run);
    check_has(text, "nothing is known that they could be unusual by");
    free(text);
    free_predictions(&record);
}

static void two_classes_have_one_curve_by_name(void)
{
    nni_prediction_record record = made_classes(40, 2);
    nni_history run = {.predictions = &record, .inputs = 8};
    name(&run.class_names, "no");
    name(&run.class_names, "yes");
    char *text = written(nni_section_classes, &run);
    check_has(text, "ROC and precision-recall curves of yes against no: area under the ROC curve (AUROC)");
    CU_ASSERT_TRUE(figure(text, "auroc") > 0.5 && figure(text, "auroc") < 1);
    free(text);
    nni_string_set_free(&run.class_names);
    free_predictions(&record);
}

static void one_row_and_a_class_without_rows_are_told(void)
{
    nni_prediction_record record = made_classes(1, 3);
    nni_history run = {.predictions = &record, .inputs = 8};
    char *text = written(nni_section_classes, &run);
    check_has(text, "The 1 row of the test split");
    check_has(text, "There are no ROC and precision-recall curves");
    check_has(text, "Of 3 classes, 1 has rows here or is predicted");
    free(text);
    record.rows = 0;
    text = written(nni_section_classes, &run);
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
    free_predictions(&record);
    record = made_classes(40, 3);
    for (size_t row = 0; row < record.rows; row++)
        record.class_of[row] = record.class_of[row] == 2 ? 1 : record.class_of[row];
    text = written(nni_section_classes, &run);
    check_has(text, "1 of 3 classes have no curves");
    free(text);
    free_predictions(&record);
}

static void outputs_that_are_no_numbers_are_told(void)
{
    nni_prediction_record record = made_classes(30, 3);
    nni_history run = {.predictions = &record, .inputs = 8};
    for (size_t i = 0; i < 15; i++)
        record.output[i] = NAN;
    record.worst_x[0] = NAN;
    char *text = written(nni_section_classes, &run);
    check_has(text, "Outputs of 5 rows are not numbers");
    check_has(text, "There are no ROC and precision-recall curves");
    free(text);
    for (size_t i = 0; i < 3 * record.rows; i++)
        record.output[i] = NAN;
    text = written(nni_section_classes, &run);
    check_has(text, "Outputs of 30 rows are not numbers");
    free(text);
    free_predictions(&record);
}

static void of_10000_classes_the_most_confused_are_shown(void)
{
    nni_prediction_record record = made_classes(400, 10000);
    nni_history run = {.predictions = &record, .inputs = 8};
    for (size_t row = 0; row < 20; row++) { /* 20 rows of class 4321 are taken for class 77 */
        memset(record.output + row * record.outputs, 0, record.outputs * sizeof *record.output);
        record.class_of[row] = 4321;
        record.output[row * record.outputs + 77] = 1;
    }
    char *text = written(nni_section_classes, &run);
    double figures[400];
    check_has(text, "Of 10,000 classes the matrix shows the 20 that are most confused");
    check_has(text, "class 4321 predicted as class 77 in 20 of 20");
    check_has(text, "with the lowest F1");
    check_has(text, "the 4 with the lowest AUROC are shown, and the mean over all");
    CU_ASSERT_TRUE(cells(text, "confused", figures, 400) == 40 && figures[0] == 20 && figures[1] == 1);
    CU_ASSERT_TRUE(cells(text, "classes", figures, 400) >= 250); /* of those without rows there are no areas */
    CU_ASSERT_EQUAL(occurrences(strstr(text, "with the lowest F1"), "<th scope=\"row\">"), 50 + 20); /* and mistakes */
    CU_ASSERT_TRUE(strlen(text) < 300000);
    free(text);
    free_predictions(&record);
}

static void long_names_are_not_told_by_every_cell(void)
{
    enum { CLASSES = 30, LENGTH = 1000 };
    nni_prediction_record record = made_classes(4 * CLASSES * CLASSES, CLASSES);
    nni_history run = {.predictions = &record, .inputs = 8};
    char long_name[LENGTH + 1];
    memset(long_name, 'x', LENGTH);
    for (size_t i = 0; i < CLASSES; i++) {
        snprintf(long_name + LENGTH - 2, 3, "%02zu", i);
        name(&run.class_names, long_name);
    }
    record.worst_count = 0;
    for (size_t row = 0; row < record.rows; row++) /* each class is predicted as each */
        for (size_t i = 0; i < CLASSES; i++)
            record.output[row * CLASSES + i] = i == row / CLASSES % CLASSES;
    char *text = written(nni_section_classes, &run);
    CU_ASSERT_EQUAL(occurrences(text, "\u2026: 4</title>"), CLASSES * CLASSES);
    CU_ASSERT_TRUE(strlen(text) < 600000);
    free(text);
    nni_string_set_free(&run.class_names);
    free_predictions(&record);
}

static void mistakes_of_images_are_pictures(void)
{
    nni_prediction_record record = made_classes(30, 3);
    nni_history run = {
        .predictions = &record, .inputs = 8, .image = true, .image_width = 4, .image_height = 2, .image_channels = 1};
    char *text = written(nni_section_classes, &run);
    check_has(text, "Row 102: true: class 2, predicted: class 0 with probability 0.9");
    check_has(text, "class 0, not class 2 (0.9)\nrow 102</span>");
    CU_ASSERT_EQUAL(occurrences(text, "data:image/png"), record.worst_count);
    free(text);
    free_predictions(&record);
}

static void pixels_are_height_by_width_by_channels(void)
{
    static const float row[] = {1, 0, 0, 0, 0, 1, 0, 1, 0}; /* three pixels: red, blue, green */
    static const unsigned char rgb[] = {255, 0, 0, 0, 0, 255, 0, 255, 0};
    const nni_history run = {.inputs = 9, .image = true, .image_width = 3, .image_height = 1, .image_channels = 3};
    nni_image_pixels pixels;
    CU_ASSERT_EQUAL_FATAL(nni_image_pixels_of(&run, row, 1, nni_pixel_scale_of(row, 9, false), &pixels, NULL), NN_OK);
    CU_ASSERT_TRUE(pixels.width == 3 && pixels.height == 1 && pixels.factor == 1);
    CU_ASSERT_EQUAL(memcmp(pixels.rgb, rgb, sizeof rgb), 0);
    nni_release(pixels.rgb);
}

static void labels_have_figures_and_no_matrix(void)
{
    const size_t rows = 50, labels = 4;
    nni_prediction_record record = made_classes(rows, labels);
    nni_history run = {.predictions = &record, .inputs = 8};
    record.kind = NN_PREDICTS_LABELS;
    record.class_count = 0;
    record.label = take(rows * labels, 1);
    for (size_t i = 0; i < rows * labels; i++) {
        record.output[i] = (float)random_share();
        record.label[i] = record.output[i] >= 0.5F; /* all right ... */
    }
    record.label[record.worst[0] * labels + 2] ^= 1; /* but one */
    name(&run.output_names, "red");
    name(&run.output_names, "green");
    name(&run.output_names, "blue");
    name(&run.output_names, "grey");
    char *text = written(nni_section_classes, &run);
    double figures[28]; /* 7 of each */
    CU_ASSERT_DOUBLE_EQUAL(figure(text, "accuracy"), 49.0 / 50, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(figure(text, "label_accuracy"), 199.0 / 200, 1e-15);
    CU_ASSERT_EQUAL(cells(text, "classes", figures, 28), 28);
    CU_ASSERT_EQUAL(figures[4], 1); /* F1 of red */
    CU_ASSERT_TRUE(figures[2 * 7 + 4] < 1);
    CU_ASSERT_EQUAL(cells(text, "worst", figures, 1), 0); /* names and texts alone */
    check_has(text, "blue (0.");
    check_has(text, "below the diagonal mean that labels hold less often than their probability says");
    CU_ASSERT_PTR_NULL(strstr(text, "Confusion"));
    free(text);
    for (size_t row = 0; row < rows; row++)
        record.output[row * labels + 1] = NAN;
    text = written(nni_section_classes, &run);
    check_has(text, "1 of 4 labels have no curves: all rows are of them, or none, or their outputs are not numbers.");
    free(text);
    nni_string_set_free(&run.output_names);
    free_predictions(&record);
}

/* --- values --- */

static nni_prediction_record made_values(size_t rows, size_t outputs)
{
    nni_prediction_record record = {.kind = NN_PREDICTS_VALUES,
                                    .split = "validation",
                                    .epoch = 3,
                                    .split_rows = 2 * rows,
                                    .rows = rows,
                                    .outputs = outputs,
                                    .features = 2,
                                    .worst_count = rows > 1};
    record.value = take(rows * outputs, sizeof *record.value);
    record.target = take(rows * outputs, sizeof *record.target);
    record.worst = take(1, sizeof *record.worst);
    record.worst_x = take(record.features, sizeof *record.worst_x);
    for (size_t i = 0; i < rows * outputs; i++) {
        const size_t row = i / outputs;
        record.target[i] = (double)row;
        record.value[i] = record.target[i] + 0.5;
    }
    return record;
}

static void values_have_figures_and_pictures(void)
{
    nni_prediction_record record = made_values(5000, 1);
    nni_history run = {.predictions = &record, .inputs = 2};
    name(&run.output_names, "price & <b>");
    char *text = written(nni_section_values, &run);
    double figures[4] = {0};
    CU_ASSERT_EQUAL(cells(text, "values", figures, 4), 4);
    CU_ASSERT_DOUBLE_EQUAL(figures[0], 1 - 0.25 / ((5000.0 * 5000 - 1) / 12), 1e-12); /* of equal steps */
    CU_ASSERT_TRUE(figures[1] == 0.5 && figures[2] == 0.5 && figures[3] == 0.5);
    check_has(text, "5000 rows, evenly spaced, of the 10,000 rows of the validation split");
    check_has(text, "The dots are 2000 evenly spaced rows of the 5000, and the worst rows");
    check_has(text, "price &amp; &lt;b&gt;");
    CU_ASSERT_EQUAL(occurrences(text, "<figure"), 3);
    CU_ASSERT_TRUE(strlen(text) < 200000);
    free(text);
    nni_string_set_free(&run.output_names);
    free_predictions(&record);
}

static void a_wild_prediction_leaves_the_scatter_plots_as_they_are(void)
{
    nni_prediction_record record = made_values(100, 1);
    nni_history run = {.predictions = &record, .inputs = 2};
    record.value[7] = -3.7e12;
    record.worst[0] = 7;
    char *text = written(nni_section_values, &run);
    check_has(text, "Scatter plots leave out 1 row far beyond the others");
    const char *area = strstr(text, "data-y-min=\"");
    CU_ASSERT_TRUE(area && strtod(area + strlen("data-y-min=\""), NULL) > -100);
    free(text);
    free_predictions(&record);
}

static void of_many_outputs_the_first_have_pictures(void)
{
    nni_prediction_record record = made_values(20, 60);
    nni_history run = {.predictions = &record, .inputs = 2};
    record.value[59] = 1e6;
    char *text = written(nni_section_values, &run);
    double figures[240] = {0};
    CU_ASSERT_EQUAL(cells(text, "values", figures, 240), 200);
    CU_ASSERT_TRUE(figures[0] < 0 && figures[4] > 0.9); /* output 59 is the worst of all */
    check_has(text, "The 50 of 60 outputs with the lowest R");
    check_has(text, "Pictures are of the first 6 of the 60 outputs.");
    CU_ASSERT_EQUAL(occurrences(text, "<figure"), 18);
    check_has(text, "Rows are in the order of their errors over all outputs");
    free(text);
    free_predictions(&record);
}

static void values_that_are_not_finite_or_one_row_make_a_page(void)
{
    nni_prediction_record record = made_values(20, 1);
    nni_history run = {.predictions = &record, .inputs = 2};
    record.value[3] = NAN;
    record.value[4] = -INFINITY;
    char *text = written(nni_section_values, &run);
    check_has(text, "Predictions of 2 rows are not finite");
    free(text);
    for (size_t i = 0; i < 20; i++)
        record.value[i] = NAN;
    free(written(nni_section_values, &run));
    free_predictions(&record);
    record = made_values(1, 1);
    text = written(nni_section_values, &run);
    check_has(text, "1 row, evenly spaced, of the 2 rows");
    free(text);
    text = written(nni_section_classes, &run);
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
    free_predictions(&record);
}

/* --- pictures --- */

static nni_frame made_frame(double epoch, size_t width, size_t height, size_t outputs)
{
    nni_frame frame = {
        .epoch = epoch, .least = {-1, -2}, .most = {1, 2}, .width = width, .height = height, .outputs = outputs};
    frame.values = take(width * height * outputs, sizeof *frame.values);
    for (size_t i = 0; i < width * height; i++)
        frame.values[i * outputs] = i % width < width / 4 ? 0.8F : 0.2F; /* the left quarter is class 1 of a sigmoid */
    return frame;
}

static void frames_are_pictures_of_two_inputs_and_curves_of_one(void)
{
    nni_frame frames[] = {made_frame(0, 16, 16, 1), made_frame(9, 16, 16, 1)};
    nni_prediction_record record = made_classes(12, 2);
    float x[24] = {0};
    record.outputs = 1;
    record.x = x;
    record.features = 2;
    nni_history run = {.predictions = &record, .inputs = 2, .frames = frames, .frame_count = 2};
    char *text = written(nni_section_pictures, &run);
    CU_ASSERT_EQUAL(occurrences(text, "data:image/png"), 3); /* the strip, and the last one with axes */
    check_has(text, "from epoch 0 to epoch 9");
    check_has(text, "class 0: 0.75 of the area. class 1: 0.25 of the area.");
    free(text);
    for (size_t i = 0; i < 2; i++) {
        free(frames[i].values);
        frames[i] = made_frame((double)i, 50, 1, 1);
    }
    record.features = run.inputs = 1;
    text = written(nni_section_pictures, &run);
    check_has(text, "probability of class 1 over epochs");
    check_has(text, "It lies between 0.2 and 0.8.");
    CU_ASSERT_EQUAL(occurrences(text, "<figure"), 1);
    free(text);
    free(frames[0].values);
    free(frames[1].values);
    free_predictions(&record);
}

static void frames_without_predictions_show_the_classes_of_a_softmax(void)
{
    nni_frame frame = made_frame(3, 16, 16, 2);
    for (size_t i = 0; i < 256; i++)
        frame.values[2 * i + 1] = 1 - frame.values[2 * i]; /* class 0 in the left quarter */
    char softmax[] = "softmax", linear[] = "linear";
    nni_layer_shape layer = {.units = 2, .activation = softmax};
    nni_history run = {.inputs = 2, .frames = &frame, .frame_count = 1, .layers = &layer, .layer_count = 1};
    char *text = written(nni_section_pictures, &run);
    check_has(text, "Colours are predicted classes");
    check_has(text, "Predictions: class 0: 0.25 of the area. class 1: 0.75 of the area.");
    CU_ASSERT_PTR_NULL(strstr(text, "Pale is"));
    free(text);
    layer.activation = linear;
    text = written(nni_section_pictures, &run);
    check_has(text, "Pale is a small output, dark a large one.");
    check_has(text, "The first output is shown.");
    CU_ASSERT_PTR_NULL(strstr(text, "of the area"));
    free(text);
    free(frame.values);
}

static void dots_are_told_by_what_colours_them(void)
{
    nni_frame frame = made_frame(3, 16, 16, 1);
    float x[24] = {0};
    nni_prediction_record classes = made_classes(12, 2),
                          labels = {.kind = NN_PREDICTS_LABELS, .rows = 12, .outputs = 1};
    classes.outputs = 1;
    classes.x = labels.x = x;
    classes.features = labels.features = 2;
    nni_history run = {.inputs = 2, .frames = &frame, .frame_count = 1, .predictions = &classes};
    char *text = written(nni_section_pictures, &run);
    check_has(text, "Dots are recorded rows in the colours of their true classes.");
    free(text);
    run.predictions = &labels;
    text = written(nni_section_pictures, &run);
    check_has(text, "Dots are recorded rows.</p>");
    free(text);
    free(frame.values);
    free_predictions(&classes);
}

static void a_path_that_leaves_the_surface_is_told(void)
{
    float loss[] = {1, 2, 3, 4};
    double path[] = {0, 0, 0.5, 0.5, 9, 9}, steps[] = {0, 1, 2};
    nni_history run = {.surface = {.least = {-1, -1},
                                   .most = {1, 1},
                                   .width = 2,
                                   .height = 2,
                                   .loss = loss,
                                   .path = path,
                                   .path_step = steps,
                                   .path_count = 3}};
    char *text = written(nni_section_pictures, &run);
    check_has(text, "The path of gradient descent runs from (0, 0) to (9, 9) in 2 recorded steps. It leaves the "
                    "picture at step 2.");
    free(text);
}

/* --- weights --- */

static void weights_tell_norms_dead_units_and_pictures(void)
{
    enum { UNITS = 80, WEIGHTS = 12 * UNITS };
    double norms[] = {1, 2, 500, (double)NAN}, counts[] = {1, 5, 2};
    nni_norm_record norm[] = {{1, norms, norms + 2}, {2, norms, norms + 2}};
    const nni_histogram histogram = {-1, 1, counts, 3}, empty = {(double)NAN, (double)NAN, NULL, 0};
    nni_layer_histograms layer_histograms[] = {{histogram, histogram, empty, 12}, {histogram, histogram, histogram, 0}};
    nni_histogram_record records[] = {{1, 64, layer_histograms}, {2, 64, layer_histograms}};
    nni_layer_shape layers[] = {{.units = UNITS}, {.units = 1}};
    float weights[WEIGHTS];
    for (size_t i = 0; i < WEIGHTS; i++)
        weights[i] = (float)random_share() - 0.5F;
    weights[1] = -2;
    nni_history run = {.inputs = 12,
                       .layers = layers,
                       .layer_count = 2,
                       .norms = norm,
                       .norm_count = 2,
                       .histograms = records,
                       .histogram_count = 2,
                       .image = true,
                       .image_width = 2,
                       .image_height = 2,
                       .image_channels = 3,
                       .first_weights = weights};
    char *text = written(nni_section_weights, &run);
    check_has(text,
              "<strong>12 of 81 units are dead</strong>: 12 of 80 in layer 0. A dead unit has the same output for all");
    CU_ASSERT_PTR_NULL(strstr(text, "(square roots)"));
    check_has(text, "The first 64 of 80 units");
    check_has(text, "each channel goes from -2 to 2");
    check_has(text, "Norm of the weights of each layer over epochs. After epoch 2: layer 0 1, layer 1 2.");
    CU_ASSERT_EQUAL(occurrences(text, "data:image/png"), 64);
    CU_ASSERT_EQUAL(occurrences(text, "<figure"), 2 + 1 + 1 + 5);
    free(text);
    layer_histograms[0].dead = 0;
    counts[1] = 50; /* the median of 1, 2 and 50 is below a twentieth of it */
    run.first_weights = NULL;
    run.norm_count = 0;
    norm[1].epoch = 100;
    run.norm_count = 2;
    text = written(nni_section_weights, &run);
    check_has(text, "Recorded after 2 of 100 epochs, each a dot; <code>record: full</code>");
    CU_ASSERT_TRUE(occurrences(text, "class=\"dots") >= 3);
    free(text);
    run.norm_count = 0;
    text = written(nni_section_weights, &run);
    check_has(text, "no unit is dead: each of the 81 varies");
    check_has(text, "layer 0, weights (square roots)");
    check_has(text, "Heights are square roots of the counts.");
    free(text);
}

/* --- the recipe, and how it ended --- */

static void settings_have_a_source_only_where_it_is_known(void)
{
    nni_run_origin origin = {.asked = "training: {epochs: 60}"};
    nni_history run = {.recipe = "training: {epochs: 60}\noptimizer: {name: sgd, learning_rate: 0.97}\n",
                       .origins = &origin,
                       .origin_count = 1};
    char *text = written(nni_section_recipe, &run);
    CU_ASSERT_EQUAL(occurrences(text, "<td>your recipe</td>"), 1);
    check_has(text, "<td>chosen by nntrain</td>");
    free(text);
    origin.asked = NULL;
    text = written(nni_section_recipe, &run);
    check_has(text, "no record of the recipe as you wrote it");
    CU_ASSERT_EQUAL(occurrences(text, "your recipe") + occurrences(text, "<td>chosen by nntrain"), 0);
    check_has(text, "<td></td>");
    free(text);
}

static void an_early_end_has_its_reason(void)
{
    const nni_history run = {
        .state = NNI_RUN_FINISHED, .planned_epochs = 60, .end_reason = "stop.target is <reached>", .model_epoch = 2};
    char *text = written(nni_section_summary, &run);
    check_has(text,
              "of 60 epochs: stop.target is &lt;reached&gt;. The model has the weights of epoch 2, the best one.");
    free(text);
}

/* --- the run --- */

static void of_500_layers_the_first_and_the_last_are_shown(void)
{
    enum { LAYERS = 500 };
    nni_layer_shape layers[LAYERS];
    nni_layer_histograms histograms[LAYERS];
    for (size_t i = 0; i < LAYERS; i++) {
        layers[i] = (nni_layer_shape){.units = 8 + i, .parameters = 72, .activation = "relu"};
        histograms[i] = (nni_layer_histograms){.dead = 1};
    }
    nni_histogram_record record = {1, 64, histograms};
    const nni_history run = {
        .inputs = 8, .layers = layers, .layer_count = LAYERS, .histograms = &record, .histogram_count = 1};
    char *text = written(nni_section_network, &run);
    check_has(text,
              "500 layers, 36,000 parameters. The picture and the table show the first 12 and the last 12 layers.");
    check_has(text, ">476 layers</text>");
    check_has(text, ">476 layers</td>");
    check_has(text, ">507 units</text>"); /* of the last */
    CU_ASSERT_PTR_NULL(strstr(text, ">20 units</text>"));
    check_has(text, "<th scope=\"row\" class=\"number\">488</th><td class=\"number\">495</td>");
    CU_ASSERT_EQUAL(occurrences(text, "<th scope=\"row\""), 24);
    CU_ASSERT_TRUE(strlen(text) < 100000);
    free(text);
    text = written(nni_section_weights, &run);
    check_has(text, "1 of 23 in layer 15 and some in 484 more layers. ");
    free(text);
}

static void of_many_settings_200_are_listed(void)
{
    enum { LAYERS = 300 };
    char *recipe = take(LAYERS + 2, 32), *at = recipe;
    at += snprintf(at, 32, "network:\n  layers:\n");
    for (size_t i = 0; i < LAYERS; i++)
        at += snprintf(at, 32, "    - {units: %zu}\n", 10000 + i);
    const nni_history run = {.recipe = recipe};
    char *text = written(nni_section_recipe, &run);
    CU_ASSERT_EQUAL(occurrences(text, "<th scope=\"row\">"), 200);
    check_has(text, "100 more settings are in the whole recipe below.");
    CU_ASSERT_EQUAL(occurrences(text, ">10299<"), 1);
    free(text);
    free(recipe);
}

static void times_are_drawn_over_epochs_and_ranks_are_compared(void)
{
    size_t ranks[] = {0, 1};
    double fast[] = {2, 2.72}, even[] = {2, 2.01}, wait[] = {0.25, 0}, none[] = {0, 0};
    nni_rank_record records[] = {{.epoch = 1,
                                  .ranks = 2,
                                  .listed = 2,
                                  .rank = ranks,
                                  .compute = fast,
                                  .wait = wait,
                                  .evaluate = none,
                                  .checkpoint = none,
                                  .io = none,
                                  .memory = none},
                                 {.epoch = 2}};
    records[1] = records[0];
    records[1].epoch = 2;
    nni_history run = {.rank_times = records, .rank_time_count = 2};
    char *text = written(nni_section_speed, &run);
    check_has(text, "after epoch 2: compute: 2.36 s, slowest rank 2.72 s. wait for ranks: 0.125 s, slowest rank 0 s.");
    check_has(text, "rank 1 computed longest: 5.44 s, 15 % more");
    CU_ASSERT_PTR_NULL(strstr(text, "evenly divided"));
    free(text);
    records[0].compute = records[1].compute = even;
    text = written(nni_section_speed, &run);
    check_has(text, "The work is evenly divided.");
    free(text);
    for (size_t i = 0; i < 2; i++)
        records[i].ranks = records[i].listed = 1;
    text = written(nni_section_speed, &run);
    check_has(text, "Seconds of each epoch, after epoch 2: compute: 2 s. wait for ranks: 0.25 s.");
    CU_ASSERT_PTR_NULL(strstr(text, "slowest rank"));
    CU_ASSERT_EQUAL(occurrences(text, "data-name="), 2); /* evaluating took no time */
    free(text);
}

static void accuracies_have_no_logarithmic_axis(void)
{
    double epochs[] = {1, 2}, loss[] = {1, 0.04}, accuracy[] = {0.04, 1};
    nni_curve curves[] = {{"test_loss", loss}, {"test_accuracy", accuracy}};
    const nni_history run = {.epochs = 2, .epoch = epochs, .curves = curves, .curve_count = 2};
    char *text = written(nni_section_curves, &run);
    CU_ASSERT_EQUAL(occurrences(text, "data-y-log=\"1\""), 1);
    free(text);
    loss[1] = 0.06; /* less than a factor of 20 */
    text = written(nni_section_curves, &run);
    CU_ASSERT_EQUAL(occurrences(text, "data-y-log=\"1\""), 0);
    free(text);
}

static void what_is_not_known_of_the_origin_is_left_out(void)
{
    nni_run_origin origins[] = {{.epoch = (double)NAN}, {.epoch = 4, .version = "1.2.3"}};
    nni_history run = {.folder = "runs/old", .origins = origins, .origin_count = 2, .record_seconds = (double)NAN};
    char *text = written(nni_section_provenance, &run);
    check_has(text, "1.2.3");
    CU_ASSERT_PTR_NULL(strstr(text, ">nan<"));
    CU_ASSERT_PTR_NULL(strstr(text, ">0"));
    CU_ASSERT_PTR_NULL(strstr(text, "parallel"));
    free(text);
    origins[1].train_rows = 1437;
    origins[1].test_rows = 360;
    origins[1].features = 64;
    origins[1].ranks = 2;
    origins[1].threads = 4;
    name(&origins[1].hosts, "node1");
    text = written(nni_section_provenance, &run);
    check_has(text, ">1437 training and 360 test rows with 64 features<");
    check_has(text, ">2 ranks with 4 threads each on 1 host (node1)<");
    free(text);
    nni_string_set_free(&origins[1].hosts);
}

static void a_run_without_records_has_none_of_these_sections(void)
{
    static const nni_section sections[] = {nni_section_classes, nni_section_values, nni_section_pictures,
                                           nni_section_weights};
    const nni_history run = {.epochs = 0};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char *text = written(sections[i], &run);
        CU_ASSERT_STRING_EQUAL(text, "");
        free(text);
    }
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(classes_have_their_matrix_and_figures),
        NN_TEST(sums_of_weights_fit_into_their_cells),
        NN_TEST(features_of_worst_rows_are_measured_by_the_training_rows),
        NN_TEST(two_classes_have_one_curve_by_name),
        NN_TEST(one_row_and_a_class_without_rows_are_told),
        NN_TEST(outputs_that_are_no_numbers_are_told),
        NN_TEST(of_10000_classes_the_most_confused_are_shown),
        NN_TEST(long_names_are_not_told_by_every_cell),
        NN_TEST(mistakes_of_images_are_pictures),
        NN_TEST(pixels_are_height_by_width_by_channels),
        NN_TEST(labels_have_figures_and_no_matrix),
        NN_TEST(values_have_figures_and_pictures),
        NN_TEST(a_wild_prediction_leaves_the_scatter_plots_as_they_are),
        NN_TEST(of_many_outputs_the_first_have_pictures),
        NN_TEST(values_that_are_not_finite_or_one_row_make_a_page),
        NN_TEST(frames_are_pictures_of_two_inputs_and_curves_of_one),
        NN_TEST(frames_without_predictions_show_the_classes_of_a_softmax),
        NN_TEST(dots_are_told_by_what_colours_them),
        NN_TEST(a_path_that_leaves_the_surface_is_told),
        NN_TEST(weights_tell_norms_dead_units_and_pictures),
        NN_TEST(settings_have_a_source_only_where_it_is_known),
        NN_TEST(an_early_end_has_its_reason),
        NN_TEST(of_500_layers_the_first_and_the_last_are_shown),
        NN_TEST(of_many_settings_200_are_listed),
        NN_TEST(times_are_drawn_over_epochs_and_ranks_are_compared),
        NN_TEST(accuracies_have_no_logarithmic_axis),
        NN_TEST(what_is_not_known_of_the_origin_is_left_out),
        NN_TEST(a_run_without_records_has_none_of_these_sections),
    };
    return nni_run_suite("sections of a report", tests, sizeof tests / sizeof *tests);
}
