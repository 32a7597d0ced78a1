/* SPDX-License-Identifier: MIT */
/* A record becomes a row, or there is a reason why not. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "import/csv/date.h"
#include "import/csv/names.h"
#include "import/csv/table.h"
#include "import/csv/value.h"
#include "support/utf8.h"

/* Cut where it is long, but not amid a character. */
static int shown_length(const nni_csv_field *field)
{
    size_t shown = field->length < 40 ? field->length : 40;
    while (shown > 0 && shown < field->length && ((unsigned char)field->text[shown] & 0xC0) == 0x80)
        shown--;
    return (int)shown;
}

static bool refuse(const nni_csv_column *column, const nni_csv_field *field, const char *what, char *reason)
{
    if (memchr(field->text, '\0', field->length))
        what = "with a NUL byte behind it, which no text has; is the file damaged?";
    snprintf(reason, NNI_CSV_REASON, "column %.40s holds '%.*s', %s", column->name, shown_length(field), field->text,
             what);
    return false;
}

static bool refuse_text(const nni_csv_column *column, const nni_csv_field *field, const char *what, char *reason)
{
    return refuse(
        column, field,
        nni_is_utf8(field->text, field->length) ? what : "which is no UTF-8; iconv -f LATIN1 -t UTF-8 may make it so",
        reason);
}

/* Which of the remedies is meant only the user knows. */
static bool refuse_commas(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                          char *reason)
{
    char spelled[NNI_CSV_SPELLED], what[NNI_CSV_SPELLED + 90];
    snprintf(what, sizeof what, "with %s, or --texts %s takes it as a text",
             nni_csv_count_commas(field) == 1 ? "a comma: --decimal , reads it as a decimal point"
                                              : "commas: write it without them",
             nni_csv_spell(table, (size_t)(column - table->columns), spelled));
    return refuse(column, field, what, reason);
}

static bool refuse_missing(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                           char *reason)
{
    char spelled[NNI_CSV_SPELLED], what[NNI_CSV_SPELLED + 100];
    snprintf(what, sizeof what,
             "where a number is missing; --missing nan keeps it for data.impute: mean, --drop %s leaves the column out",
             nni_csv_spell(table, (size_t)(column - table->columns), spelled));
    return refuse(column, field, what, reason);
}

static bool take_date(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                      double *value, char *reason)
{
    char spelled[NNI_CSV_SPELLED], what[NNI_CSV_SPELLED + 90];
    nni_csv_date date;
    if (nni_csv_is_date(field, &date)) {
        *value = column->calendar == NNI_CSV_DAYS ? date.days + date.seconds / 86400 : 86400 * date.days + date.seconds;
        return true;
    }
    snprintf(what, sizeof what, "which is no date such as 2024-03-01; --texts %s takes the column as texts",
             nni_csv_spell(table, (size_t)(column - table->columns), spelled));
    return refuse(column, field, what, reason);
}

/* Where all texts were collected before, only one that is too long is unknown. */
static bool refuse_unknown(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                           char *reason)
{
    char text[NNI_CSV_TEXT_SIZE];
    if (!table->job->like || !nni_csv_copy_text(field, text))
        return refuse_text(column, field, "which is too long a text", reason);
    return table->job->unknown ||
           refuse(column, field,
                  "of which the file of --like has no feature; --unknown none counts it as none of those it has",
                  reason);
}

static bool take_number(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                        double *value, char *reason)
{
    float single;
    if (column->calendar == NNI_CSV_NO_DATES && nni_csv_is_float(field, table->job->decimal, &single)) {
        *value = (double)single;
        return table->wide == SIZE_MAX || nni_csv_is_number(field, table->job->decimal, value);
    }
    if (nni_csv_is_missing(field)) {
        *value = NAN;
        return table->job->missing || refuse_missing(table, column, field, reason);
    }
    if (column->calendar != NNI_CSV_NO_DATES)
        return take_date(table, column, field, value, reason);
    if (nni_csv_count_commas(field) > (table->job->decimal == ','))
        return refuse_commas(table, column, field, reason);
    return refuse(column, field, "which is no number that a float holds", reason);
}

