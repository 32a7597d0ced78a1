/* SPDX-License-Identifier: MIT */
/* Curves over the thresholds of a score, as sklearn.metrics.roc_curve and precision_recall_curve have them. */
#include <math.h>

#include "metrics/scored.h"
#include "report/figures/figures.h"
#include "support/memory.h"

/* Sums over the rows that pass each threshold. */
typedef struct thresholds {
    double *negatives, *positives; /* [count], the first of none, the last of all rows */
    size_t count;
    double area, precision;
} thresholds;

static bool is_positive(const nni_prediction_record *record, size_t row, size_t output)
{
    if (record->kind == NN_PREDICTS_LABELS)
        return record->label[row * record->outputs + output] > 0;
    return record->class_of[row] == (int32_t)(record->outputs == 1 ? 1 : output);
}

/* Rows without weight pass no threshold. @return rows; 0: a score is NaN */
static size_t take_rows(const nni_prediction_record *record, size_t output, nni_scored *rows)
{
    size_t count = 0;
    for (size_t row = 0; row < record->rows; row++) {
        const float score = record->output[row * record->outputs + output];
        const double weight = record->weight ? record->weight[row] : 1;
        if (isnan(score))
            return 0;
        if (weight > 0)
            rows[count++] = (nni_scored){(nni_real)score, (nni_real)weight, is_positive(record, row, output)};
    }
    return count;
}

static void sum_rows(const nni_scored *rows, size_t count, thresholds *sums)
{
    for (size_t at = 0; at < count;) {
        double tie[2];
        at = nni_scored_tie(rows, count, at, tie);
        sums->negatives[sums->count] = sums->negatives[sums->count - 1] + tie[0];
        sums->positives[sums->count] = sums->positives[sums->count - 1] + tie[1];
        sums->count++;
    }
}

/* @param sums  to be freed also after a failure */
static nn_status find_thresholds(const nni_prediction_record *record, size_t output, thresholds *sums, nn_error *error)
{
    static const char what[] = "the thresholds of a curve";
    nni_scored *rows = NULL;
    *sums = (thresholds){.count = 1};
    NN_TRY(nni_allocate(record->rows + 1, sizeof *sums->negatives, what, &sums->negatives, error));
    NN_TRY(nni_allocate(record->rows + 1, sizeof *sums->positives, what, &sums->positives, error));
    NN_TRY(nni_reserve(record->rows, sizeof *rows, what, &rows, error));
    const size_t count = take_rows(record, output, rows);
    nni_scored_sort(rows, count);
    sum_rows(rows, count, sums);
    nni_scored_areas(rows, count, &sums->area, &sums->precision);
    nni_release(rows);
    return NN_OK;
}

static nn_status make_curve(size_t capacity, nni_threshold_curve *curve, nn_error *error)
{
    NN_TRY(nni_reserve(capacity, sizeof *curve->x, "a curve", &curve->x, error));
    return nni_reserve(capacity, sizeof *curve->y, "a curve", &curve->y, error);
}

static void add_point(nni_threshold_curve *curve, double x, double y)
{
    curve->x[curve->count] = x;
    curve->y[curve->count++] = y;
}

/* A point in the middle of two others draws nothing; scikit-learn, too, keeps the first threshold all the same. */
static bool is_needless(const thresholds *sums, size_t i)
{
    const double *n = sums->negatives, *p = sums->positives;
    return i > 1 && i + 1 < sums->count && n[i + 1] - n[i] == n[i] - n[i - 1] && p[i + 1] - p[i] == p[i] - p[i - 1];
}

static nn_status draw_roc(const thresholds *sums, nni_threshold_curve *curve, nn_error *error)
{
    const double negatives = sums->negatives[sums->count - 1], positives = sums->positives[sums->count - 1];
    if (!(negatives > 0 && positives > 0))
        return NN_OK;
    NN_TRY(make_curve(sums->count, curve, error));
    for (size_t i = 0; i < sums->count; i++)
        if (!is_needless(sums, i))
            add_point(curve, sums->negatives[i] / negatives, sums->positives[i] / positives);
    curve->area = sums->area;
    return NN_OK;
}

static nn_status draw_precision(const thresholds *sums, nni_threshold_curve *curve, nn_error *error)
{
    const double positives = sums->positives[sums->count - 1];
    if (!(positives > 0))
        return NN_OK;
    NN_TRY(make_curve(sums->count, curve, error));
    add_point(curve, 0, 1);
    for (size_t i = 1; i < sums->count; i++)
        add_point(curve, sums->positives[i] / positives,
                  sums->positives[i] / (sums->positives[i] + sums->negatives[i]));
    curve->area = sums->precision;
    return NN_OK;
}

static nn_status draw(nn_status (*of)(const thresholds *, nni_threshold_curve *, nn_error *),
                      const nni_prediction_record *record, size_t output, nni_threshold_curve *curve, nn_error *error)
{
    thresholds sums;
    *curve = (nni_threshold_curve){.area = (double)NAN};
    nn_status status = find_thresholds(record, output, &sums, error);
    if (status == NN_OK)
        status = of(&sums, curve, error);
    nni_release(sums.negatives);
    nni_release(sums.positives);
    if (status != NN_OK)
        nni_threshold_curve_free(curve);
    return status;
}

nn_status nni_roc(const nni_prediction_record *record, size_t output, nni_threshold_curve *curve, nn_error *error)
{
    return draw(draw_roc, record, output, curve, error);
}

nn_status nni_precision_recall(const nni_prediction_record *record, size_t output, nni_threshold_curve *curve,
                               nn_error *error)
{
    return draw(draw_precision, record, output, curve, error);
}

void nni_threshold_curve_free(nni_threshold_curve *curve)
{
    nni_release(curve->x);
    nni_release(curve->y);
    *curve = (nni_threshold_curve){.area = (double)NAN};
}
