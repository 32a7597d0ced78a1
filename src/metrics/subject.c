/* SPDX-License-Identifier: MIT */
#include "metrics/subject.h"

#include <math.h>

#include "data/dataset/cursor.h"
#include "metrics/row_sums.h"
#include "support/memory.h"

size_t nni_predicted_class(const nni_real *output, size_t outputs)
{
    if (outputs == 1)
        return output[0] >= (nni_real)0.5;
    size_t best = 0;
    for (size_t j = 1; j < outputs; j++)
        if (output[j] > output[best])
            best = j;
    return best;
}

size_t nni_class_of_row(const nni_subject *subject, const nni_rows *rows, size_t row)
{
    if (rows->classes)
        return (size_t)rows->classes[row];
    return nni_class_of_values(rows->values + row * subject->outputs, subject->outputs);
}

/* --- values --- */

/* The pass over values in work. */
typedef struct values_pass {
    nni_subject *subject;
    nn_comm *comm;
    nni_cursor *cursor;
} values_pass;

/* What a pass over the values finds: places of largest values over all ranks; the largest of each output follow. */
enum { OUTSIDE_UNIT, OTHER_THAN_0_1, LARGEST };

static nn_status find_ranges(const values_pass *pass, double *found, nn_error *error)
{
    const size_t outputs = pass->subject->outputs;
    nni_rows rows = {.count = 1};
    while (rows.count > 0) {
        NN_TRY(nni_cursor_next(pass->cursor, &rows, error));
        for (size_t i = 0; i < rows.count * outputs; i++) {
            const double value = rows.values[i];
            found[OUTSIDE_UNIT] = value < 0 || value > 1 ? 1 : found[OUTSIDE_UNIT];
            found[OTHER_THAN_0_1] = value != 0 && value != 1 ? 1 : found[OTHER_THAN_0_1];
            found[LARGEST + i % outputs] = fmax(found[LARGEST + i % outputs], value);
        }
    }
    return NN_OK;
}

/* Sums of the weights of some rows and of their values above the largest ones, or with a mean of their squared
 * deviations from it. @return the leaf that goes on after them */
static size_t add_rows(const nni_rows *rows, const nni_subject *subject, const double *largest, const double *mean,
                       size_t leaf, nni_row_sums *sums)
{
    const size_t outputs = subject->outputs;
    for (size_t i = 0; i < rows->count; i++) {
        while (rows->first + i == nni_row_sums_end(sums, subject->dataset, leaf))
            nni_row_sums_next(sums, leaf++);
        double *sum = nni_row_sums_of_leaf(sums);
        const double weight = rows->weights ? (double)rows->weights[i] : 1;
        sum[outputs] += weight;
        for (size_t j = 0; j < outputs; j++) {
            const double value = rows->values[i * outputs + j];
            sum[j] += weight * (mean ? (value - mean[j]) * (value - mean[j]) : value - largest[j]);
        }
    }
    return leaf;
}

static nn_status add_values(const values_pass *pass, const double *largest, const double *mean, nni_row_sums *sums,
                            nn_error *error)
{
    nni_rows rows = {.count = 1};
    size_t leaf = 0;
    nni_row_sums_clear(sums);
    while (rows.count > 0) {
        NN_TRY(nni_cursor_next(pass->cursor, &rows, error));
        leaf = add_rows(&rows, pass->subject, largest, mean, leaf, sums);
    }
    for (; leaf < sums->leaves.count; leaf++)
        nni_row_sums_next(sums, leaf);
    return NN_OK;
}

/* In two passes, the mean first: the difference of sums of squares and squared sums would lose the digits of a spread
 * that is small beside the mean. The mean is summed as a distance from the largest value, so that the spread of a
 * target that does not vary is 0 and not a rounding error. @param mean  [outputs + 1] to work in */
