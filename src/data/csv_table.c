#include "data/csv_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "data/csv_value.h"
#include "nntrain/memory.h"

enum { MOST_COLUMNS = 1 << 16, SAMPLE = 10000 };

#define SEVERAL (SIZE_MAX - 1)

/* --- what the columns are --- */

/* Of the sample: what each column holds. */
struct seen {
    size_t texts, numbers;
    bool fraction; /* a number that is no class: negative, or not whole */
};

/* A typing error among numbers is a typing error, to be told, and makes no texts of them. */
static bool is_text(const struct seen *seen)
{
    return seen->texts > seen->numbers;
}

static void look_at(const nn_csv_table *table, struct seen *seen, const nn_csv_field *field)
{
    double value;
    if (nn_csv_is_missing(field))
        return;
    const bool number = nn_csv_is_number(field, table->job->decimal, &value);
    if (!number && !nn_csv_has_comma(field)) { /* numbers with commas are told, and no texts */
        seen->texts++;
        return;
    }
    seen->numbers++;
    if (!number || value < 0 || value != floor(value) || value > INT32_MAX)
        seen->fraction = true;
}

static bool is_named(const nn_csv_column *column, const char *name, size_t length)
{
    return strlen(column->name) == length && memcmp(column->name, name, length) == 0;
}

/* Column that is named, or numbered from 0; SEVERAL where the name is no name of one alone. */
static size_t find_column(const nn_csv_table *table, const char *name, size_t length)
{
    size_t found = SIZE_MAX, number = 0;
    for (size_t c = 0; c < table->count; c++)
        if (is_named(&table->columns[c], name, length))
            found = found == SIZE_MAX ? c : SEVERAL;
    if (found != SIZE_MAX)
        return found;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || number > MOST_COLUMNS)
            return SIZE_MAX;
        number = 10 * number + (size_t)(name[i] - '0');
    }
    return length > 0 && number < table->count ? number : SIZE_MAX;
}

static nn_status fail_column(const nn_csv_table *table, const nn_csv_file *file, const char *option, const char *name,
                             int length, bool several, nn_error *error)
{
    if (several)
        return nn_fail(error, NN_USAGE, "%s: %s has several columns %.*s; name it by its number, counted from 0",
                       option, file->path, length, name);
    char names[300] = "";
    size_t used = 0;
    for (size_t c = 0; c < table->count && used + NN_CSV_TEXT_SIZE < sizeof names; c++)
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%.40s", c > 0 ? ", " : "", table->columns[c].name);
    return nn_fail(error, NN_USAGE, "%s: %s has no column %.*s; it has %s%s", option, file->path, length, name, names,
                   used + NN_CSV_TEXT_SIZE >= sizeof names ? " and more" : "");
}

/* Has the columns of a list be of a kind. */
static nn_status set_kind(nn_csv_table *table, const nn_csv_file *file, const char *option, const char *list,
                          nn_csv_kind kind, nn_error *error)
{
    const char *name = list;
    while (name && *name) {
        const size_t length = strcspn(name, ",");
        const size_t column = find_column(table, name, length);
        if (column >= table->count)
            return fail_column(table, file, option, name, (int)length, column == SEVERAL, error);
        table->columns[column].kind = kind;
        name += length + (name[length] == ',');
    }
    return NN_OK;
}

static nn_status find_label(nn_csv_table *table, const nn_csv_file *file, const struct seen *seen, nn_error *error)
{
    const char *name = table->job->label;
    table->label = SIZE_MAX;
    if (!name)
        return NN_OK;
    const size_t column = find_column(table, name, strlen(name));
    if (column >= table->count)
        return fail_column(table, file, "--label", name, (int)strlen(name), column == SEVERAL, error);
    const bool text = is_text(&seen[column]);
    if (text && table->job->values)
        return nn_fail(error, NN_USAGE, "--values: column %s of %s holds texts, which are classes",
                       table->columns[column].name, file->path);
    table->label = column;
    table->columns[column].kind = text                                          ? NN_CSV_LABEL
                                  : table->job->values || seen[column].fraction ? NN_CSV_TARGET
                                                                                : NN_CSV_CLASS;
    return NN_OK;
}

