#include "data/csv_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "nntrain/memory.h"

enum { MOST_COLUMNS = 1 << 16, SAMPLE = 10000, NAME_SIZE = 256, LONGEST_NUMBER = 1100 };

#define SEVERAL (SIZE_MAX - 1)

/* --- fields --- */

static bool equals(const nn_csv_field *field, const char *text)
{
    return strlen(text) == field->length && memcmp(field->text, text, field->length) == 0;
}

static bool is_missing(const nn_csv_field *field)
{
    static const char *const words[] = {"", "NA", "N/A", "nan", "NaN", "NAN", "null", "NULL", "?"};
    if (field->length > 4)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (equals(field, words[i]))
            return true;
    return false;
}

/* A field with points for its decimal commas. @return false where it cannot be a number */
static bool make_points(const nn_csv_field *field, char copy[LONGEST_NUMBER], nn_csv_field *made)
{
    if (field->length > LONGEST_NUMBER || memchr(field->text, '.', field->length))
        return false;
    for (size_t i = 0; i < field->length; i++)
        copy[i] = field->text[i] == ',' ? '.' : field->text[i];
    *made = (nn_csv_field){.text = copy, .length = field->length};
    return true;
}

static bool reads_number(const nn_csv_field *field, double *value)
{
    const char *end = field->text + field->length, *stop;
    return nn_csv_number(field->text, end, value, &stop) && stop == end;
}

static bool reads_float(const nn_csv_field *field, float *value)
{
    const char *end = field->text + field->length, *stop;
    return nn_csv_float(field->text, end, value, &stop) && stop == end && isfinite(*value);
}

static bool is_number(const nn_csv_table *table, const nn_csv_field *field, double *value)
{
    char copy[LONGEST_NUMBER];
    nn_csv_field made;
    if (table->job->decimal != ',')
        return reads_number(field, value);
    return make_points(field, copy, &made) && reads_number(&made, value);
}

/* Apart: what reads points, for every number of a file, needs no copy on its stack. */
static __attribute__((noinline)) bool is_float_with_comma(const nn_csv_field *field, float *value)
{
    char copy[LONGEST_NUMBER];
    nn_csv_field made;
    return make_points(field, copy, &made) && reads_float(&made, value);
}

