/* SPDX-License-Identifier: MIT */
#include "import/csv/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "import/csv/date.h"
#include "import/csv/delimiter.h"
#include "import/csv/names.h"
#include "import/csv/value.h"
#include "support/memory.h"

enum { SAMPLE = 10000 };

/* --- what the columns are --- */

/* Of the sample: what each column holds. */
struct seen {
    size_t texts, numbers, dates, times;
    size_t records;     /* missing fields are of them, too */
    size_t ambiguous;   /* texts such as 3/1/2024 */
    double first;       /* number */
    bool counts;        /* its numbers go on by 1 from the first */
    double least, most; /* number */
    bool fraction;      /* a number that is no class: negative, or not whole */
};

/* A typing error among numbers is a typing error, to be told, and makes no texts of them. */
static bool is_text(const struct seen *seen)
{
    return seen->texts > seen->numbers + seen->dates;
}

static bool is_date(const struct seen *seen)
{
    return seen->dates > seen->numbers + seen->texts;
}

/* Whether a float, with its 24 bits, keeps fewer than 13 of what the numbers differ by. */
static bool is_wide(const struct seen *seen)
{
    const double size = fmax(fabs(seen->least), fabs(seen->most)), spread = seen->most - seen->least;
    return seen->numbers > 1 && spread > 0 && size > 0x1p24 && size > 0x1p11 * spread;
}

static void note_number(struct seen *seen, double value)
{
    if (seen->numbers == 0)
        seen->first = seen->least = seen->most = value;
    seen->counts = seen->records == seen->numbers + 1 && value == seen->first + (double)seen->numbers &&
                   (seen->numbers == 0 ? value == 0 || value == 1 : seen->counts);
    seen->least = fmin(seen->least, value);
    seen->most = fmax(seen->most, value);
}

static void look_at(const nni_csv_table *table, struct seen *seen, const nni_csv_field *field)
{
    double value = 0;
    nni_csv_date date;
    seen->records++;
    if (nni_csv_is_missing(field))
        return;
    const bool number = nni_csv_is_number(field, table->job->decimal, &value);
    if (!number && nni_csv_is_date(field, &date)) {
        seen->dates++;
        seen->times += date.timed;
        seen->fraction = true;
        return;
    }
    if (!number && nni_csv_count_commas(field) == 0) { /* numbers with commas are told, and no texts */
        seen->texts++;
        seen->ambiguous += nni_csv_is_ambiguous_date(field);
        return;
    }
    if (number)
        note_number(seen, value);
    seen->numbers++;
    if (!number || value < 0 || value != floor(value) || value > INT32_MAX)
        seen->fraction = true;
}

/* Has the columns of a list be of a kind. */
static nn_status set_kind(nni_csv_table *table, const nni_csv_file *file, const char *option, const char *list,
                          nni_csv_kind kind, nn_error *error)
{
    const char *name = list;
    while (name && *name) {
        const size_t length = strcspn(name, ",");
        size_t column;
        NN_TRY(nni_csv_find_column(table, file, option, name, length, &column, error));
        table->columns[column].kind = kind;
        name += length + (name[length] == ',');
    }
    return NN_OK;
}

/* Several columns are values, in the order they are named. */
static nn_status find_labels(nni_csv_table *table, const nni_csv_file *file, const struct seen *seen, nn_error *error)
{
    for (const char *name = table->job->label; *name;) {
        const size_t length = strcspn(name, ",");
        size_t column;
        NN_TRY(nni_csv_find_column(table, file, "--label", name, length, &column, error));
        nni_csv_column *found = &table->columns[column];
        if (found->kind == NNI_CSV_TARGET)
            return nn_fail(error, NN_USAGE, "--label: column %s is named twice", found->name);
        if (is_text(&seen[column]) || found->kind == NNI_CSV_TEXT)
            return nn_fail(error, NN_USAGE,
                           "--label: column %s of %s holds texts; several labels are numbers, such as 0 and 1",
                           found->name, file->path);
        found->kind = NNI_CSV_TARGET;
        found->first = table->labels;
        if (table->labels++ == 0)
            table->label = column;
        name += length + (name[length] == ',');
    }
    return NN_OK;
}

