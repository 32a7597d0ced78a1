/* Figures that are made of sums over rows. */
#include "train/metrics.h"

#include <math.h>
#include <string.h>

#include "nntrain/memory.h"

/* --- where the sums lie --- */

static double *next(nn_tally *tally, size_t *at, size_t count)
{
    double *place = tally->counts ? tally->counts + *at : NULL;
    *at += count;
    return place;
}

/* Twice the same way: once to find how much there is, once to point into it. */
static size_t lay_out(nn_tally *tally, const nn_subject *subject)
{
    const size_t classes = subject->classes;
    size_t at = 0;
    tally->correct = next(tally, &at, 1);
    tally->top = next(tally, &at, 1);
    if (classes > 0) {
        tally->actual = next(tally, &at, classes);
        tally->predicted = next(tally, &at, classes);
        tally->hit = next(tally, &at, classes);
    }
    if (classes > 0 && classes <= NN_MOST_CONFUSED)
        tally->confusion = next(tally, &at, classes * classes);
    return at;
}

nn_status nn_tally_create(const nn_subject *subject, nn_comm *comm, nn_tally *tally, nn_error *error)
{
    const char what[] = "the sums of an evaluation";
    const size_t rounded = NN_SUM_RESIDUAL + (subject->spread ? subject->outputs : 0);
    *tally = (nn_tally){.counts = NULL};
    tally->count = lay_out(tally, subject);
    NN_TRY(nn_row_sums_create(subject->dataset, rounded, NN_TAG_TALLY, comm, &tally->rounded, error));
    NN_TRY(nn_allocate(rounded, sizeof *tally->totals, what, &tally->totals, error));
    NN_TRY(nn_allocate(tally->count, sizeof *tally->counts, what, &tally->counts, error));
    lay_out(tally, subject);
    return NN_OK;
}

void nn_tally_free(nn_tally *tally)
{
    nn_row_sums_free(&tally->rounded);
    nn_release(tally->totals);
    nn_release(tally->counts);
    *tally = (nn_tally){.counts = NULL};
}

void nn_tally_clear(nn_tally *tally)
{
    nn_row_sums_clear(&tally->rounded);
    memset(tally->counts, 0, tally->count * sizeof *tally->counts);
}

nn_status nn_tally_total(nn_tally *tally, nn_comm *comm, nn_error *error)
{
    NN_TRY(nn_row_sums_total(&tally->rounded, tally->totals, error));
    return nn_comm_sum_double(comm, tally->counts, tally->count, error);
}

/* --- row by row --- */

/* Whether fewer than k outputs come before that of the class; of equals the first comes first, as in
 * nn_predicted_class. */
static bool among_first(const nn_real *a, size_t outputs, size_t class, size_t k)
{
    size_t before = 0;
    for (size_t j = 0; j < outputs; j++)
        before += a[j] > a[class] || (a[j] == a[class] && j < class);
    return before < k;
}

static void tally_class(nn_tally *tally, const nn_subject *subject, size_t class, const nn_real *a)
{
    const size_t predicted = nn_predicted_class(a, subject->outputs);
    tally->actual[class]++;
    tally->predicted[predicted]++;
    if (predicted == class) {
        tally->hit[class]++;
        ++*tally->correct;
    }
    if (tally->confusion)
        tally->confusion[class * subject->classes + predicted]++;
    if (subject->top_k > 0)
        *tally->top += among_first(a, subject->outputs, class, subject->top_k);
}

static void tally_values(double *sums, size_t outputs, const double *y, const double *a)
{
    double absolute = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double distance = a[j] - y[j];
        absolute += fabs(distance);
        sums[NN_SUM_RESIDUAL + j] += distance * distance;
    }
    sums[NN_SUM_ABSOLUTE] += absolute;
}

/* y is 1 at the class where there are no values. */
static void tally_overlap(double *sums, size_t outputs, const double *y, size_t class, const nn_real *a)
{
    double intersection = 0, united = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double target = y ? y[j] : (double)(j == class), both = (double)a[j] * target;
        intersection += both;
        united += (double)a[j] + target - both;
    }
    sums[NN_SUM_INTERSECTION] += intersection;
    sums[NN_SUM_UNITED] += united;
}

