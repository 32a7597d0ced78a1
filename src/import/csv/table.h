/* SPDX-License-Identifier: MIT */
/** A delimited text file as a table: what its columns are, and how a record becomes a row. */
#ifndef NNI_IMPORT_CSV_TABLE_H
#define NNI_IMPORT_CSV_TABLE_H

#include <stdint.h>

#include "import/csv/csv.h"
#include "nntrain/import.h"
#include "support/string_set.h"

/** A file, mapped into memory or, where it is gzipped, unpacked into a file without a name first. */
typedef struct nni_csv_file {
    const char *path;
    const char *text;
    size_t size;
    const char *records; /**< behind a byte order mark and the header, where there are such */
} nni_csv_file;

nn_status nni_csv_open(const char *path, nni_csv_file *file, nn_error *error);
void nni_csv_close(nni_csv_file *file);

typedef enum nni_csv_kind {
    NNI_CSV_DROPPED, /**< as the user says */
    NNI_CSV_INDEX,   /**< left out: without a name, and counts the rows */
    NNI_CSV_EMPTY,   /**< left out: the sample has nothing in it */
    NNI_CSV_NUMBER,  /**< one feature */
    NNI_CSV_TEXT,    /**< one feature a text: 1 for that of the row, 0 for the others */
    NNI_CSV_CLASS,   /**< the label: classes that are whole numbers */
    NNI_CSV_LABEL,   /**< the label: classes that are texts */
    NNI_CSV_TARGET,  /**< the label: a value to be predicted */
} nni_csv_kind;

/** What numbers a column of dates becomes. */
typedef enum nni_csv_calendar {
    NNI_CSV_NO_DATES,
    NNI_CSV_DAYS,    /**< since 1970-01-01 */
    NNI_CSV_SECONDS, /**< since then */
} nni_csv_calendar;

typedef struct nni_csv_column {
    char *name;
    nni_csv_kind kind;
    nni_csv_calendar calendar; /**< of numbers */
    bool counts;               /**< it counts the rows of the sample from 0 or 1 */
    bool ambiguous;            /**< texts of the sample are dates such as 3/1/2024 */
    size_t first;              /**< feature that it begins with; of a label its number among the labels */
    nni_string_set texts;
} nni_csv_column;

/** What a record is made of. Owns its columns. */
typedef struct nni_csv_table {
    const nn_import_csv *job;
    nni_csv_column *columns;
    size_t count;
    size_t features;
    size_t label;  /**< column, the first of several; SIZE_MAX: none */
    size_t labels; /**< how many columns are labels; several are values to be predicted */
    bool header;
    size_t wide; /**< column whose numbers floats would round too much, so that rows are doubles; SIZE_MAX: none */
} nni_csv_table;

enum { NNI_CSV_MOST_COLUMNS = 1 << 16 };

/** NULL columns are fine. */
void nni_csv_table_free(nni_csv_table *table);

/** Counts the features, once all texts are known. */
void nni_csv_table_place(nni_csv_table *table);

/** @return features that a column becomes, once all texts are known */
size_t nni_csv_column_features(const nni_csv_column *column);

/** @return whether a column has texts to be collected: a feature for each, or classes */
static inline bool nni_csv_holds_texts(const nni_csv_column *column)
{
    return column->kind == NNI_CSV_TEXT || column->kind == NNI_CSV_LABEL;
}

/** @return whether texts are to be collected before rows can be made */
bool nni_csv_table_has_texts(const nni_csv_table *table);

/** @return bytes of a feature of a row: those of a float or, of a wide table, of a double */
size_t nni_csv_table_value_bytes(const nni_csv_table *table);

/** Collects the texts of a record. */
nn_status nni_csv_collect(nni_csv_table *table, const nni_csv_field *fields, size_t count, nn_error *error);

/** The label of a row. */
typedef union nni_csv_target {
    int32_t class;
    float value;
} nni_csv_target;

enum { NNI_CSV_REASON = 384 };

/**
 * Makes a row of a record.
 *
 * @param x       [features] floats, unless the table is wide
 * @param y       [labels]
 * @param reason  [NNI_CSV_REASON] receives what is wrong with the record
 * @return whether it is sound
 */
bool nni_csv_row(const nni_csv_table *table, const nni_csv_field *fields, size_t count, double *x, nni_csv_target *y,
                 char *reason);

#endif
