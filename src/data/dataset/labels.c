/* SPDX-License-Identifier: MIT */
#include "data/dataset/labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comm/string_set.h"
#include "hdf5/read.h"
#include "support/memory.h"

void nni_labels_free(nni_labels *labels)
{
    if (!labels)
        return;
    nni_string_set_free(&labels->names);
    nni_string_set_free(&labels->own);
    nni_release(labels->number);
    nni_release(labels->integer);
    nni_release(labels);
}

/* --- the names that a file gives its numbers --- */

static nn_status translate_names(nni_labels *labels, const nni_string_set *own, nn_error *error)
{
    NN_TRY(nni_string_set_copy(own, &labels->own, error));
    NN_TRY(nni_allocate(own->count, sizeof *labels->number, "the names of the classes", &labels->number, error));
    for (size_t i = 0; i < own->count; i++) {
        const size_t class = nni_string_set_find(&labels->names, own->text[i]);
        labels->number[i] = class == SIZE_MAX ? -1 : (int64_t) class;
    }
    return NN_OK;
}

/* Names that are whole numbers as the numbers that they are. */
static nn_status read_integers(nni_labels *labels, nn_error *error)
{
    const nni_string_set *names = &labels->names;
    NN_TRY(nni_allocate(names->count, sizeof *labels->integer, "the labels", &labels->integer, error));
    for (size_t i = 0; i < names->count; i++) {
        labels->integer[i] = strtoll(names->text[i], NULL, 10);
        if (i > 0 && labels->integer[i] <= labels->integer[i - 1])
            return nn_fail(error, NN_DATA, "the model's classes '%s' and '%s' are no whole numbers in order",
                           names->text[i - 1], names->text[i]);
    }
    return NN_OK;
}

nn_status nni_labels_of_integers(const nni_label_set *set, nni_labels **result, nn_error *error)
{
    nni_labels *labels = NULL;
    NN_TRY(nni_allocate(1, sizeof *labels, "the labels", &labels, error));
    nn_status status = NN_OK;
    for (size_t i = 0; i < set->count && status == NN_OK; i++) {
        char text[24];
        snprintf(text, sizeof text, "%" PRId64, set->number[i]);
        status = nni_string_set_add(&labels->names, text, error);
    }
    if (status == NN_OK)
        status = read_integers(labels, error);
    if (status != NN_OK) {
        nni_labels_free(labels);
        return status;
    }
    *result = labels;
    return NN_OK;
}

/* What a file calls its numbers is of something else where none of that was trained. */
static bool names_any(const nni_string_set *own, const nni_string_set *known)
{
    for (size_t i = 0; i < own->count; i++)
        if (nni_string_set_find(known, own->text[i]) != SIZE_MAX)
            return true;
    return false;
}

nn_status nni_labels_of_numbers(const nni_dataset_spec *spec, const nni_string_set *own, nni_labels **result,
                                nn_error *error)
{
    const nni_string_set *known = spec->class_names;
    nni_labels *labels = NULL;
    const bool integers = known && known->count > 0 && spec->names_are_labels;
    if ((own->count == 0 && !integers) || (known && known->count == 0))
        return NN_OK;
    NN_TRY(nni_allocate(1, sizeof *labels, "the names of the classes", &labels, error));
    nn_status status = nni_string_set_copy(known ? known : own, &labels->names, error);
    if (status == NN_OK && integers && !names_any(own, known))
        status = read_integers(labels, error);
    else if (status == NN_OK && known && !nni_string_set_equal(known, own))
        status = translate_names(labels, own, error);
    if (status != NN_OK) {
        nni_labels_free(labels);
        return status;
    }
    *result = labels;
    return NN_OK;
}

/* --- texts in y --- */

static nn_status add_name(void *names, const char *text, uint64_t row, nn_error *error)
{
    (void)row;
    return nni_string_set_add(names, text, error);
}

/* What nni_string_set_add says is the end of a sentence. */
static nn_status fail_many(const nni_hdf5_rows *rows, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: %s holds more than %d different texts; are they classes?", rows->path,
                   rows->name, (int)NNI_STRING_SET_MAX);
}

