/* SPDX-License-Identifier: MIT */
#include "import/csv/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- records --- */

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* Behind the closing quote of a field whose text begins at `at`; NULL where there is none. */
static const char *close_quote(const char *at, const char *end, bool *doubled)
{
    while ((at = memchr(at, '"', (size_t)(end - at)))) {
        if (at + 1 == end || at[1] != '"')
            return at + 1;
        *doubled = true;
        at += 2;
        if (at >= end)
            return NULL;
    }
    return NULL;
}

/* One field; *at moves to what ends it: a delimiter, a newline or the end. */
static bool next_field(const char **at, const char *end, char delimiter, nni_csv_field *field)
{
    const char *from = *at;
    *field = (nni_csv_field){.text = from};
    if (from < end && *from == '"') {
        const char *behind = close_quote(from + 1, end, &field->quoted);
        if (!behind)
            return false;
        field->text = from + 1;
        field->length = (size_t)(behind - 1 - field->text);
        *at = behind;
        return behind == end || *behind == delimiter || is_newline(*behind);
    }
    /* One comparison for both line ends: control characters up to CR are few. */
    while (from < end && *from != delimiter && ((unsigned char)*from > '\r' || !is_newline(*from)))
        from++;
    *at = from;
    field->length = (size_t)(from - field->text);
    return true;
}

static const char *pass_newline(const char *at, const char *end)
{
    if (at < end && *at == '\r')
        at++;
    return at < end && *at == '\n' ? at + 1 : at;
}

const char *nni_csv_find_record(const char *from, const char *stop, const char *end, bool quoted)
{
    for (; from < stop; from++) {
        if (*from == '"')
            quoted = !quoted;
        else if (!quoted && (unsigned char)*from <= '\r' && is_newline(*from) &&
                 (*from == '\n' || from + 1 == end || from[1] != '\n'))
            return from + 1;
    }
    return stop == end ? end : NULL;
}

size_t nni_csv_next(const char **at, const char *end, char delimiter, nni_csv_field *fields, size_t most)
{
    while (*at < end && is_newline(**at))
        ++*at;
    if (*at == end)
        return 0;
    const char *begin = *at;
    for (size_t count = 0;;) {
        nni_csv_field field;
        if (!next_field(at, end, delimiter, &field)) {
            *at = nni_csv_find_record(*at, end, end, false);
            return *at - begin > NNI_CSV_LONGEST ? NNI_CSV_TOO_LONG : NNI_CSV_UNCLOSED;
        }
        if (count < most)
            fields[count] = field;
        count++;
        if (*at == end || **at != delimiter) {
            *at = pass_newline(*at, end);
            return *at - begin > NNI_CSV_LONGEST ? NNI_CSV_TOO_LONG : count;
        }
        ++*at;
    }
}

size_t nni_csv_copy(const nni_csv_field *field, char *to, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < field->length; i++) {
        if (length + 1 >= size)
            return size;
        to[length++] = field->text[i];
        if (field->quoted && field->text[i] == '"')
            i++;
    }
    to[length] = '\0';
    return length;
}

bool nni_csv_odd_quotes(const char *from, const char *end)
{
    size_t quotes = 0;
    for (; from < end; from++)
        quotes += *from == '"';
    return quotes % 2 == 1;
}

/* Every LF, which compilers make vectors of, and then every CR that no LF follows. */
size_t nni_csv_count_lines(const char *from, const char *end)
{
    size_t lines = 0;
    for (const char *at = from; at < end; at++)
        lines += *at == '\n';
    while ((from = memchr(from, '\r', (size_t)(end - from)))) {
        from++;
        lines += from == end || *from != '\n';
    }
    return lines;
}

size_t nni_csv_count_unquoted(const char *from, const char *end)
{
    size_t records = 0;
    const bool returns = memchr(from, '\r', (size_t)(end - from)) != NULL;
    while (from < end) {
        const char *newline = memchr(from, '\n', (size_t)(end - from)), *stop = newline ? newline : end;
        while (from < stop) {
            const char *cr = returns ? memchr(from, '\r', (size_t)(stop - from)) : NULL, *piece = cr ? cr : stop;
            records += from < piece;
            from = piece + 1;
        }
        from = newline ? newline + 1 : end;
    }
    return records;
}