/* A column's name in the header, without the blanks around it; its number where it has none. */
static nn_status make_name(const nn_csv_file *file, nn_csv_field field, size_t column, char name[NN_CSV_TEXT_SIZE],
                           nn_error *error)
{
    for (; field.length > 0 && (*field.text == ' ' || *field.text == '\t'); field.length--)
        field.text++;
    while (field.length > 0 && (field.text[field.length - 1] == ' ' || field.text[field.length - 1] == '\t'))
        field.length--;
    if (!nn_is_utf8(field.text, field.length))
        return nn_fail(error, NN_DATA,
                       "%s: the name of column %zu, '%.*s', is no UTF-8 text; save the file as UTF-8, for "
                       "example by iconv -f LATIN1 -t UTF-8",
                       file->path, column, (int)(field.length < 40 ? field.length : 40), field.text);
    if (field.length == 0)
        snprintf(name, NN_CSV_TEXT_SIZE, "%zu", column);
    else if (nn_csv_copy(&field, name, NN_CSV_TEXT_SIZE) >= NN_CSV_TEXT_SIZE)
        snprintf(name, NN_CSV_TEXT_SIZE, "column %zu", column);
    return NN_OK;
}

static nn_status name_columns(nn_csv_table *table, const nn_csv_file *file, const nn_csv_field *fields, nn_error *error)
{
    const nn_csv_field none = {.text = ""};
    for (size_t c = 0; c < table->count; c++) {
        char name[NN_CSV_TEXT_SIZE];
        NN_TRY(make_name(file, table->header ? fields[c] : none, c, name, error));
        NN_TRY(nn_copy_text(name, &table->columns[c].name, error));
    }
    return NN_OK;
}

static size_t count_in(const char *from, const char *end, char c)
{
    size_t count = 0;
    for (; from < end; from++)
        count += *from == c;
    return count;
}

/* A table whose records have one field each is one with another delimiter, where some other stands equally often in the
 * first two of them. */
static nn_status check_delimiter(const nn_csv_table *table, const nn_csv_file *file, const char *second,
                                 nn_error *error)
{
    const char *end = file->text + file->size, *behind = second;
    nn_csv_field field;
    if (table->count > 1)
        return NN_OK;
    nn_csv_next(&behind, end, table->job->delimiter, &field, 1);
    for (const char *other = ";\t|, "; *other; other++) {
        const size_t first = count_in(file->records, second, *other);
        if (first > 0 && (behind == second || first == count_in(second, behind, *other)))
            return nn_fail(error, NN_USAGE,
                           "%s has one column by the delimiter '%c', but %zu by '%s'; say --delimiter '%s'", file->path,
                           table->job->delimiter, first + 1, *other == '\t' ? "\\t" : (char[]){*other, 0},
                           *other == '\t' ? "\\t" : (char[]){*other, 0});
    }
    return NN_OK;
}

static bool looks_like_header(const nn_csv_table *table, const nn_csv_field *fields)
{
    double value;
    if (table->job->header != NN_CSV_HEADER_AUTO)
        return table->job->header == NN_CSV_HEADER_YES;
    for (size_t c = 0; c < table->count; c++)
        if (nn_csv_is_number(&fields[c], table->job->decimal, &value))
            return false;
    return true;
}

static nn_status take_first(nn_csv_table *table, nn_csv_file *file, nn_csv_field *fields, nn_error *error)
{
    const char *at = file->records, *end = file->text + file->size;
    const size_t count = nn_csv_next(&at, end, table->job->delimiter, fields, MOST_COLUMNS);
    if (count == 0)
        return nn_fail(error, NN_DATA, "%s holds no records", file->path);
    if (count > MOST_COLUMNS)
        return nn_fail(error, NN_DATA, "%s: its first record %s", file->path,
                       count == NN_CSV_UNCLOSED   ? "has a quote that is not closed, or text behind a closing one"
                       : count == NN_CSV_TOO_LONG ? "is longer than 64 MiB; is it text, and the delimiter right?"
                                                  : "has more than 65,536 fields; is the delimiter right?");
    table->count = count;
    NN_TRY(check_delimiter(table, file, at, error));
    NN_TRY(nn_allocate(count, sizeof *table->columns, "the columns", &table->columns, error));
    table->header = looks_like_header(table, fields);
    if (table->header)
        file->records = at;
    return name_columns(table, file, fields, error);
}

/* Records that are malformed say nothing here; they are told later. */
static void sample(const nn_csv_table *table, const nn_csv_file *file, nn_csv_field *fields, struct seen *seen)
{
    const char *at = file->records, *end = file->text + file->size;
    for (size_t record = 0; record < SAMPLE; record++) {
        const size_t count = nn_csv_next(&at, end, table->job->delimiter, fields, table->count);
        if (count == 0)
            return;
        for (size_t c = 0; count == table->count && c < count; c++)
            look_at(table, &seen[c], &fields[c]);
    }
}

