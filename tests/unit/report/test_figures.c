/* SPDX-License-Identifier: MIT */
/*
 * Figures of reports against those that scikit-learn, statsmodels and SciPy found (scripts/make_golden_figures.py).
 * 1e-6 leaves room for the order of sums alone: both compute in double of the same float32 numbers.
 */
#include <hdf5.h>
#include <math.h>
#include <string.h>

#include "report/figures/figures.h"
#include "support/golden_file.h"
#include "support/memory.h"
#include "support/suite.h"

enum { CASES = 78, MOST_ROWS = 60, MOST = 4, POINTS = 6000, BINS = NNI_CALIBRATION_BINS, TESTS = 10, ERRORS = 200 };

static const double tolerance = 1e-6;

/* The file, whole. Numbers of all cases follow each other in outputs, targets, weights, x and y. */
static struct {
    char name[CASES][40];
    int32_t cases[CASES][5], points[CASES][2][MOST], targets[CASES * MOST_ROWS * MOST];
    double auroc[CASES][MOST], average_precision[CASES][MOST], confusion[CASES][MOST][MOST];
    double calibration[CASES][3][BINS], ece[CASES], x[POINTS], y[POINTS], weights[CASES * MOST_ROWS];
    double mcnemar[TESTS][4], errors[2][ERRORS], interval[2];
    float outputs[CASES * MOST_ROWS * MOST];
} golden;

static void read_golden(void)
{
    hid_t file = H5Fopen(NNTRAIN_GOLDEN, H5F_ACC_RDONLY, H5P_DEFAULT), text = H5Tcopy(H5T_C_S1);
    CU_ASSERT_FATAL(file >= 0 && H5Tset_size(text, sizeof golden.name[0]) >= 0);
    nn_read_golden(file, "name", text, sizeof golden.name, golden.name);
    nn_read_golden(file, "case", H5T_NATIVE_INT32, sizeof golden.cases, golden.cases);
    nn_read_golden(file, "points", H5T_NATIVE_INT32, sizeof golden.points, golden.points);
    nn_read_golden(file, "targets", H5T_NATIVE_INT32, sizeof golden.targets, golden.targets);
    nn_read_golden(file, "outputs", H5T_NATIVE_FLOAT, sizeof golden.outputs, golden.outputs);
    nn_read_golden(file, "weights", H5T_NATIVE_DOUBLE, sizeof golden.weights, golden.weights);
    nn_read_golden(file, "auroc", H5T_NATIVE_DOUBLE, sizeof golden.auroc, golden.auroc);
    nn_read_golden(file, "average_precision", H5T_NATIVE_DOUBLE, sizeof golden.average_precision,
                   golden.average_precision);
    nn_read_golden(file, "confusion", H5T_NATIVE_DOUBLE, sizeof golden.confusion, golden.confusion);
    nn_read_golden(file, "calibration", H5T_NATIVE_DOUBLE, sizeof golden.calibration, golden.calibration);
    nn_read_golden(file, "ece", H5T_NATIVE_DOUBLE, sizeof golden.ece, golden.ece);
    nn_read_golden(file, "x", H5T_NATIVE_DOUBLE, sizeof golden.x, golden.x);
    nn_read_golden(file, "y", H5T_NATIVE_DOUBLE, sizeof golden.y, golden.y);
    nn_read_golden(file, "mcnemar", H5T_NATIVE_DOUBLE, sizeof golden.mcnemar, golden.mcnemar);
    nn_read_golden(file, "errors", H5T_NATIVE_DOUBLE, sizeof golden.errors, golden.errors);
    nn_read_golden(file, "interval", H5T_NATIVE_DOUBLE, sizeof golden.interval, golden.interval);
    H5Tclose(text);
    H5Fclose(file);
}

/* --- a case --- */

static void expect(size_t index, const char *what, size_t place, double got, double expected)
{
    const bool good = isnan(expected) ? isnan(got) : fabs(got - expected) <= tolerance;
    if (!good)
        printf("\n%s: %s %zu is %.9g, not %.9g\n", golden.name[index], what, place, got, expected);
    CU_ASSERT(good);
}

static void compare_confusion(size_t index, const nni_prediction_record *record)
{
    double counts[MOST * MOST];
    const size_t classes = record->class_count;
    nni_confusion(record, counts);
    for (size_t i = 0; i < classes * classes; i++)
        expect(index, "confusion", i, counts[i], golden.confusion[index][i / classes][i % classes]);
}

