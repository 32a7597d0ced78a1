#include "data/dataset/labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comm/string_set.h"
#include "hdf5/guard.h"
#include "hdf5/multi_file.h"
#include "hdf5/strings.h"
#include "support/memory.h"

const nn_texts *nn_dataset_class_names(const nn_dataset *dataset)
{
    return dataset->labels ? &dataset->labels->names : NULL;
}

bool nn_dataset_names_are_labels(const nn_dataset *dataset)
{
    return dataset->labels && dataset->labels->integer;
}

void nn_labels_free(nn_labels *labels)
{
    if (!labels)
        return;
    nn_texts_free(&labels->names);
    nn_texts_free(&labels->own);
    nn_release(labels->number);
    nn_release(labels->integer);
    nn_release(labels);
}

/* --- the names that a file gives its numbers --- */

static nn_status add_name(void *names, const char *text, uint64_t row, nn_error *error)
{
    (void)row;
    return nn_texts_add(names, text, error);
}

/* One dimension of texts, each another one. */
static bool take_names(const nn_hdf5_rows *rows, nn_texts *names)
{
    nn_hdf5_table table = nn_hdf5_table_closed();
    const uint64_t count = rows->layout->rows;
    nn_error unused;
    const bool good = nn_hdf5_table_open(rows, NULL, count, &table, &unused) == NN_OK &&
                      nn_hdf5_texts_read(&table, 0, count, add_name, names, &unused) == NN_OK && names->count == count;
    nn_hdf5_table_close(&table);
    return good;
}

void nn_labels_read_names(hid_t file, nn_texts *names)
{
    nn_hdf5_layout layout;
    nn_error unused;
    if (H5Lexists(file, "classes", H5P_DEFAULT) <= 0 ||
        nn_hdf5_describe_targets(file, "", "/classes", NULL, &layout, &unused) != NN_OK || !layout.text ||
        layout.dimensions != 1 || layout.rows > NN_TEXTS_MOST)
        return;
    const nn_hdf5_rows rows = {.file = file, .path = "", .name = "/classes", .layout = &layout, .element = NN_INT64};
    if (!take_names(&rows, names))
        nn_texts_free(names);
}

static nn_status translate_names(nn_labels *labels, const nn_texts *own, nn_error *error)
{
    NN_TRY(nn_texts_copy(own, &labels->own, error));
    NN_TRY(nn_allocate(own->count, sizeof *labels->number, "the names of the classes", &labels->number, error));
    for (size_t i = 0; i < own->count; i++) {
        const size_t class = nn_texts_find(&labels->names, own->text[i]);
        labels->number[i] = class == SIZE_MAX ? -1 : (int64_t) class;
    }
    return NN_OK;
}

/* Names that are whole numbers as the numbers that they are. */
static nn_status read_integers(nn_labels *labels, nn_error *error)
{
    const nn_texts *names = &labels->names;
    NN_TRY(nn_allocate(names->count, sizeof *labels->integer, "the labels", &labels->integer, error));
    for (size_t i = 0; i < names->count; i++) {
        labels->integer[i] = strtoll(names->text[i], NULL, 10);
        if (i > 0 && labels->integer[i] <= labels->integer[i - 1])
            return nn_fail(error, NN_DATA, "the model's classes '%s' and '%s' are no whole numbers in order",
                           names->text[i - 1], names->text[i]);
    }
    return NN_OK;
}

nn_status nn_labels_of_integers(const nn_label_set *set, nn_labels **result, nn_error *error)
{
    nn_labels *labels = NULL;
    NN_TRY(nn_allocate(1, sizeof *labels, "the labels", &labels, error));
    nn_status status = NN_OK;
    for (size_t i = 0; i < set->count && status == NN_OK; i++) {
        char text[24];
        snprintf(text, sizeof text, "%" PRId64, set->number[i]);
        status = nn_texts_add(&labels->names, text, error);
    }
    if (status == NN_OK)
        status = read_integers(labels, error);
    if (status != NN_OK) {
        nn_labels_free(labels);
        return status;
    }
    *result = labels;
    return NN_OK;
}

/* What a file calls its numbers is of something else where none of that was trained. */
static bool names_any(const nn_texts *own, const nn_texts *known)
{
    for (size_t i = 0; i < own->count; i++)
        if (nn_texts_find(known, own->text[i]) != SIZE_MAX)
            return true;
    return false;
}

nn_status nn_labels_of_numbers(const nn_dataset_spec *spec, const nn_texts *own, nn_labels **result, nn_error *error)
{
    const nn_texts *known = spec->class_names;
    nn_labels *labels = NULL;
    const bool integers = known && known->count > 0 && spec->names_are_labels;
    if ((own->count == 0 && !integers) || (known && known->count == 0))
        return NN_OK;
    NN_TRY(nn_allocate(1, sizeof *labels, "the names of the classes", &labels, error));
    nn_status status = nn_texts_copy(known ? known : own, &labels->names, error);
    if (status == NN_OK && integers && !names_any(own, known))
        status = read_integers(labels, error);
    else if (status == NN_OK && known && !nn_texts_equal(known, own))
        status = translate_names(labels, own, error);
    if (status != NN_OK) {
        nn_labels_free(labels);
        return status;
    }
    *result = labels;
    return NN_OK;
}

