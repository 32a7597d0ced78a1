/* SPDX-License-Identifier: MIT */
#include "data/dataset/target_check.h"

#include <math.h>

#include "hdf5/files.h"
#include "model/losses/loss.h"
#include "support/memory.h"

/* How far the sum of a row may be from 1; how far a target may be from 0 to 1: float32's rounding. */
static const double sum_tolerance = 1e-3, range_tolerance = 1e-6;

/* The first value that is not as it must be. */
typedef struct finding {
    bool is;
    uint64_t row; /* of the split */
    size_t at;
    double value;
} finding;

struct nni_target_check {
    const nni_dataset_spec *spec;
    const nni_hdf5_rows *rows;
    nni_label_set *set;   /* NULL: these are no labels, whatever they hold */
    nni_output_kind rule; /* what the loss asks of values */
    uint64_t row;         /* of the split, and the position in it, of the next value */
    size_t at;
    double sum; /* of the row so far */
    finding fraction, outside, sum_off;
};

static nni_output_kind rule_of(nni_head head, size_t width)
{
    if (head.outputs != width)
        return NNI_VALUES; /* which is told elsewhere */
    return nni_loss_of(head.loss)->targets;
}

nn_status nni_target_check_create(const nni_dataset_spec *spec, const nni_hdf5_rows *y, nni_target_check **check,
                                  nn_error *error)
{
    const bool training = !spec->class_names, column = y->layout->row_values == 1 && !y->layout->integer;
    NN_TRY(nni_allocate(1, sizeof **check, "a look at the targets", check, error));
    (*check)->spec = spec;
    (*check)->rows = y;
    (*check)->row = y->first;
    (*check)->rule = rule_of(spec->head, y->layout->row_values);
    if (column && spec->head.outputs > 0 && (training || nni_head_classes(spec->head) > 0))
        return nni_label_set_create(spec->head, &(*check)->set, error);
    return NN_OK;
}

static void note(const nni_target_check *check, finding *first, double value)
{
    if (!first->is)
        *first = (finding){true, check->row, check->at, value};
}

static nn_status take_label(nni_target_check *check, double value, nn_error *error)
{
    const double most = (double)(INT64_C(1) << 53);
    if (value == floor(value) && fabs(value) <= most)
        return nni_label_set_add(check->set, (int64_t)value, error);
    check->set->fraction = true;
    note(check, &check->fraction, value);
    return NN_OK;
}

static void take_value(nni_target_check *check, double value)
{
    if (value < -range_tolerance || (check->rule == NNI_PROBABILITIES && value > 1 + range_tolerance))
        note(check, &check->outside, value);
    check->sum += value;
    if (check->at + 1 < check->rows->layout->row_values)
        return;
    if (check->rule == NNI_DISTRIBUTION && !(fabs(check->sum - 1) <= sum_tolerance))
        note(check, &check->sum_off, check->sum);
    check->sum = 0;
}

nn_status nni_target_check_take(nni_target_check *check, nni_element element, const void *source,
                                const nni_real *values, size_t count, nn_error *error)
{
    if (!check->set && check->rule == NNI_VALUES)
        return NN_OK;
    for (size_t i = 0; i < count; i++) {
        const double value = element == NNI_DOUBLE ? ((const double *)source)[i] : (double)values[i];
        if (check->set)
            NN_TRY(take_label(check, value, error));
        if (check->rule != NNI_VALUES)
            take_value(check, value);
        if (++check->at == check->rows->layout->row_values) {
            check->at = 0;
            check->row++;
        }
    }
    return NN_OK;
}

/* --- what came of it --- */

static nn_status fail_fraction(const nni_target_check *check, nn_error *error)
{
    const nni_hdf5_rows *rows = check->rows;
    const nni_head head = check->spec->head;
    uint64_t row = check->fraction.row;
    const char *path = nni_files_locate(rows->files, rows->path, &row);
    return nn_fail(error, NN_DATA,
                   "%s: row %llu of %s is %g, but %s over %zu unit%s tells classes apart; store each row's class as a "
                   "whole number or a text, or, for values to be predicted, end the network with 1 linear unit and "
                   "loss: mse",
                   path, (unsigned long long)row, rows->name, check->fraction.value,
                   nn_activation_name(head.activation), head.outputs, head.outputs == 1 ? "" : "s");
}

static nn_status fail_values(const nni_target_check *check, nn_error *error)
{
    const nni_hdf5_rows *rows = check->rows;
    const finding *outside = &check->outside, *sum = &check->sum_off;
    const bool first_outside = outside->is && (!sum->is || outside->row <= sum->row);
    uint64_t row = first_outside ? outside->row : sum->row;
    const char *path = nni_files_locate(rows->files, rows->path, &row), *loss = nn_loss_name(check->spec->head.loss);
    const unsigned long long number = row;
    if (check->rule == NNI_PROBABILITIES)
        return nn_fail(
            error, NN_DATA,
            "%s: row %llu of %s holds %g at position %zu, but %s takes targets from 0 to 1; store classes as "
            "whole numbers or texts, scale the values to 0 ... 1, or end the network with linear units and "
            "loss: mse",
            path, number, rows->name, outside->value, outside->at, loss);
    if (first_outside)
        return nn_fail(error, NN_DATA,
                       "%s: row %llu of %s holds %g at position %zu, but %s takes the probability of each class; store "
                       "one class a row, or, for values to be predicted, end the network with linear units and "
                       "loss: mse",
                       path, number, rows->name, outside->value, outside->at, loss);
    return nn_fail(error, NN_DATA,
                   "%s: row %llu of %s sums to %g, but %s takes the probability of each class, 1 in all; divide each "
                   "row by its sum, take sigmoid and binary_cross_entropy where a row has several labels, or, for "
                   "values to be predicted, linear units and loss: mse",
                   path, number, rows->name, sum->value, loss);
}

/* Under a single sigmoid, values that are 0 and 1, or whole numbers that its loss cannot take, are two classes. */
static bool are_labels(const nni_target_check *check)
{
    const nni_head head = check->spec->head;
    if (!check->set || nni_head_classes(head) == 0)
        return false;
    if (head.outputs > 1)
        return nni_activation_of(head.activation)->outputs != NNI_VALUES;
    return check->spec->names_are_labels || (check->rule == NNI_PROBABILITIES && !check->set->fraction);
}

nn_status nni_target_check_finish(nni_target_check *check, nn_comm *comm, bool *labels, nn_error *error)
{
    if (check->set)
        NN_TRY(nni_label_set_unite(check->set, comm, error));
    *labels = are_labels(check);
    nn_status status = NN_OK;
    if (*labels && check->fraction.is)
        status = fail_fraction(check, error);
    else if (!*labels && (check->outside.is || check->sum_off.is))
        status = fail_values(check, error);
    return nn_comm_agree(comm, status, error);
}

nni_label_set *nni_target_check_label_set(nni_target_check *check)
{
    const bool values = !check->spec->class_names && nni_head_classes(check->spec->head) == 0;
    nni_label_set *set = values && nni_label_set_is_known(check->set) ? check->set : NULL;
    if (set)
        check->set = NULL;
    return set;
}

void nni_target_check_free(nni_target_check *check)
{
    if (!check)
        return;
    nni_label_set_free(check->set);
    nni_release(check);
}
