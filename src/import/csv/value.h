/* SPDX-License-Identifier: MIT */
/** What a field of delimited text says: a number, a text, or that something is missing. */
#ifndef NNI_IMPORT_CSV_VALUE_H
#define NNI_IMPORT_CSV_VALUE_H

#include <math.h>

#include "import/csv/csv.h"

/** Bytes of a text or a name, the closing zero included. */
enum { NNI_CSV_TEXT_SIZE = 256 };

/** @return whether a field is empty, NA, null or the like */
bool nni_csv_is_missing(const nni_csv_field *field);

/** @param decimal  ',' of numbers with a decimal comma. @return whether the whole field is a number */
bool nni_csv_is_number(const nni_csv_field *field, char decimal, double *value);

bool nni_csv_is_float_with_comma(const nni_csv_field *field, float *value);

/** The same for a finite one that a float holds. Inline, since every number of a table comes through here. */
static inline bool nni_csv_is_float(const nni_csv_field *field, char decimal, float *value)
{
    if (decimal == ',')
        return nni_csv_is_float_with_comma(field, value);
    const char *end = field->text + field->length, *stop;
    return nni_csv_float(field->text, end, value, &stop) && stop == end && isfinite(*value);
}

/** @return commas of a field that is digits and commas: to some a fraction, to others thousands; 0 of others */
size_t nni_csv_count_commas(const nni_csv_field *field);

/** Copies a text. @return false where it is too long, no UTF-8 or has a NUL */
bool nni_csv_copy_text(const nni_csv_field *field, char text[NNI_CSV_TEXT_SIZE]);

#endif
