/* SPDX-License-Identifier: MIT */
#include "import/csv/like.h"

#include <stdio.h>
#include <string.h>

#include "hdf5/describe.h"
#include "hdf5/names/names.h"
#include "hdf5/process/guard.h"
#include "hdf5/read.h"
#include "hdf5/storage/outside.h"
#include "import/csv/value.h"
#include "support/printable.h"

#define X_NAME "/train/x"
#define Y_NAME "/train/y"

static const char *const words[] = {"number", "days", "seconds", "category"};

const char *nni_csv_column_word(const nni_csv_column *column)
{
    return words[column->kind == NNI_CSV_TEXT ? 3 : column->calendar];
}

/* What the file before tells. */
struct before {
    const char *path;
    nni_hdf5_layout x, y;
    bool has_y;
    nni_hdf5_names features, columns, labels; /* of columns, as nni_csv_column_word has them; perhaps none */
    nni_string_set classes;
};

/* A table in work. */
struct like {
    nni_csv_table *table;
    const nni_csv_file *file;
    struct before before;
    char missing[300]; /* names of columns */
    size_t missing_count;
};

/* A column of the file before. */
struct part {
    const char *name;
    size_t length, first, count; /* of the name; and features */
    nni_csv_kind kind;
    nni_csv_calendar calendar;
    bool guessed; /* by /features alone */
};

/* --- reading --- */

static nn_status describe(hid_t file, struct before *before, nn_error *error)
{
    nni_hdf5_outside closed_soon = {.open = 0};
    NN_TRY(nni_hdf5_check_outside(file, before->path, X_NAME, NN_EXTERNAL_INSIDE, &closed_soon, error));
    NN_TRY(nni_hdf5_describe(file, before->path, X_NAME, NULL, &before->x, error));
    if (!nni_hdf5_names_read(file, "features", before->x.row_values, &before->features))
        return nn_fail(error, NN_DATA,
                       "--like: %s has no /features that names what " X_NAME
                       " holds; name a file that nntrain import csv made",
                       before->path);
    nni_hdf5_names_read(file, "columns", 0, &before->columns);
    nni_hdf5_names_read(file, "labels", 0, &before->labels);
    nni_hdf5_read_string_set(file, "/classes", &before->classes);
    before->has_y = nni_hdf5_has(file, Y_NAME);
    if (!before->has_y)
        return NN_OK;
    NN_TRY(nni_hdf5_check_outside(file, before->path, Y_NAME, NN_EXTERNAL_INSIDE, &closed_soon, error));
    return nni_hdf5_describe_targets(file, before->path, Y_NAME, NULL, &before->y, error);
}

static nn_status read_inside(void *context, nn_error *error)
{
    struct before *before = context;
    hid_t file = NNI_HDF5_CLOSED;
    NN_TRY(nni_hdf5_open(before->path, NULL, &file, error));
    const nn_status status = describe(file, before, error);
    nni_hdf5_close(file);
    return status;
}

static nn_status read_before(struct before *before, nn_error *error)
{
    uint64_t bytes = 0;
    const nni_hdf5_printer printer = nni_hdf5_silence();
    nn_status status = nni_hdf5_check_path(before->path, &bytes, error);
    if (status == NN_OK)
        status = nni_hdf5_guard(before->path, read_inside, before, error);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    return status;
}

static void free_before(struct before *before)
{
    nni_hdf5_names_free(&before->features);
    nni_hdf5_names_free(&before->columns);
    nni_hdf5_names_free(&before->labels);
    nni_string_set_free(&before->classes);
}

/* --- columns --- */

static bool is_named(const nni_csv_column *column, const char *name, size_t length)
{
    return strlen(column->name) == length && memcmp(column->name, name, length) == 0;
}

/* By its very name, never by a number. @return SIZE_MAX: there is none; *second: another one, else SIZE_MAX */
static size_t find_exactly(const nni_csv_table *table, const char *name, size_t length, size_t *second)
{
    size_t found = SIZE_MAX;
    *second = SIZE_MAX;
    for (size_t c = 0; c < table->count; c++)
        if (is_named(&table->columns[c], name, length))
            *(found == SIZE_MAX ? &found : second) = c;
    return found;
}

static bool is_label(const nni_csv_column *column)
{
    return column->kind == NNI_CSV_CLASS || column->kind == NNI_CSV_LABEL || column->kind == NNI_CSV_TARGET;
}

