/** Records and fields of delimited text (RFC 4180): quoted fields may hold delimiters, newlines and doubled quotes. */
#ifndef NN_DATA_CSV_H
#define NN_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>

/** A field, where it lies in the text. */
typedef struct nn_csv_field {
    const char *text; /**< without the quotes around it */
    size_t length;
    bool quoted; /**< quotes within it are doubled */
} nn_csv_field;

/**
 * Reads a record; lines without anything are passed over.
 *
 * @param at      where to read on; moves behind the record
 * @param end     of the text
 * @param fields  [most] receives the fields, as many as there is room for
 * @return fields of the record, which may be more than `most`; 0: there is no further record; SIZE_MAX: a quote is not
 * closed, or text follows behind a closing one
 */
size_t nn_csv_next(const char **at, const char *end, char delimiter, nn_csv_field *fields, size_t most);

/** Copies a field with its doubled quotes made single. @return its length, or more than room - 1 where it does not fit
 */
size_t nn_csv_copy(const nn_csv_field *field, char *to, size_t room);

/** @return where the first record begins that begins at or behind `from`. @param quoted  `from` is within quotes */
const char *nn_csv_find_record(const char *from, const char *end, bool quoted);

/** @return whether an odd number of quotes is in a text */
bool nn_csv_odd_quotes(const char *from, const char *end);

/**
 * Reads a number: decimal or with an exponent, blanks around it allowed; also nan and inf, as strtod takes them.
 * Rounded correctly, whatever its digits.
 *
 * @param stop  receives what is behind it
 * @return whether there is one
 */
bool nn_csv_number(const char *text, const char *end, double *value, const char **stop);

/** The same as a float, rounded once. */
bool nn_csv_float(const char *text, const char *end, float *value, const char **stop);

#endif