static bool take_text(const nni_csv_column *column, const nni_csv_field *field, size_t *index)
{
    char text[NNI_CSV_TEXT_SIZE];
    *index = SIZE_MAX;
    if (nni_csv_copy_text(field, text))
        *index = nni_string_set_find(&column->texts, text);
    return *index != SIZE_MAX;
}

static bool take_class(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                       int32_t *class, char *reason)
{
    double value;
    if (!nni_csv_is_number(field, table->job->decimal, &value) || value < 0 || value != floor(value) ||
        value >= INT32_MAX)
        return refuse(column, field, "which is no class (0, 1, ...); --values has it predicted as a number", reason);
    *class = (int32_t)value;
    return true;
}

/* Of a column that was taken for an empty one. */
static bool refuse_late(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field,
                        char *reason)
{
    char spelled[NNI_CSV_SPELLED], what[2 * NNI_CSV_SPELLED + 90];
    nni_csv_spell(table, (size_t)(column - table->columns), spelled);
    snprintf(what, sizeof what,
             "but nothing in the first 10,000 records; --texts %s keeps the column, --drop %s does not", spelled,
             spelled);
    return refuse(column, field, what, reason);
}

static bool take_field(const nni_csv_table *table, const nni_csv_column *column, const nni_csv_field *field, double *x,
                       nni_csv_target *y, char *reason)
{
    size_t index;
    double value;
    switch (column->kind) {
    case NNI_CSV_DROPPED:
    case NNI_CSV_INDEX:
        return true;
    case NNI_CSV_EMPTY:
        return nni_csv_is_missing(field) || refuse_late(table, column, field, reason);
    case NNI_CSV_NUMBER:
        return take_number(table, column, field, x + column->first, reason);
    case NNI_CSV_TEXT:
        memset(x + column->first, 0, column->texts.count * sizeof *x);
        if (take_text(column, field, &index))
            x[column->first + index] = 1;
        else if (!nni_csv_is_missing(field)) /* a missing one is none of them */
            return refuse_unknown(table, column, field, reason);
        return true;
    case NNI_CSV_CLASS:
        return take_class(table, column, field, &y->class, reason);
    case NNI_CSV_LABEL:
        if (!take_text(column, field, &index))
            return refuse_text(column, field,
                               table->job->like ? "which is no class of the file of --like" : "which is no class",
                               reason);
        y->class = (int32_t)index;
        return true;
    case NNI_CSV_TARGET:
        y += column->first;
        if (!take_number(table, column, field, &value, reason))
            return false;
        y->value = (float)value;
        return isfinite(y->value) || refuse(column, field, "where the value to be predicted is missing", reason);
    }
    return true;
}

bool nni_csv_row(const nni_csv_table *table, const nni_csv_field *fields, size_t count, double *x, nni_csv_target *y,
                 char *reason)
{
    if (count >= NNI_CSV_TOO_LONG) {
        snprintf(reason, NNI_CSV_REASON, "%s",
                 count == NNI_CSV_UNCLOSED ? "a quote is not closed, or text follows behind it"
                                           : "the record is longer than 64 MiB; is a quote in it not closed?");
        return false;
    }
    if (count != table->count) {
        snprintf(reason, NNI_CSV_REASON, "%zu fields instead of %zu", count, table->count);
        return false;
    }
    for (size_t c = 0; c < count; c++)
        if (!take_field(table, &table->columns[c], &fields[c], x, y, reason))
            return false;
    return true;
}

nn_status nni_csv_collect(nni_csv_table *table, const nni_csv_field *fields, size_t count, nn_error *error)
{
    nn_error reason;
    if (count != table->count) /* a malformed record, to be reported with the others */
        return NN_OK;
    for (size_t c = 0; c < count; c++) {
        char text[NNI_CSV_TEXT_SIZE], spelled[NNI_CSV_SPELLED];
        nni_csv_column *column = &table->columns[c];
        if (!nni_csv_holds_texts(column) || nni_csv_is_missing(&fields[c]) || !nni_csv_copy_text(&fields[c], text))
            continue;
        const nn_status status = nni_string_set_add(&column->texts, text, &reason);
        if (status == NN_DATA)
            return nn_fail(error, status, "column %s %s; leave it out with --drop %s", column->name, reason.message,
                           nni_csv_spell(table, c, spelled));
        if (status != NN_OK)
            return nn_fail(error, status, "%s", reason.message);
    }
    return NN_OK;
}