static nn_status find_label(nni_csv_table *table, const nni_csv_file *file, const struct seen *seen, nn_error *error)
{
    const char *name = table->job->label;
    size_t column;
    table->label = SIZE_MAX;
    if (!name)
        return NN_OK;
    if (strchr(name, ',') && nni_csv_find_column(table, file, "--label", name, strlen(name), &column, NULL) != NN_OK)
        return find_labels(table, file, seen, error);
    NN_TRY(nni_csv_find_column(table, file, "--label", name, strlen(name), &column, error));
    table->labels = 1;
    const bool text = is_text(&seen[column]) || table->columns[column].kind == NNI_CSV_TEXT;
    if (text && table->job->values)
        return nn_fail(error, NN_USAGE, "--values: column %s of %s holds texts, which are classes",
                       table->columns[column].name, file->path);
    table->label = column;
    table->columns[column].kind = text                                          ? NNI_CSV_LABEL
                                  : table->job->values || seen[column].fraction ? NNI_CSV_TARGET
                                                                                : NNI_CSV_CLASS;
    return NN_OK;
}

static nn_status name_columns(nni_csv_table *table, const nni_csv_file *file, const nni_csv_field *fields,
                              nn_error *error)
{
    for (size_t c = 0; c < table->count; c++) {
        char name[NNI_CSV_TEXT_SIZE];
        if (table->header)
            NN_TRY(nni_csv_make_name(file, fields[c], c, name, error));
        else
            snprintf(name, sizeof name, "%zu", c);
        NN_TRY(nni_copy_text(name, &table->columns[c].name, error));
    }
    return NN_OK;
}

static bool looks_like_header(const nni_csv_table *table, const nni_csv_field *fields)
{
    double value;
    if (table->job->header != NN_CSV_HEADER_AUTO)
        return table->job->header == NN_CSV_HEADER_YES;
    for (size_t c = 0; c < table->count; c++)
        if (nni_csv_is_number(&fields[c], table->job->decimal, &value))
            return false;
    return true;
}

static nn_status take_first(nni_csv_table *table, nni_csv_file *file, nni_csv_field *fields, nn_error *error)
{
    const char *at = file->records, *end = file->text + file->size;
    const size_t count = nni_csv_next(&at, end, table->job->delimiter, fields, NNI_CSV_MOST_COLUMNS);
    if (count == 0)
        return nn_fail(error, NN_DATA, "%s holds no records", file->path);
    if (count > NNI_CSV_MOST_COLUMNS)
        return nn_fail(error, NN_DATA, "%s: its first record %s", file->path,
                       count == NNI_CSV_UNCLOSED   ? "has a quote that is not closed, or text behind a closing one"
                       : count == NNI_CSV_TOO_LONG ? "is longer than 64 MiB; is it text, and the delimiter right?"
                                                   : "has more than 65,536 fields; is the delimiter right?");
    table->count = count;
    if (!table->job->one_column)
        NN_TRY(nni_csv_check_delimiter(table, file, error));
    NN_TRY(nni_allocate(count, sizeof *table->columns, "the columns", &table->columns, error));
    table->header = looks_like_header(table, fields);
    if (table->header)
        file->records = at;
    return name_columns(table, file, fields, error);
}

/* Records that are malformed say nothing here; they are told later. */
static void sample(const nni_csv_table *table, const nni_csv_file *file, nni_csv_field *fields, struct seen *seen)
{
    const char *at = file->records, *end = file->text + file->size;
    for (size_t record = 0; record < SAMPLE; record++) {
        const size_t count = nni_csv_next(&at, end, table->job->delimiter, fields, table->count);
        if (count == 0)
            return;
        for (size_t c = 0; count == table->count && c < count; c++)
            look_at(table, &seen[c], &fields[c]);
    }
}

/* What a program wrote before the first column that was meant: pandas' to_csv and R's write.csv do. */
static bool is_index(const nni_csv_table *table, const struct seen *seen)
{
    const char *name = table->columns[0].name;
    return table->header && seen[0].counts && seen[0].records > 1 &&
           (strcmp(name, "unnamed 0") == 0 || strcmp(name, "Unnamed: 0") == 0);
}