/* --- numbers --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal number in parts: mantissa * 10^exponent. */
typedef struct decimal {
    uint64_t mantissa;
    int exponent;
    bool negative, exact; /* exact: all digits are in the mantissa */
} decimal;

static const char *read_digits(const char *at, const char *end, decimal *number, int *count)
{
    const uint64_t size = (UINT64_MAX - 9) / 10;
    for (; at < end && is_digit(*at); at++, ++*count) {
        if (number->mantissa <= size)
            number->mantissa = 10 * number->mantissa + (uint64_t)(*at - '0');
        else
            number->exact = false;
    }
    return at;
}

static const char *read_exponent(const char *at, const char *end, decimal *number)
{
    const char *digits = at + 1;
    const bool negative = digits < end && *digits == '-';
    if (digits < end && (*digits == '-' || *digits == '+'))
        digits++;
    if (digits == end || !is_digit(*digits))
        return at;
    int exponent = 0;
    for (; digits < end && is_digit(*digits); digits++)
        exponent = exponent < 100000 ? 10 * exponent + (*digits - '0') : exponent;
    number->exponent += negative ? -exponent : exponent;
    return digits;
}

/* @return behind the number, or `at` where there is none of this form */
static const char *read_decimal(const char *at, const char *end, decimal *number)
{
    const char *begin = at;
    int whole = 0, fraction = 0;
    *number = (decimal){.exact = true};
    if (at < end && (*at == '-' || *at == '+'))
        number->negative = *at++ == '-';
    at = read_digits(at, end, number, &whole);
    if (at < end && *at == '.')
        at = read_digits(at + 1, end, number, &fraction);
    if (whole + fraction == 0)
        return begin;
    number->exponent = -fraction;
    if (at < end && (*at == 'e' || *at == 'E'))
        at = read_exponent(at, end, number);
    return at;
}

/* Both factors are doubles without error, so that their product or quotient is rounded once (Clinger, 1990). */
static bool is_simple(const decimal *number)
{
    return number->exact && number->mantissa <= UINT64_C(1) << 53 && number->exponent >= -22 && number->exponent <= 22;
}

static double simple(const decimal *number)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const double mantissa = (double)number->mantissa;
    const double value =
        number->exponent < 0 ? mantissa / powers[-number->exponent] : mantissa * powers[number->exponent];
    return number->negative ? -value : value;
}

enum { LONGEST = 1100 }; /* characters of a number: a double has no more than 767 digits that count */

/* By the C library, which wants a text that ends. @return characters of the number */
static size_t by_library(const char *at, const char *end, double *value, float *single)
{
    char text[LONGEST + 1], *stop;
    const size_t length = (size_t)(end - at) < LONGEST ? (size_t)(end - at) : LONGEST;
    memcpy(text, at, length);
    text[length] = '\0';
    *value = strtod(text, &stop);
    if (single)
        *single = strtof(text, &stop);
    return stop == text + LONGEST ? 0 : (size_t)(stop - text);
}

static const char *pass_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

bool nni_csv_number(const char *text, const char *end, double *value, const char **stop)
{
    decimal number;
    const char *at = pass_blanks(text, end), *behind = read_decimal(at, end, &number);
    if (behind > at && is_simple(&number)) {
        *value = simple(&number);
    } else {
        const size_t length = by_library(at, end, value, NULL);
        behind = at + length;
        if (length == 0)
            return false;
    }
    *stop = pass_blanks(behind, end);
    return true;
}

bool nni_csv_float(const char *text, const char *end, float *value, const char **stop)
{
    double wide;
    if (!nni_csv_number(text, end, &wide, stop))
        return false;
    /* Rounded twice it can be another float only where the double is half-way between two. */
    uint64_t bits;
    memcpy(&bits, &wide, sizeof bits);
    *value = (float)wide;
    const double least_normal = 0x1p-126;
    const bool halfway = (bits & 0x1FFFFFFF) == 0x10000000,
               small = wide < least_normal && wide > -least_normal && wide != 0;
    if (halfway || small) {
        double unused;
        by_library(pass_blanks(text, end), end, &unused, value);
    }
    return true;
}
