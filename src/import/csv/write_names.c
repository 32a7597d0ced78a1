/* SPDX-License-Identifier: MIT */
/* What is told of the columns besides the rows: /features, /columns, /classes and /labels. */
#include <stdio.h>
#include <string.h>

#include "import/csv/like.h"
#include "import/csv/state.h"
#include "support/memory.h"

/* Each feature by its column, those of texts as column=text. */
static nn_status write_names(const nni_csv_table *table, const nni_hdf5_output *output, nn_error *error)
{
    const char **names = NULL;
    char *buffer = NULL, *at;
    size_t bytes = 1;
    for (size_t c = 0; c < table->count; c++)
        for (size_t t = 0; t <= table->columns[c].texts.count; t++)
            bytes += strlen(table->columns[c].name) + 2 +
                     (t < table->columns[c].texts.count ? strlen(table->columns[c].texts.text[t]) : 0);
    nn_status status = nni_allocate(table->features + 1, sizeof *names, "the names of features", &names, error);
    if (status == NN_OK)
        status = nni_allocate(bytes, 1, "the names of features", &buffer, error);
    at = buffer;
    for (size_t c = 0; status == NN_OK && c < table->count; c++) {
        const nni_csv_column *column = &table->columns[c];
        if (column->kind == NNI_CSV_NUMBER)
            names[column->first] = column->name;
        for (size_t t = 0; column->kind == NNI_CSV_TEXT && t < column->texts.count; t++) {
            names[column->first + t] = at;
            at += snprintf(at, bytes - (size_t)(at - buffer), "%s=%s", column->name, column->texts.text[t]) + 1;
        }
    }
    if (status == NN_OK && table->features > 0)
        status = nni_hdf5_write_strings(output, "/features", names, table->features, error);
    nni_release(names);
    nni_release(buffer);
    return status;
}

static nn_status write_class_names(const nni_csv_table *table, const nni_hdf5_output *output, nn_error *error)
{
    if (table->label == SIZE_MAX || table->columns[table->label].kind != NNI_CSV_LABEL)
        return NN_OK;
    const nni_string_set *texts = &table->columns[table->label].texts;
    return nni_hdf5_write_strings(output, "/classes", (const char *const *)texts->text, texts->count, error);
}

/* Of several labels, which y has a column of each. */
static nn_status write_label_names(const nni_csv_table *table, const nni_hdf5_output *output, nn_error *error)
{
    const char **names = NULL;
    if (table->labels < 2)
        return NN_OK;
    NN_TRY(nni_allocate(table->labels, sizeof *names, "the names of labels", &names, error));
    for (size_t c = 0; c < table->count; c++)
        if (table->columns[c].kind == NNI_CSV_TARGET)
            names[table->columns[c].first] = table->columns[c].name;
    const nn_status status = nni_hdf5_write_strings(output, "/labels", names, table->labels, error);
    nni_release(names);
    return status;
}

/* Columns that there are features of, in the order of these: "seconds 1 when", "category 3 colour". */
static nn_status write_columns(const nni_csv_table *table, const nni_hdf5_output *output, nn_error *error)
{
    enum { BEFORE = 40 }; /* bytes of what is before a name */
    const char **columns = NULL;
    char *buffer = NULL, *at;
    size_t bytes = 1, count = 0;
    for (size_t c = 0; c < table->count; c++)
        bytes += strlen(table->columns[c].name) + BEFORE;
    nn_status status = nni_allocate(table->features + 1, sizeof *columns, "the columns", &columns, error);
    if (status == NN_OK)
        status = nni_allocate(bytes, 1, "the columns", &buffer, error);
    at = buffer;
    for (size_t c = 0; status == NN_OK && c < table->count; c++) {
        const nni_csv_column *column = &table->columns[c];
        const size_t features = nni_csv_column_features(column);
        if (features == 0)
            continue;
        columns[column->first] = at;
        at += snprintf(at, bytes - (size_t)(at - buffer), "%s %zu %s", nni_csv_column_word(column), features,
                       column->name) +
              1;
    }
    for (size_t f = 0; status == NN_OK && f < table->features; f++)
        if (columns[f])
            columns[count++] = columns[f];
    if (count > 0)
        status = nni_hdf5_write_strings(output, "/columns", columns, count, error);
    nni_release(columns);
    nni_release(buffer);
    return status;
}

nn_status nni_csv_write_names(const nni_csv_table *table, const nni_hdf5_output *output, nn_error *error)
{
    NN_TRY(write_names(table, output, error));
    NN_TRY(write_columns(table, output, error));
    NN_TRY(write_class_names(table, output, error));
    return write_label_names(table, output, error);
}