static void take_kinds(nni_csv_table *table, const struct seen *seen)
{
    for (size_t c = 0; c < table->count; c++) {
        nni_csv_column *column = &table->columns[c];
        const bool empty = seen[c].records > 0 && seen[c].texts + seen[c].numbers + seen[c].dates == 0;
        column->kind = is_text(&seen[c]) ? NNI_CSV_TEXT : empty ? NNI_CSV_EMPTY : NNI_CSV_NUMBER;
        column->calendar = !is_date(&seen[c]) ? NNI_CSV_NO_DATES : seen[c].times > 0 ? NNI_CSV_SECONDS : NNI_CSV_DAYS;
        column->counts = seen[c].counts && seen[c].records > 2;
        column->ambiguous = 2 * seen[c].ambiguous > seen[c].texts;
    }
    if (is_index(table, seen))
        table->columns[0].kind = NNI_CSV_INDEX;
}

/* Rows are doubles where a feature needs them. A label of dates is in days: few, and y stays floats. */
static void choose_width(nni_csv_table *table, const struct seen *seen)
{
    table->wide = SIZE_MAX;
    for (size_t c = 0; c < table->count && table->wide == SIZE_MAX; c++)
        if (table->columns[c].kind == NNI_CSV_NUMBER &&
            (table->columns[c].calendar == NNI_CSV_SECONDS || is_wide(&seen[c])))
            table->wide = c;
    for (size_t c = 0; c < table->count; c++)
        if (table->columns[c].kind == NNI_CSV_TARGET && table->columns[c].calendar == NNI_CSV_SECONDS)
            table->columns[c].calendar = NNI_CSV_DAYS;
}

static nn_status find_kinds(nni_csv_table *table, nni_csv_file *file, nni_csv_field *fields, nn_error *error)
{
    struct seen *seen = NULL;
    NN_TRY(take_first(table, file, fields, error));
    NN_TRY(nni_allocate(table->count, sizeof *seen, "the columns", &seen, error));
    sample(table, file, fields, seen);
    take_kinds(table, seen);
    nn_status status = set_kind(table, file, "--texts", table->job->texts, NNI_CSV_TEXT, error);
    if (status == NN_OK)
        status = set_kind(table, file, "--drop", table->job->drop, NNI_CSV_DROPPED, error);
    if (status == NN_OK)
        status = find_label(table, file, seen, error);
    if (status == NN_OK)
        choose_width(table, seen);
    nni_release(seen);
    return status;
}

nn_status nni_csv_table_create(const nn_import_csv *job, nni_csv_file *file, nni_csv_table *table, nn_error *error)
{
    nni_csv_field *fields = NULL;
    *table = (nni_csv_table){.job = job};
    NN_TRY(nni_allocate(NNI_CSV_MOST_COLUMNS, sizeof *fields, "the fields of a record", &fields, error));
    const nn_status status = find_kinds(table, file, fields, error);
    nni_release(fields);
    return status;
}

static nn_status match_names(const nni_csv_table *table, nni_csv_file *file, nni_csv_field *fields, nn_error *error)
{
    const char *at = file->records;
    const size_t count = nni_csv_next(&at, file->text + file->size, table->job->delimiter, fields, table->count);
    if (count != table->count)
        return nn_fail(error, NN_DATA, "%s has %zu columns, the training file has %zu; both need the same", file->path,
                       count >= NNI_CSV_TOO_LONG ? 0 : count, table->count);
    for (size_t c = 0; table->header && c < count; c++) {
        char name[NNI_CSV_TEXT_SIZE];
        NN_TRY(nni_csv_make_name(file, fields[c], c, name, error));
        if (strcmp(name, table->columns[c].name) != 0)
            return nn_fail(error, NN_DATA, "%s: column %zu is %s, in the training file it is %s; both need the same",
                           file->path, c, name, table->columns[c].name);
    }
    if (table->header)
        file->records = at;
    return NN_OK;
}

nn_status nni_csv_table_match(const nni_csv_table *table, nni_csv_file *file, nn_error *error)
{
    nni_csv_field *fields = NULL;
    NN_TRY(nni_allocate(table->count, sizeof *fields, "the fields of a record", &fields, error));
    const nn_status status = match_names(table, file, fields, error);
    nni_release(fields);
    return status;
}