static nn_status measure_spread(const values_pass *pass, const double *largest, nni_row_sums *sums, double *mean,
                                nn_error *error)
{
    const size_t outputs = pass->subject->outputs;
    nn_comm *comm = pass->comm;
    NN_TRY(nn_comm_agree(comm, add_values(pass, largest, NULL, sums, error), error));
    NN_TRY(nni_row_sums_total(sums, mean, error));
    for (size_t j = 0; j < outputs; j++)
        mean[j] = largest[j] + mean[j] / mean[outputs]; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    NN_TRY(nn_comm_agree(comm, add_values(pass, largest, mean, sums, error), error));
    return nni_row_sums_total(sums, pass->subject->spread, error);
}

/* Under a sigmoid, targets that are all 0 or 1 are labels, or two classes where there is one output. */
static nn_status describe_values(const values_pass *pass, nni_output_kind outputs, double *found, double *mean,
                                 nn_error *error)
{
    nni_subject *subject = pass->subject;
    nn_comm *comm = pass->comm;
    nni_row_sums sums = {.stack = NULL};
    for (size_t i = 0; i < LARGEST + subject->outputs; i++)
        found[i] = i < LARGEST ? 0 : -INFINITY;
    NN_TRY(nn_comm_agree(comm, find_ranges(pass, found, error), error));
    NN_TRY(nni_comm_max_double(comm, found, LARGEST + subject->outputs, error));
    subject->unit_targets = found[OUTSIDE_UNIT] == 0;
    if (found[OTHER_THAN_0_1] == 0 && outputs == NNI_PROBABILITIES) {
        subject->classes = subject->outputs == 1 ? 2 : 0;
        subject->labels = subject->outputs == 1 ? 0 : subject->outputs;
    }
    NN_TRY(nni_row_sums_create(subject->dataset, subject->outputs + 1, NNI_TAG_TALLY, comm, &sums, error));
    const nn_status status = measure_spread(pass, found + LARGEST, &sums, mean, error);
    nni_row_sums_free(&sums);
    return status;
}

/* Three passes over the values: their ranges, their means, their spread. */
static nn_status describe_targets(nni_subject *subject, nni_output_kind outputs, size_t capacity, nn_comm *comm,
                                  nn_error *error)
{
    const char what[] = "the spread of the targets";
    double *found = NULL, *mean = NULL;
    values_pass pass = {.subject = subject, .comm = comm};
    subject->unit_targets = true;
    if (subject->dataset->row.target != NNI_TARGET_VALUES)
        return NN_OK;
    nn_status status = nni_allocate(subject->outputs + 1, sizeof *subject->spread, what, &subject->spread, error);
    if (status == NN_OK)
        status = nni_allocate(LARGEST + subject->outputs, sizeof *found, what, &found, error);
    if (status == NN_OK)
        status = nni_allocate(subject->outputs + 1, sizeof *mean, what, &mean, error);
    if (status == NN_OK)
        status = nni_cursor_create(subject->dataset, capacity, &pass.cursor, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = describe_values(&pass, outputs, found, mean, error);
    nni_cursor_free(pass.cursor);
    nni_release(found);
    nni_release(mean);
    return status;
}

nn_status nni_subject_describe(nni_subject *subject, nni_output_kind outputs, size_t capacity, nn_comm *comm,
                               nn_error *error)
{
    /* Values under a softmax are shares of classes, one-hot rows above all. */
    const bool shares = outputs == NNI_DISTRIBUTION && subject->outputs > 1;
    NN_TRY(describe_targets(subject, outputs, capacity, comm, error));
    if (subject->dataset->row.binary)
        subject->classes = 2;
    else if (subject->dataset->row.target == NNI_TARGET_CLASSES || shares)
        subject->classes = subject->outputs;
    subject->probabilities = shares || (outputs == NNI_PROBABILITIES && (subject->outputs == 1 || subject->labels > 0));
    return NN_OK;
}

void nni_subject_free(nni_subject *subject)
{
    nni_release(subject->spread);
    subject->spread = NULL;
}