static void compare_calibration(size_t index, const nni_prediction_record *record)
{
    nni_calibration found;
    nni_calibrate(record, &found);
    expect(index, "ECE", 0, found.ece, golden.ece[index]);
    for (size_t bin = 0; bin < BINS; bin++) {
        expect(index, "confidence", bin, found.confidence[bin], golden.calibration[index][0][bin]);
        expect(index, "accuracy", bin, found.accuracy[bin], golden.calibration[index][1][bin]);
        expect(index, "weight", bin, found.weight[bin], golden.calibration[index][2][bin]);
    }
}

/* @param at  of its points, which goes on behind them */
static void compare_curve(size_t index, const char *what, const nni_threshold_curve *curve, double area, int32_t points,
                          size_t *at)
{
    expect(index, what, 0, curve->area, area);
    CU_ASSERT_EQUAL(curve->count, points);
    if (curve->count != (size_t)points)
        printf("\n%s: %s has %zu points, not %d\n", golden.name[index], what, curve->count, points);
    for (size_t i = 0; curve->count == (size_t)points && i < curve->count; i++) {
        expect(index, what, i, curve->x[i], golden.x[*at + i]);
        expect(index, what, i, curve->y[i], golden.y[*at + i]);
    }
    *at += (size_t)points;
}

static void compare_curves(size_t index, const nni_prediction_record *record, size_t *at)
{
    for (size_t j = 0; j < record->outputs; j++) {
        nni_threshold_curve curve;
        CU_ASSERT_EQUAL_FATAL(nni_roc(record, j, &curve, NULL), NN_OK);
        compare_curve(index, "ROC", &curve, golden.auroc[index][j], golden.points[index][0][j], at);
        nni_threshold_curve_free(&curve);
        CU_ASSERT_EQUAL_FATAL(nni_precision_recall(record, j, &curve, NULL), NN_OK);
        compare_curve(index, "precision and recall", &curve, golden.average_precision[index][j],
                      golden.points[index][1][j], at);
        nni_threshold_curve_free(&curve);
    }
}

static void figures_are_those_of_scikit_learn(void)
{
    size_t outputs = 0, targets = 0, weights = 0, points = 0;
    for (size_t i = 0; i < CASES; i++) {
        const int32_t *given = golden.cases[i];
        unsigned char labels[MOST_ROWS * MOST];
        nni_prediction_record record = {
            .kind = given[0] ? NN_PREDICTS_LABELS : NN_PREDICTS_CLASSES,
            .rows = (size_t)given[2],
            .outputs = (size_t)given[3],
            .class_count = (size_t)given[4],
            .output = golden.outputs + outputs,
            .weight = given[1] ? golden.weights + weights : NULL,
            .class_of = given[0] ? NULL : golden.targets + targets,
            .label = given[0] ? labels : NULL,
        };
        const size_t values = record.rows * record.outputs;
        for (size_t j = 0; given[0] && j < values; j++)
            labels[j] = (unsigned char)golden.targets[targets + j];
        if (!given[0])
            compare_confusion(i, &record);
        compare_calibration(i, &record);
        compare_curves(i, &record, &points);
        outputs += values;
        targets += given[0] ? values : record.rows;
        weights += given[1] ? record.rows : 0;
    }
    CU_ASSERT(points > 0 && golden.x[points - 1] == 1);
}

static void a_score_that_is_no_number_has_no_curve(void)
{
    float output[] = {0.1F, NAN, 0.9F};
    int32_t class_of[] = {0, 1, 1};
    const nni_prediction_record record = {
        .rows = 3, .outputs = 1, .class_count = 2, .output = output, .class_of = class_of};
    nni_threshold_curve curve;
    CU_ASSERT_EQUAL_FATAL(nni_roc(&record, 0, &curve, NULL), NN_OK);
    CU_ASSERT(curve.count == 0 && isnan(curve.area));
    nni_threshold_curve_free(&curve);
}

/* --- two models --- */

enum { PAIRED = 400 };

