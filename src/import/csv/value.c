/* SPDX-License-Identifier: MIT */
#include "import/csv/value.h"

#include <string.h>

#include "support/utf8.h"

enum { LONGEST_NUMBER = 1100 };

static bool equals(const nni_csv_field *field, const char *text)
{
    return strlen(text) == field->length && memcmp(field->text, text, field->length) == 0;
}

bool nni_csv_is_missing(const nni_csv_field *field)
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
static bool make_points(const nni_csv_field *field, char copy[LONGEST_NUMBER], nni_csv_field *made)
{
    if (field->length > LONGEST_NUMBER || memchr(field->text, '.', field->length))
        return false;
    for (size_t i = 0; i < field->length; i++)
        copy[i] = field->text[i] == ',' ? '.' : field->text[i];
    *made = (nni_csv_field){.text = copy, .length = field->length};
    return true;
}

static bool reads_number(const nni_csv_field *field, double *value)
{
    const char *end = field->text + field->length, *stop;
    return nni_csv_number(field->text, end, value, &stop) && stop == end;
}

bool nni_csv_is_number(const nni_csv_field *field, char decimal, double *value)
{
    char copy[LONGEST_NUMBER];
    nni_csv_field made;
    if (decimal != ',')
        return reads_number(field, value);
    return make_points(field, copy, &made) && reads_number(&made, value);
}

bool nni_csv_is_float_with_comma(const nni_csv_field *field, float *value)
{
    char copy[LONGEST_NUMBER];
    nni_csv_field made;
    return make_points(field, copy, &made) && nni_csv_is_float(&made, '.', value);
}

size_t nni_csv_count_commas(const nni_csv_field *field)
{
    size_t commas = 0, digits = 0;
    for (size_t i = field->length > 0 && field->text[0] == '-'; i < field->length; i++) {
        commas += field->text[i] == ',';
        digits += field->text[i] >= '0' && field->text[i] <= '9';
        if (commas + digits != i + 1 - (field->text[0] == '-'))
            return 0;
    }
    return digits > commas ? commas : 0;
}

bool nni_csv_copy_text(const nni_csv_field *field, char text[NNI_CSV_TEXT_SIZE])
{
    return nni_csv_copy(field, text, NNI_CSV_TEXT_SIZE) < NNI_CSV_TEXT_SIZE &&
           nni_is_utf8(field->text, field->length) && !memchr(field->text, '\0', field->length);
}
