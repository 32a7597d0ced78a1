/* SPDX-License-Identifier: MIT */
#include "import/csv/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "import/csv/value.h"
#include "support/printable.h"
#include "support/utf8.h"

#define SEVERAL (SIZE_MAX - 1)

static bool is_named(const nni_csv_column *column, const char *name, size_t length)
{
    return strlen(column->name) == length && memcmp(column->name, name, length) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts the blanks around a name off. */
static void trim(const char **name, size_t *length)
{
    for (; *length > 0 && is_blank(**name); --*length)
        ++*name;
    while (*length > 0 && is_blank((*name)[*length - 1]))
        --*length;
}

/* A column's number, which may have its noun before it: so columns are found whose numbers are names of others. */
static size_t read_number(const nni_csv_table *table, const char *name, size_t length)
{
    static const char noun[] = "column ";
    const size_t before = length > strlen(noun) && memcmp(name, noun, strlen(noun)) == 0 ? strlen(noun) : 0;
    size_t number = 0;
    for (size_t i = before; i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || number > NNI_CSV_MOST_COLUMNS)
            return SIZE_MAX;
        number = 10 * number + (size_t)(name[i] - '0');
    }
    return length > 0 && number < table->count ? number : SIZE_MAX;
}

/* Column that is named or, where none is, numbered from 0; SEVERAL where the name is no name of one alone. */
static size_t find_column(const nni_csv_table *table, const char *name, size_t length)
{
    size_t found = SIZE_MAX;
    trim(&name, &length);
    for (size_t c = 0; c < table->count; c++)
        if (is_named(&table->columns[c], name, length))
            found = found == SIZE_MAX ? c : SEVERAL;
    return found != SIZE_MAX ? found : read_number(table, name, length);
}

/* Whether a name can be copied from a terminal into an option. @param bare  receives whether it can be without quotes
 */
static bool can_be_typed(const char *name, bool *bare)
{
    char shown[NNI_CSV_SPELLED];
    *bare = true;
    for (const char *at = name; *at; at++)
        *bare = *bare && ((unsigned char)*at >= 0x80 || isalnum((unsigned char)*at) || strchr("_-.", *at));
    return strlen(name) + sizeof "''" <= NNI_CSV_SPELLED && !strpbrk(name, ",'") &&
           strcmp(nni_printable(name, shown, sizeof shown), name) == 0;
}

char *nni_csv_spell(const nni_csv_table *table, size_t column, char spelled[NNI_CSV_SPELLED])
{
    const char *name = table->columns[column].name;
    bool bare;
    if (can_be_typed(name, &bare) && find_column(table, name, strlen(name)) == column) {
        snprintf(spelled, NNI_CSV_SPELLED, bare ? "%s" : "'%s'", name);
        return spelled;
    }
    snprintf(spelled, NNI_CSV_SPELLED, "%zu", column);
    if (find_column(table, spelled, strlen(spelled)) != column)
        snprintf(spelled, NNI_CSV_SPELLED, "'column %zu'", column);
    return spelled;
}

static nn_status fail_several(const nni_csv_table *table, const nni_csv_file *file, const char *option,
                              const char *name, size_t length, nn_error *error)
{
    char spelled[NNI_CSV_SPELLED];
    size_t first = 0;
    trim(&name, &length);
    while (!is_named(&table->columns[first], name, length))
        first++;
    return nn_fail(error, NN_USAGE, "%s: %s has several columns %s; name it by its number, counted from 0, as in %s %s",
                   option, file->path, table->columns[first].name, option, nni_csv_spell(table, first, spelled));
}

nn_status nni_csv_find_column(const nni_csv_table *table, const nni_csv_file *file, const char *option,
                              const char *name, size_t length, size_t *column, nn_error *error)
{
    *column = find_column(table, name, length);
    if (*column < table->count)
        return NN_OK;
    if (*column == SEVERAL)
        return fail_several(table, file, option, name, length, error);
    char names[300] = "";
    size_t used = 0;
    for (size_t c = 0; c < table->count && used + NNI_CSV_TEXT_SIZE < sizeof names; c++)
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%.40s", c > 0 ? ", " : "", table->columns[c].name);
    return nn_fail(error, NN_USAGE, "%s: %s has no column %.*s; it has %s%s", option, file->path, (int)length, name,
                   names, used + NNI_CSV_TEXT_SIZE >= sizeof names ? " and more" : "");
}

/* Another column may be named by the number of one that has no name. */
nn_status nni_csv_make_name(const nni_csv_file *file, nni_csv_field field, size_t column, char *name, nn_error *error)
{
    trim(&field.text, &field.length);
    if (!nni_is_utf8(field.text, field.length))
        return nn_fail(error, NN_DATA,
                       "%s: the name of column %zu, '%.*s', is no UTF-8 text; save the file as UTF-8, for "
                       "example by iconv -f LATIN1 -t UTF-8",
                       file->path, column, (int)(field.length < 40 ? field.length : 40), field.text);
    if (field.length == 0)
        snprintf(name, NNI_CSV_TEXT_SIZE, "unnamed %zu", column);
    else if (nni_csv_copy(&field, name, NNI_CSV_TEXT_SIZE) >= NNI_CSV_TEXT_SIZE)
        snprintf(name, NNI_CSV_TEXT_SIZE, "column %zu", column);
    return NN_OK;
}