/* Rows in order of `first` that only the first has right, `second` that only the second has, others that both have. */
static nni_pair_test compare_classes(size_t first, size_t second, double *weight)
{
    float right[PAIRED], left[PAIRED];
    int32_t truth[PAIRED];
    uint64_t row[PAIRED];
    for (size_t i = 0; i < PAIRED; i++) {
        truth[i] = i % 2;
        row[i] = i;
        const bool first_right = i < first || i >= first + second;
        left[i] = first_right == (truth[i] == 1) ? 0.9F : 0.1F;
        right[i] = (i >= first) == (truth[i] == 1) ? 0.8F : 0.2F;
    }
    const nni_prediction_record a = {.rows = PAIRED,
                                     .split_rows = PAIRED,
                                     .outputs = 1,
                                     .class_count = 2,
                                     .output = left,
                                     .class_of = truth,
                                     .row = row,
                                     .weight = weight};
    nni_prediction_record b = a;
    nni_pair_test test;
    b.output = right;
    CU_ASSERT(nni_comparable(&a, &b));
    CU_ASSERT_EQUAL_FATAL(nni_compare_pair(&a, &b, &test, NULL), NN_OK);
    return test;
}

static void mcnemar_is_that_of_statsmodels(void)
{
    for (size_t i = 0; i < TESTS; i++) {
        const double *expected = golden.mcnemar[i];
        const nni_pair_test test = compare_classes((size_t)expected[0], (size_t)expected[1], NULL);
        CU_ASSERT(test.only_first == expected[0] && test.only_second == expected[1] && test.rows == PAIRED);
        CU_ASSERT_DOUBLE_EQUAL(test.p, expected[2], tolerance);
        CU_ASSERT_STRING_EQUAL(test.method, expected[3] > 0 ? "McNemar's exact test" : "McNemar's test");
        CU_ASSERT_DOUBLE_EQUAL(test.first, 1 - expected[1] / PAIRED, tolerance);
        CU_ASSERT_DOUBLE_EQUAL(test.second, 1 - expected[0] / PAIRED, tolerance);
        CU_ASSERT(test.least <= test.second - test.first && test.second - test.first <= test.most);
    }
    /* By the formula of Agresti and Min: half a row is added to each of the four cells. */
    const nni_pair_test test = compare_classes(38, 22, NULL);
    const double difference = (22.5 - 38.5) / 402, variance = (61 - 16 * 16 / 402.0) / (402.0 * 402.0);
    CU_ASSERT_DOUBLE_EQUAL(test.least, difference - 1.95996398 * sqrt(variance), tolerance);
    CU_ASSERT_DOUBLE_EQUAL(test.most, difference + 1.95996398 * sqrt(variance), tolerance);
}

/* A weight of 0 takes a row out: the interval is that of the others, whose accuracy is certain. */
static void weights_call_for_a_bootstrap(void)
{
    double weight[PAIRED];
    for (size_t i = 0; i < PAIRED; i++)
        weight[i] = i < 30 ? 0 : 2;
    nni_pair_test test = compare_classes(30, 0, weight);
    CU_ASSERT_STRING_EQUAL(test.method, "paired bootstrap");
    CU_ASSERT(test.first == 1 && test.second == 1 && test.least == 0 && test.most == 0 && isnan(test.p));
}

/* Errors of values are made of differences to a target of 0. The ends of an interval of 2,000 resamples stray by 1.5 %
 * of its width; the seed is fixed. */
static void bootstrap_is_that_of_scipy(void)
{
    double values[2][ERRORS], target[ERRORS] = {0};
    uint64_t row[ERRORS];
    for (size_t i = 0; i < ERRORS; i++) {
        row[i] = 3 * i;
        for (size_t model = 0; model < 2; model++)
            values[model][i] = sqrt(golden.errors[model][i]);
    }
    const nni_prediction_record a = {.kind = NN_PREDICTS_VALUES,
                                     .rows = ERRORS,
                                     .split_rows = 3 * ERRORS,
                                     .outputs = 1,
                                     .value = values[0],
                                     .target = target,
                                     .row = row};
    nni_prediction_record b = a;
    nni_pair_test test, again;
    b.value = values[1];
    CU_ASSERT_EQUAL_FATAL(nni_compare_pair(&a, &b, &test, NULL), NN_OK);
    const double width = golden.interval[1] - golden.interval[0];
    CU_ASSERT_DOUBLE_EQUAL(test.least, golden.interval[0], 0.05 * width);
    CU_ASSERT_DOUBLE_EQUAL(test.most, golden.interval[1], 0.05 * width);
    CU_ASSERT(isnan(test.p) && isnan(test.only_first));
    CU_ASSERT_STRING_EQUAL(test.figure, "mean squared error");
    CU_ASSERT_EQUAL_FATAL(nni_compare_pair(&a, &b, &again, NULL), NN_OK);
    CU_ASSERT(test.least == again.least && test.most == again.most);
}

