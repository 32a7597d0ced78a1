/** An import of delimited text in work: a file is cut into ranges of about a MiB that begin with a record. */
#ifndef NNI_IMPORT_CSV_IMPORT_CSV_H
#define NNI_IMPORT_CSV_IMPORT_CSV_H

#include "hdf5/write.h"
#include "import/csv/facts.h"
#include "import/csv/table.h"

enum { NN_CSV_MOST_TOLD = 20, NN_CSV_MOST_RANGES = 64 };

/** Records that lie together in the file. */
typedef struct nn_csv_range {
    const char *begin, *end;
    size_t rows, lines;           /* sound records, or all where it is an error to have others; and newlines */
    size_t first_row, first_line; /* of all ranges before */
} nn_csv_range;

/** A record with an error. */
typedef struct nn_csv_told {
    size_t line;
    char what[NN_CSV_REASON];
} nn_csv_told;

typedef struct nn_csv_split {
    nn_csv_file file;
    const char *x_name, *y_name;
    nn_csv_range *ranges;
    size_t count;
    bool quotes;                        /* some are in the file */
    bool cut_by_records;                /* no range can begin within a field */
    bool torn;                          /* a record with an open quote was met, by this rank; once surveyed, by any */
    size_t rows, bad;                   /* over all ranks, once surveyed */
    size_t told_count;                  /* of this rank */
    nn_csv_told told[NN_CSV_MOST_TOLD]; /* its first ones, in the order of lines */
    hid_t x, y;                         /* rank 0's datasets */
} nn_csv_split;

/** An import in work. */
typedef struct nn_csv_import {
    const nn_import_csv *job;
    nn_comm *comm;
    nn_csv_table table;
    nn_csv_facts facts; /* rank 0's, where there is a report */
    nn_csv_split splits[2];
    size_t split_count;
    nn_hdf5_output output; /* rank 0's */
    double done, total;    /* bytes, for the progress */
    bool told;             /* records with errors have been, and are passed over */
} nn_csv_import;

/** What threads need of their own to make a row. */
typedef struct nn_csv_maker {
    nn_csv_field *fields;
    double *x;
    nn_csv_target *y;
} nn_csv_maker;

nn_status nn_csv_maker_create(const nn_csv_table *table, nn_csv_maker *maker, nn_error *error);
void nn_csv_maker_free(nn_csv_maker *maker);

/** Writes what features, their columns, classes and several labels are called. Rank 0's. */
nn_status nn_csv_write_names(const nn_csv_table *table, const nn_hdf5_output *output, nn_error *error);

/** Cuts a file into ranges. */
nn_status nn_csv_cut(nn_csv_split *split, char delimiter, nn_error *error);

/** Counts rows and lines of every range, on all ranks together; cuts the file again by records where the quotes led
 * astray. Collective. */
nn_status nn_csv_survey(nn_csv_import *in, nn_csv_split *split, nn_error *error);

/** Rows of a range, one after the other. @param x,y  receive them, x as the table has them; NULL: they are only looked
 * at. @return sound ones */
size_t nn_csv_make_rows(const nn_csv_import *in, nn_csv_split *split, const nn_csv_range *range, nn_csv_maker *maker,
                        void *x, nn_csv_target *y);

#endif