/* --- texts in y --- */

/* A reading of texts, as the guard takes it. */
struct collecting {
    const nn_hdf5_table *table;
    uint64_t first, count;
    nn_texts *names;
};

static nn_status collect_guarded(void *context, nn_error *error)
{
    const struct collecting *in = context;
    return nn_hdf5_texts_read(in->table, in->first, in->count, add_name, in->names, error);
}

static nn_status collect(void *names, const nn_hdf5_table *table, uint64_t first, uint64_t count, uint64_t offset,
                         nn_error *error)
{
    (void)offset;
    struct collecting in = {table, first, count, names};
    return nn_hdf5_guard(table->rows.path, collect_guarded, &in, error);
}

/* What nn_texts_add says is the end of a sentence. */
static nn_status fail_many(const nn_hdf5_rows *rows, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: %s holds more than %d different texts; are they classes?", rows->path,
                   rows->name, (int)NN_TEXTS_MOST);
}

static nn_status find_texts(const nn_hdf5_rows *rows, nn_texts *names, nn_comm *comm, nn_error *error)
{
    nn_hdf5_table table = nn_hdf5_table_closed();
    nn_status status = nn_hdf5_table_open(rows, NULL, 1, &table, error);
    if (status == NN_OK && table.parts)
        status = nn_hdf5_parts_visit(&table, rows->first, rows->count, collect, names, error);
    else if (status == NN_OK)
        status = collect(names, &table, rows->first, rows->count, 0, error);
    nn_hdf5_table_close(&table);
    if (status == NN_DATA && names->count == NN_TEXTS_MOST)
        status = fail_many(rows, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    status = nn_texts_unite(comm, names, error);
    return status == NN_DATA ? fail_many(rows, error) : status;
}

nn_status nn_labels_of_texts(const nn_dataset_spec *spec, const nn_hdf5_rows *rows, nn_comm *comm, nn_labels **result,
                             nn_error *error)
{
    const nn_texts *known = spec->class_names;
    nn_labels *labels = NULL;
    if (known && known->count == 0)
        return nn_fail(error, NN_DATA, "%s: %s holds texts, but the classes that were trained are numbers alone",
                       rows->path, rows->name);
    nn_status status = nn_allocate(1, sizeof *labels, "the names of the classes", &labels, error);
    if (status == NN_OK && known)
        status = nn_texts_copy(known, &labels->names, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK && !known)
        status = find_texts(rows, &labels->names, comm, error);
    if (status != NN_OK) {
        nn_labels_free(labels);
        return status;
    }
    labels->texts = true;
    *result = labels;
    return NN_OK;
}

nn_status nn_labels_copy(const nn_labels *labels, nn_labels **copy, nn_error *error)
{
    if (!labels)
        return NN_OK;
    NN_TRY(nn_allocate(1, sizeof **copy, "the names of the classes", copy, error));
    (*copy)->texts = labels->texts;
    NN_TRY(nn_texts_copy(&labels->names, &(*copy)->names, error));
    if (labels->integer)
        NN_TRY(read_integers(*copy, error));
    return labels->number ? translate_names(*copy, &labels->own, error) : NN_OK;
}

/* --- reading --- */

/* The first of the names, for a message. */
static const char *list_names(const nn_texts *names, char *list, size_t room)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < names->count && used < room; i++) {
        if (used + strlen(names->text[i]) + sizeof ", ..." > room) {
            snprintf(list + used, room - used, "...");
            break;
        }
        used += (size_t)snprintf(list + used, room - used, "%s%s", names->text[i], i + 1 < names->count ? ", " : "");
    }
    return list;
}

static nn_status fail_unknown(const nn_hdf5_rows *rows, const char *text, uint64_t row, nn_error *error)
{
    char list[300];
    const nn_texts *names = &rows->labels->names;
    return nn_fail(error, NN_DATA,
                   "%s: row %llu of %s is '%s', which is none of the %zu classes that were trained (%s)", rows->path,
                   (unsigned long long)row, rows->name, text, names->count, list_names(names, list, sizeof list));
}

nn_status nn_labels_look_up(const nn_hdf5_rows *rows, const char *text, uint64_t row, int64_t *class, nn_error *error)
{
    const size_t found = nn_texts_find(&rows->labels->names, text);
    *class = (int64_t)found;
    return found == SIZE_MAX ? fail_unknown(rows, text, row, error) : NN_OK;
}

/* @return class of a whole number that is a class's name; -1: there is none */
static int64_t find_integer(const nn_labels *labels, int64_t number)
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

static nn_status translate_integers(const nn_hdf5_rows *rows, int64_t *classes, uint64_t first, size_t count,
                                    nn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        char text[24];
        const int64_t class = find_integer(rows->labels, classes[i]);
        if (class < 0) {
            snprintf(text, sizeof text, "%" PRId64, classes[i]);
            return fail_unknown(rows, text, first + i, error);
        }
        classes[i] = class;
    }
    return NN_OK;
}

nn_status nn_labels_translate(const nn_hdf5_rows *rows, int64_t *classes, uint64_t first, size_t count, nn_error *error)
{
    const nn_labels *labels = rows->labels;
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