void nn_tally_rows(nn_tally *tally, const nn_subject *subject, const nn_rows *rows, size_t first, size_t count,
                   const nn_real *output, const double *restored, const double *losses)
{
    double *sums = nn_row_sums_of_leaf(&tally->rounded);
    for (size_t i = 0; i < count; i++, output += subject->outputs) {
        const double *y = rows->values ? rows->values + (first + i) * subject->outputs : NULL;
        sums[NN_SUM_LOSS] += losses[i];
        const size_t class = subject->classes > 0 ? nn_class_of_row(subject, rows, first + i) : 0;
        if (subject->classes > 0)
            tally_class(tally, subject, class, output);
        if (y)
            tally_values(sums, subject->outputs, y, restored + i * subject->outputs);
        if (subject->unit_targets)
            tally_overlap(sums, subject->outputs, y, class, output);
    }
}

/* --- figures --- */

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void class_figures(const nn_tally *tally, const nn_subject *subject, nn_metrics *metrics)
{
    const size_t classes = subject->classes;
    double precision = 0, recall = 0, f1 = 0;
    for (size_t c = 0; c < classes; c++) {
        precision += share(tally->hit[c], tally->predicted[c]);
        recall += share(tally->hit[c], tally->actual[c]);
        f1 += share(2 * tally->hit[c], tally->predicted[c] + tally->actual[c]);
    }
    metrics->correct = (size_t)*tally->correct;
    metrics->value[NN_METRIC_ACCURACY] = *tally->correct / (double)metrics->rows;
    metrics->value[NN_METRIC_PRECISION] = precision / (double)classes;
    metrics->value[NN_METRIC_RECALL] = recall / (double)classes;
    metrics->value[NN_METRIC_F1] = f1 / (double)classes;
    if (subject->top_k > 0)
        metrics->value[NN_METRIC_TOP_K] = *tally->top / (double)metrics->rows;
}

/* What is explained of a target that does not vary: all where it is met, else nothing, as scikit-learn counts. */
static double explained(double residual, double spread)
{
    if (spread > 0)
        return 1 - residual / spread;
    return residual > 0 ? 0 : 1;
}

static void value_figures(const nn_tally *tally, const nn_subject *subject, nn_metrics *metrics)
{
    const double values = (double)metrics->rows * (double)subject->outputs;
    double squares = 0, shares = 0;
    for (size_t j = 0; j < subject->outputs; j++) {
        squares += tally->totals[NN_SUM_RESIDUAL + j];
        shares += explained(tally->totals[NN_SUM_RESIDUAL + j], subject->spread[j]);
    }
    metrics->value[NN_METRIC_MAE] = tally->totals[NN_SUM_ABSOLUTE] / values;
    metrics->value[NN_METRIC_RMSE] = sqrt(squares / values);
    metrics->value[NN_METRIC_R2] = isnan(squares) ? squares : shares / (double)subject->outputs;
}

void nn_tally_figures(const nn_tally *tally, const nn_subject *subject, nn_metrics *metrics)
{
    *metrics = (nn_metrics){
        .rows = subject->dataset->slices.rows,
        .classes = subject->classes > 0,
        .class_count = subject->classes,
        .confusion = tally->confusion,
    };
    for (size_t i = 0; i < NN_METRIC_COUNT; i++)
        metrics->value[i] = (double)NAN;
    metrics->value[NN_METRIC_LOSS] = tally->totals[NN_SUM_LOSS] / (double)metrics->rows;
    if (subject->classes > 0)
        class_figures(tally, subject, metrics);
    if (subject->spread)
        value_figures(tally, subject, metrics);
    if (subject->unit_targets)
        metrics->value[NN_METRIC_IOU] =
            tally->totals[NN_SUM_UNITED] == 0 ? 1 : tally->totals[NN_SUM_INTERSECTION] / tally->totals[NN_SUM_UNITED];
}