/* Of very many rows against the normal interval of their mean; rows come in the order of their differences, so that
 * groups of neighbours would make it too wide. 0.05: the interval's ends stray by 1.5 % of its width, groups add 1 %.
 */
static void very_many_rows_are_drawn_in_random_groups(void)
{
    enum { MANY = 20000 };
    static double values[MANY], target[MANY], zeros[MANY];
    static uint64_t row[MANY];
    double sum = 0, squares = 0;
    for (size_t i = 0; i < MANY; i++) {
        const double error = pow((double)i / MANY, 2);
        row[i] = i;
        values[i] = sqrt(error);
        sum += error;
        squares += error * error;
    }
    const double mean = sum / MANY, deviation = sqrt((squares / MANY - mean * mean) / MANY);
    const nni_prediction_record a = {.kind = NN_PREDICTS_VALUES,
                                     .rows = MANY,
                                     .split_rows = MANY,
                                     .outputs = 1,
                                     .value = zeros,
                                     .target = target,
                                     .row = row};
    nni_prediction_record b = a;
    nni_pair_test test;
    b.value = values;
    CU_ASSERT_EQUAL_FATAL(nni_compare_pair(&a, &b, &test, NULL), NN_OK);
    CU_ASSERT_DOUBLE_EQUAL(test.second - test.first, mean, tolerance);
    CU_ASSERT_DOUBLE_EQUAL(test.least, mean - 1.96 * deviation, 0.05 * 3.92 * deviation);
    CU_ASSERT_DOUBLE_EQUAL(test.most, mean + 1.96 * deviation, 0.05 * 3.92 * deviation);
}

static void other_rows_are_not_comparable(void)
{
    float output[] = {0.1F, 0.9F};
    int32_t truth[] = {0, 1}, other_truth[] = {1, 1};
    uint64_t row[] = {0, 1}, other_row[] = {0, 2};
    double weight[] = {1, 2};
    const nni_prediction_record a = {
        .rows = 2, .split_rows = 3, .outputs = 1, .class_count = 2, .output = output, .class_of = truth, .row = row};
    nni_prediction_record b = a;
    CU_ASSERT(nni_comparable(&a, &b));
    b.class_of = other_truth;
    CU_ASSERT_FALSE(nni_comparable(&a, &b));
    b = a, b.row = other_row;
    CU_ASSERT_FALSE(nni_comparable(&a, &b));
    b = a, b.weight = weight;
    CU_ASSERT_FALSE(nni_comparable(&a, &b));
    b = a, b.rows = 1;
    CU_ASSERT_FALSE(nni_comparable(&a, &b));
}

static void of_equal_outputs_the_first_is_predicted(void)
{
    float output[] = {0.25F, 0.5F, 0.5F, 0.5F, 0.25F, 0.25F};
    nni_prediction_record record = {.rows = 2, .outputs = 3, .class_count = 3, .output = output};
    CU_ASSERT_EQUAL(nni_predicted_of(&record, 0), 1);
    CU_ASSERT_EQUAL(nni_predicted_of(&record, 1), 0);
    CU_ASSERT_EQUAL(nni_probability_of(&record, 1, 2), 0.25);
    record.outputs = 1, record.class_count = 2;
    CU_ASSERT_EQUAL(nni_predicted_of(&record, 0), 0);
    CU_ASSERT_EQUAL(nni_predicted_of(&record, 1), 1);
    CU_ASSERT_EQUAL(nni_probability_of(&record, 0, 0), 0.75);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(read_golden),
        NN_TEST(figures_are_those_of_scikit_learn),
        NN_TEST(a_score_that_is_no_number_has_no_curve),
        NN_TEST(mcnemar_is_that_of_statsmodels),
        NN_TEST(weights_call_for_a_bootstrap),
        NN_TEST(bootstrap_is_that_of_scipy),
        NN_TEST(very_many_rows_are_drawn_in_random_groups),
        NN_TEST(other_rows_are_not_comparable),
        NN_TEST(of_equal_outputs_the_first_is_predicted),
    };
    return nni_run_suite("figures", tests, sizeof tests / sizeof *tests);
}