static nn_status find_kinds(nn_csv_table *table, nn_csv_file *file, nn_csv_field *fields, nn_error *error)
{
    struct seen *seen = NULL;
    NN_TRY(take_first(table, file, fields, error));
    NN_TRY(nn_allocate(table->count, sizeof *seen, "the columns", &seen, error));
    sample(table, file, fields, seen);
    for (size_t c = 0; c < table->count; c++)
        table->columns[c].kind = is_text(&seen[c]) ? NN_CSV_TEXT : NN_CSV_NUMBER;
    nn_status status = set_kind(table, file, "--texts", table->job->texts, NN_CSV_TEXT, error);
    if (status == NN_OK)
        status = set_kind(table, file, "--drop", table->job->drop, NN_CSV_DROPPED, error);
    if (status == NN_OK)
        status = find_label(table, file, seen, error);
    nn_release(seen);
    return status;
}

nn_status nn_csv_table_create(const nn_import_csv *job, nn_csv_file *file, nn_csv_table *table, nn_error *error)
{
    nn_csv_field *fields = NULL;
    *table = (nn_csv_table){.job = job};
    NN_TRY(nn_allocate(MOST_COLUMNS, sizeof *fields, "the fields of a record", &fields, error));
    const nn_status status = find_kinds(table, file, fields, error);
    nn_release(fields);
    return status;
}

void nn_csv_table_free(nn_csv_table *table)
{
    for (size_t c = 0; table->columns && c < table->count; c++) {
        nn_release(table->columns[c].name);
        nn_texts_free(&table->columns[c].texts);
    }
    nn_release(table->columns);
    table->columns = NULL;
}

static nn_status match_names(const nn_csv_table *table, nn_csv_file *file, nn_csv_field *fields, nn_error *error)
{
    const char *at = file->records;
    const size_t count = nn_csv_next(&at, file->text + file->size, table->job->delimiter, fields, table->count);
    if (count != table->count)
        return nn_fail(error, NN_DATA, "%s has %zu columns, the training file has %zu; both need the same", file->path,
                       count >= NN_CSV_TOO_LONG ? 0 : count, table->count);
    for (size_t c = 0; table->header && c < count; c++) {
        char name[NN_CSV_TEXT_SIZE];
        NN_TRY(make_name(file, fields[c], c, name, error));
        if (strcmp(name, table->columns[c].name) != 0)
            return nn_fail(error, NN_DATA, "%s: column %zu is %s, in the training file it is %s; both need the same",
                           file->path, c, name, table->columns[c].name);
    }
    if (table->header)
        file->records = at;
    return NN_OK;
}

nn_status nn_csv_table_match(const nn_csv_table *table, nn_csv_file *file, nn_error *error)
{
    nn_csv_field *fields = NULL;
    NN_TRY(nn_allocate(table->count, sizeof *fields, "the fields of a record", &fields, error));
    const nn_status status = match_names(table, file, fields, error);
    nn_release(fields);
    return status;
}

void nn_csv_table_place(nn_csv_table *table)
{
    table->features = 0;
    for (size_t c = 0; c < table->count; c++) {
        nn_csv_column *column = &table->columns[c];
        nn_texts_sort(&column->texts);
        column->first = table->features;
        if (column->kind == NN_CSV_NUMBER)
            table->features++;
        else if (column->kind == NN_CSV_TEXT)
            table->features += column->texts.count;
    }
}

static bool holds_texts(const nn_csv_column *column)
{
    return column->kind == NN_CSV_TEXT || column->kind == NN_CSV_LABEL;
}

bool nn_csv_table_has_texts(const nn_csv_table *table)
{
    bool any = false;
    for (size_t c = 0; c < table->count; c++)
        any = any || holds_texts(&table->columns[c]);
    return any;
}

nn_status nn_csv_collect(nn_csv_table *table, const nn_csv_field *fields, size_t count, nn_error *error)
{
    nn_error reason;
    if (count != table->count) /* a malformed record, to be told with the others */
        return NN_OK;
    for (size_t c = 0; c < count; c++) {
        char text[NN_CSV_TEXT_SIZE];
        nn_csv_column *column = &table->columns[c];
        if (!holds_texts(column) || nn_csv_is_missing(&fields[c]) || !nn_csv_copy_text(&fields[c], text))
            continue;
        const nn_status status = nn_texts_add(&column->texts, text, &reason);
        if (status == NN_DATA)
            return nn_fail(error, status, "column %s %s; leave it out with --drop %s", column->name, reason.message,
                           column->name);
        if (status != NN_OK)
            return nn_fail(error, status, "%s", reason.message);
    }
    return NN_OK;
}
