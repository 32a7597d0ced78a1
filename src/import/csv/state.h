/* SPDX-License-Identifier: MIT */
/** An import of delimited text in work: a file is cut into ranges of about a MiB that begin with a record. */
#ifndef NNI_IMPORT_CSV_STATE_H
#define NNI_IMPORT_CSV_STATE_H

#include "hdf5/write.h"
#include "import/csv/facts.h"
#include "import/csv/table.h"

enum { NNI_CSV_MOST_REPORTED = 20, NNI_CSV_MOST_RANGES = 64 };

/** Records that lie together in the file. */
typedef struct nni_csv_range {
    const char *begin, *end;
    size_t rows, lines;           /* sound records, or all where it is an error to have others; and newlines */
    size_t first_row, first_line; /* of all ranges before */
} nni_csv_range;

/** A record with an error. */
typedef struct nni_csv_bad_record {
    size_t line;
    char what[NNI_CSV_REASON];
} nni_csv_bad_record;

typedef struct nni_csv_split {
    nni_csv_file file;
    const char *x_name, *y_name;
    nni_csv_range *ranges;
    size_t count;
    bool quotes;           /* some are in the file */
    bool cut_by_records;   /* no range can begin within a field */
    bool torn;             /* a record with an open quote was met, by this rank; once surveyed, by any */
    size_t rows, bad;      /* over all ranks, once surveyed */
    size_t reported_count; /* of this rank */
    nni_csv_bad_record reported[NNI_CSV_MOST_REPORTED]; /* its first ones, in the order of lines */
    hid_t x, y;                                         /* rank 0's datasets */
} nni_csv_split;

/** An import in work. */
typedef struct nni_csv_import {
    const nn_import_csv *job;
    nn_comm *comm;
    nni_csv_table table;
    nni_csv_facts facts; /* rank 0's, where there is a report */
    nni_csv_split splits[2];
    size_t split_count;
    nni_hdf5_output output; /* rank 0's */
    double done, total;     /* bytes, for the progress */
    bool reported;          /* records with errors have been, and are passed over */
} nni_csv_import;

/** What threads need of their own to make a row. */
typedef struct nni_csv_maker {
    nni_csv_field *fields;
    double *x;
    nni_csv_target *y;
} nni_csv_maker;

nn_status nni_csv_maker_create(const nni_csv_table *table, nni_csv_maker *maker, nn_error *error);
void nni_csv_maker_free(nni_csv_maker *maker);

/** Writes what features, their columns, classes and several labels are called. Rank 0's. */
nn_status nni_csv_write_names(const nni_csv_table *table, const nni_hdf5_output *output, nn_error *error);

/** Cuts a file into ranges. */
nn_status nni_csv_cut(nni_csv_split *split, char delimiter, nn_error *error);

/** Counts rows and lines of every range, on all ranks together; cuts the file again by records where the quotes led
 * astray. Collective. */
nn_status nni_csv_survey(nni_csv_import *in, nni_csv_split *split, nn_error *error);

/** Rows of a range, one after the other. @param x,y  receive them, x as the table has them; NULL: they are only looked
 * at. @return sound ones */
size_t nni_csv_make_rows(const nni_csv_import *in, nni_csv_split *split, const nni_csv_range *range,
                         nni_csv_maker *maker, void *x, nni_csv_target *y);

#endif