static void note_missing(struct like *like, const struct part *part)
{
    char name[NNI_CSV_TEXT_SIZE], shown[64];
    const size_t used = strlen(like->missing);
    snprintf(name, sizeof name, "%.*s", (int)part->length, part->name);
    nni_printable(name, shown, sizeof shown);
    if (used + strlen(shown) + 2 < sizeof like->missing)
        snprintf(like->missing + used, sizeof like->missing - used, "%s%s", used > 0 ? ", " : "", shown);
    like->missing_count++;
}

static nn_status fail_damaged(const struct like *like, nn_error *error)
{
    return nn_fail(error, NN_DATA, "--like: /columns of %s does not fit its /features; import the training table again",
                   like->before.path);
}

static nn_status take_texts(const struct like *like, nni_csv_column *column, const struct part *part, nn_error *error)
{
    for (size_t t = 0; t < part->count; t++) {
        const char *feature = nni_hdf5_name(&like->before.features, part->first + t);
        if (strncmp(feature, part->name, part->length) != 0 || feature[part->length] != '=')
            return fail_damaged(like, error);
        NN_TRY(nni_string_set_add(&column->texts, feature + part->length + 1, error));
    }
    return column->texts.count == part->count ? NN_OK : fail_damaged(like, error);
}

static nn_status take_part(struct like *like, const struct part *part, nn_error *error)
{
    size_t second;
    const size_t c = find_exactly(like->table, part->name, part->length, &second);
    if (c == SIZE_MAX) {
        note_missing(like, part);
        return NN_OK;
    }
    nni_csv_column *column = &like->table->columns[c];
    const nni_csv_calendar seen = column->calendar;
    if (second != SIZE_MAX || column->kind == NNI_CSV_NUMBER || column->kind == NNI_CSV_TEXT)
        return nn_fail(error, NN_DATA,
                       "--like: %s has several columns %s, which cannot be told apart by their name; give each its own "
                       "in both tables",
                       second != SIZE_MAX ? like->file->path : like->before.path, column->name);
    if (is_label(column))
        return nn_fail(error, NN_USAGE, "--label: %s has features of column %s, which so is no label",
                       like->before.path, column->name);
    column->kind = part->kind;
    column->calendar = part->calendar;
    column->first = part->first;
    if (part->kind == NNI_CSV_TEXT)
        return take_texts(like, column, part, error);
    if (part->guessed && seen != NNI_CSV_NO_DATES)
        return nn_fail(error, NN_DATA,
                       "--like: column %s of %s holds dates, but %s does not tell what they became, for lack of "
                       "/columns; import the training table again",
                       column->name, like->file->path, like->before.path);
    return strcmp(nni_hdf5_name(&like->before.features, part->first), column->name) == 0 ? NN_OK
                                                                                         : fail_damaged(like, error);
}

/* "category 3 colour" */
static nn_status take_told(struct like *like, nn_error *error)
{
    const struct before *before = &like->before;
    size_t first = 0;
    for (size_t i = 0; i < before->columns.count; i++) {
        const char *reported = nni_hdf5_name(&before->columns, i);
        char word[16];
        int behind = 0;
        size_t count = 0, w = 0;
        if (sscanf(reported, "%15s %zu%n", word, &count, &behind) != 2 || reported[behind] != ' ' || count == 0 ||
            count > before->features.count - first)
            return fail_damaged(like, error);
        while (w < 4 && strcmp(word, words[w]) != 0)
            w++;
        if (w == 4 || (w < 3 && count != 1))
            return fail_damaged(like, error);
        const struct part part = {.name = reported + behind + 1,
                                  .length = strlen(reported + behind + 1),
                                  .first = first,
                                  .count = count,
                                  .kind = w == 3 ? NNI_CSV_TEXT : NNI_CSV_NUMBER,
                                  .calendar = w == 3 ? NNI_CSV_NO_DATES : (nni_csv_calendar)w};
        NN_TRY(take_part(like, &part, error));
        first += count;
    }
    return first == before->features.count ? NN_OK : fail_damaged(like, error);
}

