/* SPDX-License-Identifier: MIT */
/* Tests of two models on the same rows: what one of them has right and the other has not is what tells them apart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/order/shuffle.h"
#include "report/figures/figures.h"
#include "support/extremes.h"
#include "support/memory.h"
#include "support/philox.h"

enum { RESAMPLES = 2000, MOST_DRAWN = 4096, EXACT_BELOW = 25 };

/* --- the rows --- */

/* @return whether two arrays are the same bytes, or both are not there */
static bool same(const void *first, const void *second, size_t bytes)
{
    return first && second ? memcmp(first, second, bytes) == 0 : !first && !second;
}

bool nni_comparable(const nni_prediction_record *first, const nni_prediction_record *second)
{
    const size_t rows = first->rows, values = rows * first->outputs;
    if (first->kind != second->kind || rows != second->rows || first->class_count != second->class_count || rows == 0 ||
        (first->kind != NN_PREDICTS_CLASSES && first->outputs != second->outputs))
        return false;
    return same(first->row, second->row, rows * sizeof *first->row) &&
           same(first->weight, second->weight, rows * sizeof *first->weight) &&
           same(first->class_of, second->class_of, rows * sizeof *first->class_of) &&
           same(first->label, second->label, values * sizeof *first->label) &&
           same(first->target, second->target, values * sizeof *first->target);
}

/* @return 1 or 0, whether a row is right; of values its squared error, the mean over outputs */
static double score(const nni_prediction_record *record, size_t row)
{
    const size_t first = row * record->outputs;
    double errors = 0;
    if (record->kind == NN_PREDICTS_CLASSES)
        return nni_predicted_of(record, row) == (size_t)record->class_of[row];
    for (size_t j = first; record->kind == NN_PREDICTS_LABELS && j < first + record->outputs; j++)
        if ((record->output[j] >= 0.5F) != (record->label[j] > 0))
            return 0;
    if (record->kind == NN_PREDICTS_LABELS)
        return 1;
    for (size_t j = first; j < first + record->outputs; j++)
        errors += (record->value[j] - record->target[j]) * (record->value[j] - record->target[j]);
    return errors / (double)record->outputs;
}

/* What is averaged: sums over rows, or over random groups of them. */
typedef struct paired {
    double *weight; /* [count] */
    double *more;   /* [count] weight * (score of the second - score of the first) */
    size_t count;
} paired;

/* Very many rows are drawn in groups: their sums vary as rows do, and of so many the interval's width strays by a
 * hundredth, less than by the number of resamples. */
static nn_status pair_rows(const nni_prediction_record *first, const nni_prediction_record *second, paired *pairs,
                           nni_pair_test *test, nn_error *error)
{
    const size_t rows = first->rows;
    const nni_shuffle groups = nni_shuffle_for(NNI_RANDOM_BOOTSTRAP, rows, 0, 0, 0);
    double all = 0;
    pairs->count = rows < MOST_DRAWN ? rows : MOST_DRAWN;
    NN_TRY(nni_allocate(pairs->count, sizeof *pairs->weight, "the rows of two runs", &pairs->weight, error));
    NN_TRY(nni_allocate(pairs->count, sizeof *pairs->more, "the rows of two runs", &pairs->more, error));
    for (size_t row = 0; row < rows; row++) {
        const double weight = first->weight ? first->weight[row] : 1;
        const double of_first = score(first, row), of_second = score(second, row);
        const size_t at = rows <= MOST_DRAWN ? row : (size_t)nni_shuffle_row(&groups, row) % MOST_DRAWN;
        pairs->weight[at] += weight;
        pairs->more[at] += weight * (of_second - of_first);
        test->first += weight * of_first;
        test->second += weight * of_second;
        test->only_first += of_first > of_second;
        test->only_second += of_second > of_first;
        all += weight;
    }
    test->first /= all;
    test->second /= all;
    if (first->kind == NN_PREDICTS_VALUES)
        test->only_first = test->only_second = (double)NAN;
    return NN_OK;
}

/* --- McNemar (Psychometrika 12, 1947) --- */

