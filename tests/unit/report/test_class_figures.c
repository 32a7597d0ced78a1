/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures/class_figures.h"
#include "report/figures/figures.h"
#include "report/figures/value_figures.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

static uint64_t state = 1;

static double random_share(void)
{
    state = next_random(state);
    return (double)(state >> 40) / (double)(1 << 24);
}

/* Rows of random targets, with outputs in steps so that many are equal, and weights where asked for. */
static nni_prediction_record random_record(nn_prediction kind, size_t rows, size_t outputs, size_t classes,
                                           bool weighted)
{
    nni_prediction_record record = {.kind = kind, .rows = rows, .outputs = outputs, .class_count = classes};
    CU_ASSERT_EQUAL_FATAL(nni_allocate(rows * outputs, sizeof(float), "", &record.output, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_allocate(rows, sizeof(int32_t), "", &record.class_of, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_allocate(rows * outputs, 1, "", &record.label, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_allocate(rows, sizeof(double), "", &record.weight, NULL), NN_OK);
    for (size_t row = 0; row < rows; row++) {
        record.weight[row] = weighted ? 0.25 + random_share() : 1;
        record.class_of[row] = (int32_t)(random_share() * (double)classes);
        for (size_t i = 0; i < outputs; i++) {
            record.output[row * outputs + i] = (float)floor(20 * random_share()) / 20;
            record.label[row * outputs + i] = random_share() < 0.3;
        }
    }
    return record;
}

static void free_record(nni_prediction_record *record)
{
    nni_release(record->output);
    nni_release(record->class_of);
    nni_release(record->label);
    nni_release(record->weight);
}

static bool is_of(const nni_prediction_record *record, size_t row, size_t c)
{
    return record->kind == NN_PREDICTS_CLASSES ? record->class_of[row] == (int32_t)c
                                               : record->label[row * record->outputs + c] != 0;
}

/* Pairs of a row of the class and one that is not, in the right order, half of a tie. */
static double auroc_by_pairs(const nni_prediction_record *record, size_t c)
{
    double ordered = 0, pairs = 0;
    for (size_t i = 0; i < record->rows; i++)
        for (size_t j = 0; j < record->rows && is_of(record, i, c); j++) {
            const double a = nni_probability_of(record, i, c), b = nni_probability_of(record, j, c);
            const double weight = is_of(record, j, c) ? 0 : record->weight[i] * record->weight[j];
            pairs += weight;
            ordered += weight * (a > b ? 1 : a == b ? 0.5 : 0);
        }
    return ordered / pairs;
}

/* Mean over the rows of a class of the precision at each one's score. */
static double precision_by_rows(const nni_prediction_record *record, size_t c)
{
    double sum = 0, own = 0;
    for (size_t i = 0; i < record->rows; i++) {
        double passed = 0, right = 0;
        if (!is_of(record, i, c))
            continue;
        for (size_t j = 0; j < record->rows; j++)
            if (nni_probability_of(record, j, c) >= nni_probability_of(record, i, c)) {
                passed += record->weight[j];
                right += is_of(record, j, c) ? record->weight[j] : 0;
            }
        sum += record->weight[i] * right / passed;
        own += record->weight[i];
    }
    return sum / own;
}

static void check_areas(nni_prediction_record record)
{
    nni_class_figures each[8];
    nni_mean_curves mean;
    const size_t classes = nni_figure_classes(&record);
    double auroc = 0, precision = 0, area = 0;
    CU_ASSERT_EQUAL_FATAL(nni_figures_of_classes(&record, each, &mean, NULL), NN_OK);
    for (size_t c = 0; c < classes; c++) {
        CU_ASSERT_DOUBLE_EQUAL(each[c].auroc, auroc_by_pairs(&record, c), 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(each[c].average_precision, precision_by_rows(&record, c), 1e-12);
        auroc += each[c].auroc / (double)classes;
        precision += each[c].average_precision / (double)classes;
    }
    CU_ASSERT_EQUAL(mean.classes, classes);
    CU_ASSERT_DOUBLE_EQUAL(mean.auroc, auroc, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(mean.average_precision, precision, 1e-12);
    /* The mean curve's own area: trapezoids of 201 points miss less than a step. */
    for (size_t i = 1; i < NNI_MEAN_POINTS; i++)
        area += (mean.true_positive_rate[i] + mean.true_positive_rate[i - 1]) / 2 / (NNI_MEAN_POINTS - 1);
    CU_ASSERT_DOUBLE_EQUAL(area, auroc, 1.0 / (NNI_MEAN_POINTS - 1));
    CU_ASSERT_EQUAL(mean.true_positive_rate[NNI_MEAN_POINTS - 1], 1);
    free_record(&record);
}

static void areas_are_those_of_pairs_and_of_precisions(void)
{
    check_areas(random_record(NN_PREDICTS_CLASSES, 150, 5, 5, false));
    check_areas(random_record(NN_PREDICTS_CLASSES, 150, 3, 3, true));
    check_areas(random_record(NN_PREDICTS_CLASSES, 150, 1, 2, true)); /* one sigmoid */
    check_areas(random_record(NN_PREDICTS_LABELS, 150, 4, 0, true));
}

static void a_class_without_rows_or_with_all_has_no_auroc(void)
{
    nni_prediction_record record = random_record(NN_PREDICTS_CLASSES, 10, 3, 3, false);
    nni_class_figures each[3];
    nni_mean_curves mean;
    for (size_t row = 0; row < record.rows; row++)
        record.class_of[row] = 1;
    CU_ASSERT_EQUAL_FATAL(nni_figures_of_classes(&record, each, &mean, NULL), NN_OK);
    CU_ASSERT_TRUE(isnan(each[0].auroc) && isnan(each[0].average_precision) && isnan(each[1].auroc));
    CU_ASSERT_EQUAL(each[1].average_precision, 1);
    CU_ASSERT_TRUE(each[0].support == 0 && each[0].recall == 0 && each[1].support == 10);
    CU_ASSERT_TRUE(mean.classes == 0 && isnan(mean.auroc));
    free_record(&record);
}

static void an_output_that_is_no_number_takes_away_its_class_alone(void)
{
    nni_prediction_record record = random_record(NN_PREDICTS_LABELS, 50, 3, 0, false);
    nni_class_figures each[3];
    nni_mean_curves mean;
    record.output[22] = NAN; /* row 7, label 1 */
    CU_ASSERT_EQUAL_FATAL(nni_figures_of_classes(&record, each, &mean, NULL), NN_OK);
    CU_ASSERT_TRUE(isfinite(each[0].auroc) && isnan(each[1].auroc) && isnan(each[1].average_precision));
    CU_ASSERT_EQUAL(mean.classes, 2);
    free_record(&record);
}

/* Not even where it has the highest score of all. */
static void a_row_without_weight_changes_nothing(void)
{
    for (int kind = 0; kind < 2; kind++) {
        nni_prediction_record record =
            random_record(kind ? NN_PREDICTS_LABELS : NN_PREDICTS_CLASSES, 60, 3, kind ? 0 : 3, true);
        nni_class_figures without[3], with[3];
        nni_mean_curves mean;
        for (size_t row = 56; row < 60; row++) {
            record.weight[row] = 0;
            for (size_t c = 0; c < 3; c++)
                record.output[row * 3 + c] = row % 2 ? 1 : 0.512F;
        }
        CU_ASSERT_EQUAL_FATAL(nni_figures_of_classes(&record, with, &mean, NULL), NN_OK);
        CU_ASSERT_TRUE(isfinite(mean.average_precision) && isfinite(mean.precision[0]));
        record.rows = 56;
        CU_ASSERT_EQUAL_FATAL(nni_figures_of_classes(&record, without, &mean, NULL), NN_OK);
        for (size_t c = 0; c < 3; c++) {
            CU_ASSERT_EQUAL(with[c].auroc, without[c].auroc);
            CU_ASSERT_EQUAL(with[c].average_precision, without[c].average_precision);
        }
        free_record(&record);
    }
}

static void cells_are_those_of_the_matrix(void)
{
    enum { CLASSES = 6 };
    nni_prediction_record record = random_record(NN_PREDICTS_CLASSES, 200, CLASSES, CLASSES, true);
    double matrix[CLASSES * CLASSES];
    nni_confusion_cell *cells;
    size_t count;
    nni_confusion(&record, matrix);
    CU_ASSERT_EQUAL_FATAL(nni_confusion_cells(&record, &cells, &count, NULL), NN_OK);
    for (size_t i = 0; i < count; i++) {
        const size_t place = cells[i].truth * CLASSES + cells[i].predicted;
        CU_ASSERT_DOUBLE_EQUAL(cells[i].weight, matrix[place], 1e-12);
        CU_ASSERT_TRUE(i == 0 || cells[i - 1].truth * CLASSES + cells[i - 1].predicted < place);
        matrix[place] = 0;
    }
    for (size_t i = 0; i < (size_t)CLASSES * CLASSES; i++)
        CU_ASSERT_EQUAL(matrix[i], 0);
    nni_release(cells);
    free_record(&record);
}

/* The formulas of sklearn.metrics.r2_score, and their exceptions. */
static void values_have_the_figures_of_their_formulas(void)
{
    double target[] = {1, 2, 4, 9}, value[] = {1.5, 2, 3, 10}, weight[] = {1, 2, 1, 1};
    nni_prediction_record record = {
        .kind = NN_PREDICTS_VALUES, .rows = 4, .outputs = 1, .target = target, .value = value};
    nni_value_figures figures = nni_figures_of_values(&record, 0);
    CU_ASSERT_DOUBLE_EQUAL(figures.r2, 1 - 2.25 / 38, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(figures.rmse, sqrt(2.25 / 4), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(figures.mae, 2.5 / 4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(figures.bias, 0.5 / 4, 1e-12);
    record.weight = weight;
    CU_ASSERT_DOUBLE_EQUAL(nni_figures_of_values(&record, 0).mae, 2.5 / 5, 1e-12);
    record.rows = 1;
    CU_ASSERT_TRUE(isnan(nni_figures_of_values(&record, 0).r2));
    double same[] = {3, 3, 3, 3};
    record =
        (nni_prediction_record){.kind = NN_PREDICTS_VALUES, .rows = 4, .outputs = 1, .target = same, .value = same};
    CU_ASSERT_EQUAL(nni_figures_of_values(&record, 0).r2, 1);
    record.value = value;
    CU_ASSERT_EQUAL(nni_figures_of_values(&record, 0).r2, 0);
    value[2] = NAN;
    CU_ASSERT_TRUE(isnan(nni_figures_of_values(&record, 0).r2) && isnan(nni_figures_of_values(&record, 0).rmse));
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(areas_are_those_of_pairs_and_of_precisions),
        NN_TEST(a_class_without_rows_or_with_all_has_no_auroc),
        NN_TEST(an_output_that_is_no_number_takes_away_its_class_alone),
        NN_TEST(a_row_without_weight_changes_nothing),
        NN_TEST(cells_are_those_of_the_matrix),
        NN_TEST(values_have_the_figures_of_their_formulas),
    };
    return nni_run_suite("figures of classes and values", tests, sizeof tests / sizeof *tests);
}
