/* SPDX-License-Identifier: MIT */
/** Dates of delimited text: those that are read the same way everywhere. */
#ifndef NNI_IMPORT_CSV_DATE_H
#define NNI_IMPORT_CSV_DATE_H

#include "import/csv/csv.h"

/** A moment of the Gregorian calendar, in UTC where no zone is written. */
typedef struct nni_csv_date {
    double days;    /**< since 1970-01-01, whole */
    double seconds; /**< of that day */
    bool timed;     /**< a time is written */
} nni_csv_date;

/**
 * Reads a date: 2024-03-01, 2024/3/1, 1.3.2024, 1-Mar-2024, 1 March 2024 or Mar 1, 2024, with or without a time behind
 * it (14:05, 14:05:30.25, after a blank or T, and Z, +01:00 or +0100). Of 3/1/2024 nobody knows which is the month.
 *
 * @return whether the whole field is such a date, and on the calendar
 */
bool nni_csv_is_date(const nni_csv_field *field, nni_csv_date *date);

/** @return whether a field is numbers with slashes between, the year last: a date whose day and month may change places
 */
bool nni_csv_is_ambiguous_date(const nni_csv_field *field);

#endif