/* Twice the probability of at most `fewer` of `count` tosses of a coin. */
static double exact(double fewer, double count)
{
    double term = pow(0.5, count), sum = 0;
    for (size_t i = 0; i <= (size_t)fewer; i++) {
        sum += term;
        term *= (count - (double)i) / (double)(i + 1);
    }
    return fmin(1, 2 * sum);
}

/* Of chi-squared with one degree of freedom, corrected for continuity (Edwards, 1948). */
static double corrected(double difference, double count)
{
    const double root = fmax(0, fabs(difference) - 1) / sqrt(count);
    return erfc(root / sqrt(2));
}

/* The interval is Wald's with half a row added to each of the four cells (Agresti and Min, Biometrics 61, 2005), which
 * keeps its promise also where few rows differ. */
static void test_mcnemar(nni_pair_test *test)
{
    const double quantile = 1.959963984540054; /* of the standard normal, for 95 % */
    const double count = test->only_first + test->only_second, rows = (double)test->rows + 2;
    const double difference = test->only_second - test->only_first;
    const double error = sqrt(count + 1 - difference * difference / rows) / rows;
    test->method = count < EXACT_BELOW ? "McNemar's exact test" : "McNemar's test";
    test->p =
        count < EXACT_BELOW ? exact(fmin(test->only_first, test->only_second), count) : corrected(difference, count);
    test->least = fmax(-1, difference / rows - quantile * error);
    test->most = fmin(1, difference / rows + quantile * error);
}

/* --- paired bootstrap (Efron and Tibshirani, 1993): by percentiles --- */

/* What is drawn is the high word of a product, whose bias is below count / 2^32. */
static double resample(const paired *pairs, uint64_t resample)
{
    double more = 0, weight = 0;
    for (size_t draw = 0; draw < pairs->count; draw += 4) {
        const nni_philox_block block = nni_random_block(0, NNI_RANDOM_BOOTSTRAP, resample, draw / 4);
        for (size_t i = 0; i < 4 && draw + i < pairs->count; i++) {
            const size_t drawn = (size_t)((uint64_t)block.word[i] * pairs->count >> 32);
            more += pairs->more[drawn];
            weight += pairs->weight[drawn];
        }
    }
    return weight > 0 ? more / weight : 0;
}

/* By linear interpolation, as numpy.percentile. @param sorted  [RESAMPLES] */
static double quantile(const double *sorted, double share)
{
    const double place = share * (RESAMPLES - 1);
    const size_t below = (size_t)place;
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

static nn_status bootstrap(const paired *pairs, nni_pair_test *test, nn_error *error)
{
    double *differences = NULL;
    NN_TRY(nni_reserve(RESAMPLES, sizeof *differences, "the resamples of a bootstrap", &differences, error));
    for (uint64_t i = 0; i < RESAMPLES; i++)
        differences[i] = resample(pairs, i);
    qsort(differences, RESAMPLES, sizeof *differences, nni_compare_doubles);
    test->method = "paired bootstrap";
    test->p = (double)NAN;
    test->least = quantile(differences, 0.025);
    test->most = quantile(differences, 0.975);
    nni_release(differences);
    return NN_OK;
}

nn_status nni_compare_pair(const nni_prediction_record *first, const nni_prediction_record *second, nni_pair_test *test,
                           nn_error *error)
{
    static const char *const figures[] = {
        [NN_PREDICTS_CLASSES] = "accuracy",
        [NN_PREDICTS_LABELS] = "subset accuracy",
        [NN_PREDICTS_VALUES] = "mean squared error",
    };
    paired pairs = {.count = 0};
    *test = (nni_pair_test){.figure = figures[first->kind], .rows = first->rows};
    nn_status status = pair_rows(first, second, &pairs, test, error);
    if (status == NN_OK && first->kind == NN_PREDICTS_CLASSES && !first->weight)
        test_mcnemar(test);
    else if (status == NN_OK)
        status = bootstrap(&pairs, test, error);
    nni_release(pairs.weight);
    nni_release(pairs.more);
    return status;
}