static nn_status find_texts(const nni_hdf5_rows *rows, nni_string_set *names, nn_comm *comm, nn_error *error)
{
    nn_status status = nni_hdf5_read_strings(rows, add_name, names, error);
    if (status == NN_DATA && names->count == NNI_STRING_SET_MAX)
        status = fail_many(rows, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    status = nni_string_set_unite(comm, names, error);
    return status == NN_DATA ? fail_many(rows, error) : status;
}

nn_status nni_labels_of_texts(const nni_dataset_spec *spec, const nni_hdf5_rows *rows, nn_comm *comm,
                              nni_labels **result, nn_error *error)
{
    const nni_string_set *known = spec->class_names;
    nni_labels *labels = NULL;
    if (known && known->count == 0)
        return nn_fail(error, NN_DATA, "%s: %s holds texts, but the classes that were trained are numbers alone",
                       rows->path, rows->name);
    nn_status status = nni_allocate(1, sizeof *labels, "the names of the classes", &labels, error);
    if (status == NN_OK && known)
        status = nni_string_set_copy(known, &labels->names, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK && !known)
        status = find_texts(rows, &labels->names, comm, error);
    if (status != NN_OK) {
        nni_labels_free(labels);
        return status;
    }
    labels->texts = true;
    *result = labels;
    return NN_OK;
}

nn_status nni_labels_copy(const nni_labels *labels, nni_labels **copy, nn_error *error)
{
    if (!labels)
        return NN_OK;
    NN_TRY(nni_allocate(1, sizeof **copy, "the names of the classes", copy, error));
    (*copy)->texts = labels->texts;
    NN_TRY(nni_string_set_copy(&labels->names, &(*copy)->names, error));
    if (labels->integer)
        NN_TRY(read_integers(*copy, error));
    return labels->number ? translate_names(*copy, &labels->own, error) : NN_OK;
}

/* --- reading --- */

static const nni_labels *labels_of(const nni_hdf5_rows *rows)
{
    return rows->classes.context;
}

/* The first of the names, for a message. */
static const char *list_names(const nni_string_set *names, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < names->count && used < size; i++) {
        if (used + strlen(names->text[i]) + sizeof ", ..." > size) {
            snprintf(list + used, size - used, "...");
            break;
        }
        used += (size_t)snprintf(list + used, size - used, "%s%s", names->text[i], i + 1 < names->count ? ", " : "");
    }
    return list;
}

static nn_status fail_unknown(const nni_hdf5_rows *rows, const char *text, uint64_t row, nn_error *error)
{
    char list[300];
    const nni_string_set *names = &labels_of(rows)->names;
    return nn_fail(error, NN_DATA,
                   "%s: row %llu of %s is '%s', which is none of the %zu classes that were trained (%s)", rows->path,
                   (unsigned long long)row, rows->name, text, names->count, list_names(names, list, sizeof list));
}

static nn_status look_up(const nni_hdf5_rows *rows, const char *text, uint64_t row, int64_t *class, nn_error *error)
{
    const size_t found = nni_string_set_find(&labels_of(rows)->names, text);
    *class = (int64_t)found;
    return found == SIZE_MAX ? fail_unknown(rows, text, row, error) : NN_OK;
}

/* @return class of a whole number that is a class's name; -1: there is none */
static int64_t find_integer(const nni_labels *labels, int64_t number)
{
    size_t low = 0, high = labels->names.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (labels->integer[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < labels->names.count && labels->integer[low] == number ? (int64_t)low : -1;
}

static nn_status translate_integers(const nni_hdf5_rows *rows, int64_t *classes, uint64_t first, size_t count,
                                    nn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        char text[24];
        const int64_t class = find_integer(labels_of(rows), classes[i]);
        if (class < 0) {
            snprintf(text, sizeof text, "%" PRId64, classes[i]);
            return fail_unknown(rows, text, first + i, error);
        }
        classes[i] = class;
    }
    return NN_OK;
}

static nn_status translate(const nni_hdf5_rows *rows, int64_t *classes, uint64_t first, size_t count, nn_error *error)
{
    const nni_labels *labels = labels_of(rows);
    if (labels->integer)
        return translate_integers(rows, classes, first, count, error);
    for (size_t i = 0; i < count; i++) {
        const uint64_t row = first + i;
        const int64_t number = classes[i];
        if (number < 0 || (uint64_t)number >= labels->own.count)
            return nn_fail(error, NN_DATA, "%s: row %llu of %s is class %lld, but /classes has names for 0 to %zu",
                           rows->path, (unsigned long long)row, rows->name, (long long)number, labels->own.count - 1);
        if (labels->number[number] < 0)
            return fail_unknown(rows, labels->own.text[number], row, error);
        classes[i] = labels->number[number];
    }
    return NN_OK;
}

nni_hdf5_class_map nni_labels_map(const nni_labels *labels)
{
    if (!labels)
        return (nni_hdf5_class_map){.context = NULL};
    const bool translated = labels->number || (labels->integer && !labels->texts);
    return (nni_hdf5_class_map){.of_text = look_up, .of_numbers = translated ? translate : NULL, .context = labels};
}
