/* SPDX-License-Identifier: MIT */
#include "import/csv/delimiter.h"

#include <stdio.h>

#include "import/csv/value.h"
#include "support/memory.h"

/* Fields of the first two records by a delimiter, where it parts both alike; else 0. A blank parts numbers only: it is
 * in any text. */
static size_t count_fields(const nni_csv_table *table, const nni_csv_file *file, char delimiter, nni_csv_field *fields)
{
    const char *at = file->records, *end = file->text + file->size;
    const size_t first = nni_csv_next(&at, end, delimiter, fields, NNI_CSV_MOST_COLUMNS),
                 second = nni_csv_next(&at, end, delimiter, fields, NNI_CSV_MOST_COLUMNS);
    double value;
    if (first > NNI_CSV_MOST_COLUMNS || (second > 0 && second != first))
        return 0;
    for (size_t c = 0; delimiter == ' ' && c < first; c++)
        if (fields[c].length > 0 && !nni_csv_is_number(&fields[c], table->job->decimal, &value))
            return 0;
    return first;
}

static const char *spell_delimiter(char delimiter, char spelled[3])
{
    snprintf(spelled, 3, delimiter == '\t' ? "\\t" : "%c", delimiter);
    return spelled;
}

/* Whether some field behind the header is a number only with a decimal comma. */
static bool has_decimal_commas(const nni_csv_table *table, const nni_csv_file *file, char delimiter,
                               nni_csv_field *fields)
{
    const char *at = file->records, *end = file->text + file->size;
    double value;
    if (delimiter == ',' || table->job->decimal == ',')
        return false;
    for (size_t record = 0; record < 2; record++) {
        const size_t count = nni_csv_next(&at, end, delimiter, fields, NNI_CSV_MOST_COLUMNS);
        for (size_t c = 0; c < count && count <= NNI_CSV_MOST_COLUMNS; c++)
            if (nni_csv_count_commas(&fields[c]) == 1 && nni_csv_is_number(&fields[c], ',', &value))
                return true;
    }
    return false;
}

/* Whether all fields of the first record are numbers with semicolons between and decimal commas: those part fields,
 * too, where there is no header to tell. */
static bool is_semicolons(const nni_csv_table *table, const nni_csv_file *file, nni_csv_field *fields)
{
    const char *at = file->records;
    double value;
    if (table->job->delimiter != ',' || !has_decimal_commas(table, file, ';', fields))
        return false;
    const size_t count = nni_csv_next(&at, file->text + file->size, ';', fields, NNI_CSV_MOST_COLUMNS);
    for (size_t c = 0; c < count && c < NNI_CSV_MOST_COLUMNS; c++)
        if (!nni_csv_is_number(&fields[c], ',', &value))
            return false;
    return true;
}

nn_status nni_csv_check_delimiter(const nni_csv_table *table, const nni_csv_file *file, nn_error *error)
{
    nni_csv_field *fields = NULL;
    char used[3], better[3];
    size_t count = 0;
    NN_TRY(nni_allocate(NNI_CSV_MOST_COLUMNS, sizeof *fields, "the fields of a record", &fields, error));
    const char *other = table->count == 1 || is_semicolons(table, file, fields) ? ";\t|, " : "";
    while (*other && (*other == table->job->delimiter || (count = count_fields(table, file, *other, fields)) < 2))
        other++;
    const bool commas = *other && has_decimal_commas(table, file, *other, fields);
    nni_release(fields);
    if (!*other)
        return NN_OK;
    spell_delimiter(table->job->delimiter, used);
    spell_delimiter(*other, better);
    return nn_fail(
        error, NN_USAGE,
        "%s has %s by the delimiter '%s', but %zu by '%s'; say --delimiter '%s'%s, or --delimiter '%s' where %s meant",
        file->path, table->count == 1 ? "one column" : "other columns", used, count, better, better,
        commas ? " --decimal ','" : "", used, table->count == 1 ? "one is" : "they are");
}