/* Digits, a comma and digits: to some a fraction, to others thousands. */
static bool has_comma(const nn_csv_field *field)
{
    size_t commas = 0, digits = 0;
    for (size_t i = field->length > 0 && field->text[0] == '-'; i < field->length; i++) {
        commas += field->text[i] == ',';
        digits += field->text[i] >= '0' && field->text[i] <= '9';
        if (commas + digits != i + 1 - (field->text[0] == '-'))
            return false;
    }
    return commas > 0 && digits > commas;
}

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
    if (is_missing(field))
        return;
    const bool number = is_number(table, field, &value);
    if (!number && !has_comma(field)) { /* numbers with commas are told, and no texts */
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
    for (size_t c = 0; c < table->count && used + NAME_SIZE < sizeof names; c++)
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%.40s", c > 0 ? ", " : "", table->columns[c].name);
    return nn_fail(error, NN_USAGE, "%s: %s has no column %.*s; it has %s%s", option, file->path, length, name, names,
                   used + NAME_SIZE >= sizeof names ? " and more" : "");
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
static nn_status make_name(const nn_csv_file *file, nn_csv_field field, size_t column, char name[NAME_SIZE],
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
        snprintf(name, NAME_SIZE, "%zu", column);
    else if (nn_csv_copy(&field, name, NAME_SIZE) >= NAME_SIZE)
        snprintf(name, NAME_SIZE, "column %zu", column);
    return NN_OK;
}

static nn_status name_columns(nn_csv_table *table, const nn_csv_file *file, const nn_csv_field *fields, nn_error *error)
{
    const nn_csv_field none = {.text = ""};
    for (size_t c = 0; c < table->count; c++) {
        char name[NAME_SIZE];
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
        if (is_number(table, &fields[c], &value))
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
        char name[NAME_SIZE];
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

/* @return false where it is too long or no text, to be told with the record */
static bool copy_text(const nn_csv_field *field, char text[NAME_SIZE])
{
    return nn_csv_copy(field, text, NAME_SIZE) < NAME_SIZE && nn_is_utf8(field->text, field->length) &&
           !memchr(field->text, '\0', field->length);
}

nn_status nn_csv_collect(nn_csv_table *table, const nn_csv_field *fields, size_t count, nn_error *error)
{
    nn_error reason;
    if (count != table->count) /* a malformed record, to be told with the others */
        return NN_OK;
    for (size_t c = 0; c < count; c++) {
        char text[NAME_SIZE];
        nn_csv_column *column = &table->columns[c];
        if (!holds_texts(column) || is_missing(&fields[c]) || !copy_text(&fields[c], text))
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

/* --- rows --- */

/* Cut where it is long, but not amid a character. */
static int shown_length(const nn_csv_field *field)
{
    size_t shown = field->length < 40 ? field->length : 40;
    while (shown > 0 && shown < field->length && ((unsigned char)field->text[shown] & 0xC0) == 0x80)
        shown--;
    return (int)shown;
}

static bool refuse(const nn_csv_column *column, const nn_csv_field *field, const char *what, char *reason)
{
    if (memchr(field->text, '\0', field->length))
        what = "with a NUL byte behind it, which no text has; is the file damaged?";
    snprintf(reason, NN_CSV_REASON, "column %.40s holds '%.*s', %s", column->name, shown_length(field), field->text,
             what);
    return false;
}

static bool refuse_text(const nn_csv_column *column, const nn_csv_field *field, const char *what, char *reason)
{
    return refuse(column, field,
                  nn_is_utf8(field->text, field->length) ? what
                                                         : "which is no UTF-8; iconv -f LATIN1 -t UTF-8 may make it so",
                  reason);
}

static bool take_number(const nn_csv_table *table, const nn_csv_column *column, const nn_csv_field *field, float *value,
                        char *reason)
{
    if (table->job->decimal == ',' ? is_float_with_comma(field, value) : reads_float(field, value))
        return true;
    if (is_missing(field)) {
        *value = NAN;
        return table->job->missing ||
               refuse(column, field, "where a number is missing (see --missing and --drop)", reason);
    }
    if (table->job->decimal != ',' && has_comma(field))
        return refuse(column, field, "with a comma: --decimal , reads it as a decimal point", reason);
    return refuse(column, field, "which is no number that a float holds", reason);
}

static bool take_text(const nn_csv_column *column, const nn_csv_field *field, size_t *index)
{
    char text[NAME_SIZE];
    *index = SIZE_MAX;
    if (copy_text(field, text))
        *index = nn_texts_find(&column->texts, text);
    return *index != SIZE_MAX;
}

static bool take_class(const nn_csv_table *table, const nn_csv_column *column, const nn_csv_field *field,
                       int32_t *class, char *reason)
{
    double value;
    if (!is_number(table, field, &value) || value < 0 || value != floor(value) || value >= INT32_MAX)
        return refuse(column, field, "which is no class (0, 1, ...); --values has it predicted as a number", reason);
    *class = (int32_t)value;
    return true;
}

static bool take_field(const nn_csv_table *table, const nn_csv_column *column, const nn_csv_field *field, float *x,
                       nn_csv_target *y, char *reason)
{
    size_t index;
    switch (column->kind) {
    case NN_CSV_DROPPED:
        return true;
    case NN_CSV_NUMBER:
        return take_number(table, column, field, x + column->first, reason);
    case NN_CSV_TEXT:
        memset(x + column->first, 0, column->texts.count * sizeof *x);
        if (take_text(column, field, &index))
            x[column->first + index] = 1;
        else if (!is_missing(field)) /* a missing one is none of them */
            return refuse_text(column, field, "which is too long a text", reason);
        return true;
    case NN_CSV_CLASS:
        return take_class(table, column, field, &y->class, reason);
    case NN_CSV_LABEL:
        if (!take_text(column, field, &index))
            return refuse_text(column, field, "which is no class", reason);
        y->class = (int32_t)index;
        return true;
    case NN_CSV_TARGET:
        if (!take_number(table, column, field, &y->value, reason))
            return false;
        return isfinite(y->value) || refuse(column, field, "where the value to be predicted is missing", reason);
    }
    return true;
}

bool nn_csv_row(const nn_csv_table *table, const nn_csv_field *fields, size_t count, float *x, nn_csv_target *y,
                char *reason)
{
    if (count >= NN_CSV_TOO_LONG) {
        snprintf(reason, NN_CSV_REASON, "%s",
                 count == NN_CSV_UNCLOSED ? "a quote is not closed, or text follows behind it"
                                          : "the record is longer than 64 MiB; is a quote in it not closed?");
        return false;
    }
    if (count != table->count) {
        snprintf(reason, NN_CSV_REASON, "%zu fields instead of %zu", count, table->count);
        return false;
    }
    for (size_t c = 0; c < count; c++)
        if (!take_field(table, &table->columns[c], &fields[c], x, y, reason))
            return false;
    return true;
}