/* The column that a feature such as colour=red is of: either may hold the sign itself. @return length of its name */
static size_t guess_column(const nni_csv_table *table, const char *feature, nni_csv_kind *kind)
{
    size_t second;
    *kind = NNI_CSV_NUMBER;
    if (find_exactly(table, feature, strlen(feature), &second) != SIZE_MAX || !strchr(feature, '='))
        return strlen(feature);
    *kind = NNI_CSV_TEXT;
    for (const char *sign = strchr(feature, '='); sign; sign = strchr(sign + 1, '='))
        if (find_exactly(table, feature, (size_t)(sign - feature), &second) != SIZE_MAX)
            return (size_t)(sign - feature);
    return strcspn(feature, "=");
}

static nn_status take_guessed(struct like *like, nn_error *error)
{
    const nni_hdf5_names *features = &like->before.features;
    for (size_t f = 0; f < features->count;) {
        struct part part = {.name = nni_hdf5_name(features, f), .first = f, .count = 1, .guessed = true};
        part.length = guess_column(like->table, part.name, &part.kind);
        nni_csv_kind kind = part.kind;
        while (kind == NNI_CSV_TEXT && f + part.count < features->count) {
            const char *next = nni_hdf5_name(features, f + part.count);
            if (guess_column(like->table, next, &kind) != part.length || kind != NNI_CSV_TEXT ||
                memcmp(next, part.name, part.length) != 0)
                break;
            part.count++;
        }
        NN_TRY(take_part(like, &part, error));
        f += part.count;
    }
    return NN_OK;
}

static nn_status take_columns(struct like *like, nn_error *error)
{
    nni_csv_table *table = like->table;
    for (size_t c = 0; c < table->count; c++)
        if (!is_label(&table->columns[c]))
            table->columns[c].kind = NNI_CSV_DROPPED;
    NN_TRY(like->before.columns.texts ? take_told(like, error) : take_guessed(like, error));
    if (like->missing_count > 0)
        return nn_fail(error, NN_DATA,
                       "--like: %s lacks %zu %s of which %s has features: %s; columns are found by their "
                       "names in the header",
                       like->file->path, like->missing_count, like->missing_count == 1 ? "column" : "columns",
                       like->before.path, like->missing);
    table->features = like->before.features.count;
    table->wide = !like->before.x.integer && like->before.x.file_size == sizeof(double) ? 0 : SIZE_MAX;
    return NN_OK;
}

/* --- labels --- */

static nn_status take_several(const struct like *like, nn_error *error)
{
    const nni_hdf5_names *labels = &like->before.labels;
    for (size_t c = 0; c < like->table->count; c++) {
        const nni_csv_column *column = &like->table->columns[c];
        if (column->kind != NNI_CSV_TARGET || column->first >= labels->count)
            continue;
        const char *name = nni_hdf5_name(labels, column->first);
        if (!is_named(column, name, strlen(name)))
            return nn_fail(error, NN_USAGE,
                           "--label: column %zu of " Y_NAME " is %s in %s, not %s; name them in that "
                           "order",
                           column->first, name, like->before.path, column->name);
    }
    return NN_OK;
}

static nn_status take_labels(const struct like *like, nn_error *error)
{
    const struct before *before = &like->before;
    const nni_csv_table *table = like->table;
    if (table->label == SIZE_MAX)
        return NN_OK;
    const size_t labels = !before->has_y ? 0 : before->y.row_values;
    if (table->labels != labels)
        return nn_fail(error, NN_USAGE, "--label names %zu %s, but %s has %zu; name as many, or none", table->labels,
                       table->labels == 1 ? "column" : "columns", before->path, labels);
    if (labels > 1)
        return take_several(like, error);
    nni_csv_column *column = &table->columns[table->label];
    column->kind = !before->y.integer ? NNI_CSV_TARGET : before->classes.count > 0 ? NNI_CSV_LABEL : NNI_CSV_CLASS;
    return column->kind == NNI_CSV_LABEL ? nni_string_set_copy(&before->classes, &column->texts, error) : NN_OK;
}

nn_status nni_csv_like(nni_csv_table *table, const nni_csv_file *file, nn_error *error)
{
    struct like like = {.table = table, .file = file, .before = {.path = table->job->like}};
    nn_status status = read_before(&like.before, error);
    if (status == NN_OK)
        status = take_columns(&like, error);
    if (status == NN_OK)
        status = take_labels(&like, error);
    free_before(&like.before);
    return status;
}
