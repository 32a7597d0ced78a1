/* SPDX-License-Identifier: MIT */
#include "import/csv/date.h"

#include <string.h>
#include <strings.h>

/* A field in work. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static bool take(cursor *from, char c)
{
    const bool there = from->at < from->end && *from->at == c;
    from->at += there;
    return there;
}

/* A number of so many digits. */
static bool take_digits(cursor *from, int least, int most, int *number)
{
    int digits = 0;
    for (*number = 0; from->at < from->end && digits < most && *from->at >= '0' && *from->at <= '9'; digits++)
        *number = 10 * *number + (*from->at++ - '0');
    return digits >= least;
}

/* Its first three letters, or the whole name. */
static bool take_month(cursor *from, int *month)
{
    static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    size_t letters = 0;
    while (from->at + letters < from->end && ((from->at[letters] | 0x20) >= 'a' && (from->at[letters] | 0x20) <= 'z'))
        letters++;
    for (int i = 0; i < 12; i++)
        if ((letters == 3 || letters == strlen(names[i])) && strncasecmp(from->at, names[i], letters) == 0) {
            from->at += letters;
            *month = i + 1;
            return true;
        }
    return false;
}

/* The same separator twice: 2024-03-01, 2024/3/1. */
static bool take_year_first(cursor *from, int *year, int *month, int *day)
{
    if (!take_digits(from, 4, 4, year) || from->at == from->end)
        return false;
    const char separator = *from->at;
    return (separator == '-' || separator == '/') && take(from, separator) && take_digits(from, 1, 2, month) &&
           take(from, separator) && take_digits(from, 1, 2, day);
}

static bool take_day_first(cursor *from, int *year, int *month, int *day)
{
    if (!take_digits(from, 1, 2, day))
        return false;
    if (take(from, '.'))
        return take_digits(from, 1, 2, month) && take(from, '.') && take_digits(from, 4, 4, year);
    if (take(from, '-'))
        return take_month(from, month) && take(from, '-') && take_digits(from, 4, 4, year);
    return take(from, ' ') && take_month(from, month) && take(from, ' ') && take_digits(from, 4, 4, year);
}

static bool take_month_first(cursor *from, int *year, int *month, int *day)
{
    if (!take_month(from, month) || !take(from, ' ') || !take_digits(from, 1, 2, day))
        return false;
    take(from, ',');
    return take(from, ' ') && take_digits(from, 4, 4, year);
}

/* Of the proleptic calendar, in eras of 400 years that begin with March (H. Hinnant, chrono-compatible date
 * algorithms).
 * @return false where there is no such day */
static bool count_days(int year, int month, int day, double *days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1] + (month == 2 && leap))
        return false;
    const int y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    const int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int leap_days = of_era / 4 - of_era / 100;
    *days = era * 146097.0 + of_era * 365 + leap_days + of_year - 719468;
    return true;
}

static bool take_fraction(cursor *from, double *seconds)
{
    double place = 0.1;
    const char *first = from->at;
    for (; from->at < from->end && *from->at >= '0' && *from->at <= '9'; place /= 10)
        *seconds += place * (*from->at++ - '0');
    return from->at > first;
}

/* Z, UTC, +01:00, +0100 or +01, with or without a blank before it. */
static bool take_zone(cursor *from, double *seconds)
{
    int hours, minutes = 0;
    take(from, ' ');
    if (take(from, 'Z') || from->at == from->end)
        return true;
    if (from->end - from->at == 3 && memcmp(from->at, "UTC", 3) == 0) {
        from->at = from->end;
        return true;
    }
    const bool east = *from->at == '+';
    if (!take(from, '+') && !take(from, '-'))
        return false;
    if (!take_digits(from, 2, 2, &hours))
        return false;
    if (from->at < from->end) {
        take(from, ':');
        if (!take_digits(from, 2, 2, &minutes))
            return false;
    }
    *seconds += (east ? -60 : 60) * (60 * hours + minutes);
    return hours <= 14 && minutes < 60;
}

static bool take_time(cursor *from, nni_csv_date *date)
{
    int hours, minutes, seconds = 0;
    if (!take(from, ' ') && !take(from, 'T'))
        return false;
    if (!take_digits(from, 1, 2, &hours) || !take(from, ':') || !take_digits(from, 2, 2, &minutes))
        return false;
    if (take(from, ':') && !take_digits(from, 2, 2, &seconds))
        return false;
    date->seconds = 3600 * hours + 60 * minutes + seconds;
    date->timed = true;
    if (take(from, '.') && !take_fraction(from, &date->seconds))
        return false;
    return hours < 24 && minutes < 60 && seconds <= 60 && take_zone(from, &date->seconds);
}

static cursor without_blanks(const nni_csv_field *field)
{
    cursor from = {field->text, field->text + field->length};
    while (take(&from, ' '))
        continue;
    while (from.end > from.at && from.end[-1] == ' ')
        from.end--;
    return from;
}

bool nni_csv_is_date(const nni_csv_field *field, nni_csv_date *date)
{
    enum { SHORTEST = 8, LONGEST = 48 }; /* 1.1.2024, and a long month with time and zone */
    static bool (*const forms[])(cursor *, int *, int *, int *) = {take_year_first, take_day_first, take_month_first};
    const cursor begin = without_blanks(field);
    if (begin.end - begin.at < SHORTEST || begin.end - begin.at > LONGEST)
        return false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        cursor from = begin;
        int year, month, day;
        *date = (nni_csv_date){.timed = false};
        if (forms[i](&from, &year, &month, &day) && count_days(year, month, day, &date->days))
            return (from.at == from.end || take_time(&from, date)) && from.at == from.end;
    }
    return false;
}

bool nni_csv_is_ambiguous_date(const nni_csv_field *field)
{
    cursor from = without_blanks(field);
    int first, second, year;
    return take_digits(&from, 1, 2, &first) && (take(&from, '/') || take(&from, '-')) &&
           take_digits(&from, 1, 2, &second) && (take(&from, '/') || take(&from, '-')) &&
           take_digits(&from, 2, 4, &year) && (from.at == from.end || *from.at == ' ');
}
