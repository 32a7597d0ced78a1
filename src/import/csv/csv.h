/* SPDX-License-Identifier: MIT */
/** Records and fields of delimited text (RFC 4180): quoted fields may hold delimiters, newlines and doubled quotes. A
 * record ends with LF, CRLF or CR. */
#ifndef NNI_IMPORT_CSV_CSV_H
#define NNI_IMPORT_CSV_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes that a record has at most: longer ones are the rest of a file behind a quote that is not closed, or no text.
 */
enum { NNI_CSV_LONGEST = 64 << 20 };

/** What is no record. */
#define NNI_CSV_UNCLOSED SIZE_MAX       /**< a quote is not closed, or text follows behind a closing one */
#define NNI_CSV_TOO_LONG (SIZE_MAX - 1) /**< more than NNI_CSV_LONGEST bytes */

/** A field, where it lies in the text. */
typedef struct nni_csv_field {
    const char *text; /**< without the quotes around it */
    size_t length;
    bool quoted; /**< quotes within it are doubled */
} nni_csv_field;

/**
 * Reads a record; lines without anything are passed over.
 *
 * @param at      where to read on; moves behind the record
 * @param end     of the text
 * @param fields  [most] receives the fields, as many as fit into it
 * @return fields of the record, which may be more than `most`; 0: there is no further record; NNI_CSV_UNCLOSED or
 * NNI_CSV_TOO_LONG where it is none
 */
size_t nni_csv_next(const char **at, const char *end, char delimiter, nni_csv_field *fields, size_t most);

/** Copies a field with its doubled quotes made single. @return its length, or more than size - 1 where it does not fit
 */
size_t nni_csv_copy(const nni_csv_field *field, char *to, size_t size);

/**
 * Finds where the first record begins behind a newline in [from, stop).
 *
 * @param end     of the text
 * @param quoted  `from` is within quotes
 * @return NULL where there is none; the end, where stop is the end
 */
const char *nni_csv_find_record(const char *from, const char *stop, const char *end, bool quoted);

/** @return whether an odd number of quotes is in a text */
bool nni_csv_odd_quotes(const char *from, const char *end);

/** @return lines that end in a text */
size_t nni_csv_count_lines(const char *from, const char *end);

/** @return records of a text without quotes: lines that are not empty */
size_t nni_csv_count_unquoted(const char *from, const char *end);

/**
 * Reads a number: decimal or with an exponent, blanks around it allowed; also nan and inf, as strtod takes them.
 * Rounded correctly, whatever its digits.
 *
 * @param stop  receives what is behind it
 * @return whether there is one
 */
bool nni_csv_number(const char *text, const char *end, double *value, const char **stop);

/** The same as a float, rounded once. */
bool nni_csv_float(const char *text, const char *end, float *value, const char **stop);

#endif
