/** A delimited text file as a table: what its columns are, and how a record becomes a row. */
#ifndef NNI_IMPORT_CSV_TABLE_H
#define NNI_IMPORT_CSV_TABLE_H

#include <stdint.h>

#include "import/csv/csv.h"
#include "import/import.h"
#include "support/string_set.h"

/** A file, mapped into memory or, where it is gzipped, unpacked into a file without a name first. */
typedef struct nn_csv_file {
    const char *path;
    const char *text;
    size_t size;
    const char *records; /**< behind a byte order mark and the header, where there are such */
} nn_csv_file;

nn_status nn_csv_open(const char *path, nn_csv_file *file, nn_error *error);
void nn_csv_close(nn_csv_file *file);

typedef enum nn_csv_kind {
    NN_CSV_DROPPED, /**< as the user says */
    NN_CSV_INDEX,   /**< left out: without a name, and counts the rows */
    NN_CSV_EMPTY,   /**< left out: the sample has nothing in it */
    NN_CSV_NUMBER,  /**< one feature */
    NN_CSV_TEXT,    /**< one feature a text: 1 for that of the row, 0 for the others */
    NN_CSV_CLASS,   /**< the label: classes that are whole numbers */
    NN_CSV_LABEL,   /**< the label: classes that are texts */
    NN_CSV_TARGET,  /**< the label: a value to be predicted */
} nn_csv_kind;

/** What numbers a column of dates becomes. */
typedef enum nn_csv_calendar {
    NN_CSV_NO_DATES,
    NN_CSV_DAYS,    /**< since 1970-01-01 */
    NN_CSV_SECONDS, /**< since then */
} nn_csv_calendar;

typedef struct nn_csv_column {
    char *name;
    nn_csv_kind kind;
    nn_csv_calendar calendar; /**< of numbers */
    bool counts;              /**< it counts the rows of the sample from 0 or 1 */
    bool ambiguous;           /**< texts of the sample are dates such as 3/1/2024 */
    size_t first;             /**< feature that it begins with; of a label its number among the labels */
    nn_texts texts;
} nn_csv_column;

/** What a record is made of. Owns its columns. */
typedef struct nn_csv_table {
    const nn_import_csv *job;
    nn_csv_column *columns;
    size_t count;
    size_t features;
    size_t label;  /**< column, the first of several; SIZE_MAX: none */
    size_t labels; /**< how many columns are labels; several are values to be predicted */
    bool header;
    size_t wide; /**< column whose numbers floats would round too much, so that rows are doubles; SIZE_MAX: none */
} nn_csv_table;

enum { NN_CSV_MOST_COLUMNS = 1 << 16, NN_CSV_SPELLED = 64 };

/** A column's name in the header, without the blanks around it; of one without a name none that is a number.
 *
 * @param name  [NN_CSV_TEXT_SIZE]
 */
nn_status nn_csv_make_name(const nn_csv_file *file, nn_csv_field field, size_t column, char *name, nn_error *error);

/** Finds the column that an option names: by its name or, where none is called so, by its number from 0, which may have
 * the word "column" before it. Blanks around are passed over. */
nn_status nn_csv_find_column(const nn_csv_table *table, const nn_csv_file *file, const char *option, const char *name,
                             size_t length, size_t *column, nn_error *error);

/** Spells a column as options find it, and none but it: by its name, else its number, else 'column NUMBER'; in quotes
 * where a shell wants them. @return spelled */
char *nn_csv_spell(const nn_csv_table *table, size_t column, char spelled[NN_CSV_SPELLED]);

/** Finds out what the columns are, from the header and the first 10,000 records. */
nn_status nn_csv_table_create(const nn_import_csv *job, nn_csv_file *file, nn_csv_table *table, nn_error *error);
void nn_csv_table_free(nn_csv_table *table);

/** Finds where the records of another file begin, whose columns must be the same. */
nn_status nn_csv_table_match(const nn_csv_table *table, nn_csv_file *file, nn_error *error);

/** Counts the features, once all texts are known. */
void nn_csv_table_place(nn_csv_table *table);

/** @return features that a column becomes, once all texts are known */
size_t nn_csv_column_features(const nn_csv_column *column);

/** @return whether texts are to be collected before rows can be made */
bool nn_csv_table_has_texts(const nn_csv_table *table);

/** @return bytes of a feature of a row: those of a float or, of a wide table, of a double */
size_t nn_csv_table_value_bytes(const nn_csv_table *table);

/** Collects the texts of a record. */
nn_status nn_csv_collect(nn_csv_table *table, const nn_csv_field *fields, size_t count, nn_error *error);

/** The label of a row. */
typedef union nn_csv_target {
    int32_t class;
    float value;
} nn_csv_target;

enum { NN_CSV_REASON = 384 };

/**
 * Makes a row of a record.
 *
 * @param x       [features] floats, unless the table is wide
 * @param y       [labels]
 * @param reason  [NN_CSV_REASON] receives what is wrong with the record
 * @return whether it is sound
 */
bool nn_csv_row(const nn_csv_table *table, const nn_csv_field *fields, size_t count, double *x, nn_csv_target *y,
                char *reason);

#endif
