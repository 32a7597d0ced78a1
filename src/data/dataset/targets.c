/* SPDX-License-Identifier: MIT */
#include "data/dataset/targets.h"

#include <stdio.h>

#include "data/dataset/cursor.h"
#include "data/dataset/label_set.h"
#include "data/dataset/labels.h"
#include "kernels/elementwise/activation.h"
#include "support/memory.h"

static nn_status fail_class(const nni_dataset *dataset, uint64_t row, int class, const char *remedy, nn_error *error)
{
    const char *path = nni_files_locate(dataset->origin.files, dataset->origin.file, &row);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s is class %d, but %s", path, (unsigned long long)row,
                   dataset->origin.y_name, class, remedy);
}

/* Fails with the first row whose class is not below the limit; classes are known not to be, all in all. */
static nn_status find_class(const nni_dataset *dataset, size_t limit, const char *remedy, nn_error *error)
{
    enum { PIECE = 4096 };
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_cursor_create(dataset, PIECE, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        for (size_t i = 0; i < rows.count && status == NN_OK; i++)
            if ((size_t)rows.classes[i] >= limit)
                status =
                    fail_class(dataset, dataset->slicing.first_row + rows.first + i, rows.classes[i], remedy, error);
    }
    nni_cursor_free(cursor);
    return status;
}

static bool holds_texts(const nni_dataset *dataset)
{
    return dataset->labels && dataset->labels->texts;
}

static nn_status check_classes(const nni_dataset *dataset, size_t outputs, nn_error *error)
{
    char remedy[100];
    if (dataset->row.outputs <= outputs)
        return NN_OK;
    if (holds_texts(dataset))
        return nn_fail(error, NN_DATA,
                       "%s: %s holds %zu different texts, but the network has %zu outputs; give the last layer a unit "
                       "for each",
                       dataset->origin.file, dataset->origin.y_name, dataset->row.outputs, outputs);
    snprintf(remedy, sizeof remedy, "the network has %zu outputs, for classes 0 to %zu", outputs, outputs - 1);
    return find_class(dataset, outputs, remedy, error);
}

/* A single sigmoid tells two classes apart. */
static nn_status check_two_classes(const nni_dataset *dataset, nn_error *error)
{
    if (dataset->row.outputs <= 2)
        return NN_OK;
    return find_class(dataset, 2,
                      "a single sigmoid output is for classes 0 and 1; give the last layer a unit for each class, with "
                      "softmax",
                      error);
}

static nn_status take_values(nni_dataset *dataset, nn_error *error)
{
    NN_TRY(nni_allocate(dataset->slicing.rows, sizeof *dataset->resident.values, "the targets",
                        &dataset->resident.values, error));
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        dataset->resident.values[row] = (double)dataset->resident.classes[row];
    nni_release(dataset->resident.classes);
    dataset->resident.classes = NULL;
    return NN_OK;
}

static nn_status classes_to_values(nni_dataset *dataset, nn_activation output, nn_error *error)
{
    const bool probability = nni_activation_of(output)->outputs == NNI_PROBABILITIES;
    if (!probability && holds_texts(dataset))
        return nn_fail(error, NN_DATA,
                       "%s: %s holds %zu different texts such as '%s', which are no values to be predicted; end the "
                       "network with softmax over %zu units and loss: cross_entropy%s, or store numbers",
                       dataset->origin.file, dataset->origin.y_name, dataset->labels->names.count,
                       dataset->labels->names.text[0], dataset->labels->names.count,
                       dataset->labels->names.count == 2 ? ", or with a single sigmoid" : "");
    if (probability)
        NN_TRY(check_two_classes(dataset, error));
    if (!dataset->source)
        NN_TRY(take_values(dataset, error));
    dataset->row.target = NNI_TARGET_VALUES;
    dataset->row.binary = probability;
    dataset->row.outputs = 1;
    return NN_OK;
}

static nn_status check_width(const nni_dataset *dataset, size_t outputs, nn_error *error)
{
    if (dataset->row.outputs == outputs)
        return NN_OK;
    if (dataset->row.outputs == 1)
        return nn_fail(
            error, NN_DATA,
            "%s: %s has 1 value a row, but the network has %zu outputs; for values to be predicted give the last layer "
            "1 unit, for classes softmax and loss: cross_entropy",
            dataset->origin.file, dataset->origin.y_name, outputs);
    return nn_fail(error, NN_DATA,
                   "%s: %s has %zu values a row, but the network has %zu output%s; give the last layer %zu units",
                   dataset->origin.file, dataset->origin.y_name, dataset->row.outputs, outputs, outputs == 1 ? "" : "s",
                   dataset->row.outputs);
}

nn_status nni_dataset_fit_targets(nni_dataset *dataset, size_t outputs, nn_activation output, nn_comm *comm,
                                  nn_error *error)
{
    nn_status status = NN_OK;
    if (dataset->row.target == NNI_TARGET_CLASSES)
        status = outputs == 1 ? classes_to_values(dataset, output, error) : check_classes(dataset, outputs, error);
    else if (dataset->row.target == NNI_TARGET_VALUES)
        status = check_width(dataset, outputs, error);
    return nn_comm_agree(comm, status, error);
}

const char *nni_dataset_tell_labels(const nni_dataset *dataset, char *text, size_t size)
{
    const nni_label_set *set = dataset->label_set;
    char list[NNI_LABEL_LIST];
    text[0] = '\0';
    if (!set)
        return text;
    if (nni_dataset_names_are_labels(dataset))
        snprintf(text, size, "labels %s are classes 0 %s %zu", nni_label_list(set->number, set->count, list),
                 set->count == 2 ? "and" : "to", set->count - 1);
    else if (set->floats && (dataset->row.target == NNI_TARGET_CLASSES || dataset->row.binary))
        snprintf(text, size, "labels %s, whole numbers in floats, are classes",
                 nni_label_list(set->number, set->count, list));
    else if (dataset->row.target == NNI_TARGET_VALUES && !dataset->row.binary && dataset->row.outputs == 1 &&
             set->count <= NNI_LABELS_FEW)
        snprintf(text, size, "%s are predicted as values; for classes end the network with softmax over %zu units",
                 nni_label_list_describe(set->number, set->count, list), set->count);
    return text;
}
