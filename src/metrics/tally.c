/* SPDX-License-Identifier: MIT */
#include "metrics/tally.h"

#include <float.h>
#include <math.h>

#include "support/memory.h"

#ifdef NNTRAIN_DOUBLE
static const double smallest_probability = DBL_EPSILON;
#else
static const double smallest_probability = (double)FLT_EPSILON;
#endif

/* --- where the sums lie --- */

static size_t take(size_t *count, size_t more)
{
    const size_t at = *count;
    *count += more;
    return at;
}

/* @return how many sums there are */
static size_t lay_out(nni_tally *tally, const nni_subject *subject)
{
    size_t count = NNI_SUM_FIXED;
    tally->parts = subject->classes > 0 ? subject->classes : subject->labels;
    tally->actual = take(&count, tally->parts);
    tally->predicted = take(&count, tally->parts);
    tally->hit = take(&count, tally->parts);
    tally->occurs = take(&count, tally->parts);
    tally->absolute = take(&count, subject->spread ? subject->outputs : 0);
    tally->residual = take(&count, subject->spread ? subject->outputs : 0);
    tally->confusion = take(&count, subject->confusion ? subject->classes * subject->classes : 0);
    return count;
}

nn_status nni_tally_create(const nni_subject *subject, nn_comm *comm, nni_tally *tally, nn_error *error)
{
    const char what[] = "the sums of an evaluation";
    *tally = (nni_tally){.totals = NULL};
    const size_t count = lay_out(tally, subject);
    NN_TRY(nni_row_sums_create(subject->dataset, count, NNI_TAG_TALLY, comm, &tally->sums, error));
    return nni_allocate(count, sizeof *tally->totals, what, &tally->totals, error);
}

void nni_tally_free(nni_tally *tally)
{
    nni_row_sums_free(&tally->sums);
    nni_release(tally->totals);
    *tally = (nni_tally){.totals = NULL};
}

void nni_tally_clear(nni_tally *tally)
{
    nni_row_sums_clear(&tally->sums);
}

nn_status nni_tally_total(nni_tally *tally, nn_error *error)
{
    return nni_row_sums_total(&tally->sums, tally->totals, error);
}

/* --- row by row --- */

/* Whether fewer than k outputs come before that of the class; of equals the first comes first, as in
 * nni_predicted_class. */
static bool among_first(const nni_real *a, size_t outputs, size_t class, size_t k)
{
    size_t before = 0;
    for (size_t j = 0; j < outputs; j++)
        before += a[j] > a[class] || (a[j] == a[class] && j < class);
    return before < k;
}

/* Of the probability of what is true, kept as far from 0 and 1 as scikit-learn keeps probabilities of this type. */
static double log_loss(double probability)
{
    return -log(fmin(fmax(probability, smallest_probability), 1 - smallest_probability));
}

static void tally_class(const nni_tally *tally, const nni_subject *subject, size_t class, const nni_real *a,
                        double weight, double *sums)
{
    const size_t predicted = nni_predicted_class(a, subject->outputs);
    sums[tally->actual + class] += weight;
    sums[tally->predicted + predicted] += weight;
    sums[tally->occurs + class]++;
    sums[tally->occurs + predicted]++;
    if (predicted == class) {
        sums[tally->hit + class] += weight;
        sums[NNI_SUM_CORRECT] += weight;
        sums[NNI_SUM_CORRECT_ROWS]++;
    }
    if (subject->confusion)
        sums[tally->confusion + class * subject->classes + predicted] += weight;
    if (subject->top_k > 0 && among_first(a, subject->outputs, class, subject->top_k))
        sums[NNI_SUM_TOP] += weight;
    if (subject->probabilities && subject->outputs == 1)
        sums[NNI_SUM_LOG_LOSS] += weight * log_loss(class == 1 ? (double)a[0] : 1 - (double)a[0]);
    else if (subject->probabilities)
        sums[NNI_SUM_LOG_LOSS] += weight * log_loss((double)a[class]);
}

static void tally_labels(const nni_tally *tally, const nni_subject *subject, const nni_rows *rows, size_t row,
                         const nni_real *a, double weight, double *sums)
{
    bool correct = true;
    for (size_t j = 0; j < subject->labels; j++) {
        const bool actual = rows->values[row * subject->labels + j] > 0, predicted = nni_predicted_class(a + j, 1) == 1;
        sums[tally->actual + j] += actual ? weight : 0;
        sums[tally->predicted + j] += predicted ? weight : 0;
        sums[tally->hit + j] += actual && predicted ? weight : 0;
        correct = correct && actual == predicted;
        sums[NNI_SUM_LOG_LOSS] += weight * log_loss(actual ? (double)a[j] : 1 - (double)a[j]);
    }
    sums[NNI_SUM_CORRECT] += correct ? weight : 0;
    sums[NNI_SUM_CORRECT_ROWS] += correct;
}

static void tally_values(const nni_tally *tally, size_t outputs, const double *y, const double *a, double weight,
                         double *sums)
{
    for (size_t j = 0; j < outputs; j++) {
        const double distance = a[j] - y[j];
        sums[tally->absolute + j] += weight * fabs(distance);
        sums[tally->residual + j] += weight * distance * distance;
    }
}

/* The target is 1 at the class where there are no values. */
static void tally_overlap(size_t outputs, const nni_rows *rows, size_t row, size_t class, const nni_real *a,
                          double weight, double *sums)
{
    double intersection = 0, in_either = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double target = rows->values ? rows->values[row * outputs + j] : (double)(j == class);
        const double both = (double)a[j] * target;
        intersection += both;
        in_either += (double)a[j] + target - both;
    }
    sums[NNI_SUM_INTERSECTION] += weight * intersection;
    sums[NNI_SUM_UNION] += weight * in_either;
}

void nni_tally_rows(nni_tally *tally, const nni_subject *subject, const nni_rows *rows, size_t first, size_t count,
                    const nni_real *output, const double *restored, const double *losses)
{
    double *sums = nni_row_sums_of_leaf(&tally->sums);
    for (size_t i = 0, row = first; i < count; i++, row++, output += subject->outputs) {
        const double weight = rows->weights ? (double)rows->weights[row] : 1;
        const size_t class = subject->classes > 0 ? nni_class_of_row(subject, rows, row) : 0;
        sums[NNI_SUM_LOSS] += losses[i];
        sums[NNI_SUM_WEIGHT] += weight;
        if (subject->classes > 0)
            tally_class(tally, subject, class, output, weight, sums);
        if (subject->labels > 0)
            tally_labels(tally, subject, rows, row, output, weight, sums);
        if (rows->values)
            tally_values(tally, subject->outputs, rows->values + row * subject->outputs,
                         restored + i * subject->outputs, weight, sums);
        if (subject->unit_targets)
            tally_overlap(subject->outputs, rows, row, class, output, weight, sums);
    }
}
