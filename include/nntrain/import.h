/* SPDX-License-Identifier: MIT */
/** @file
 * Ways into HDF5: files of other formats, and generated data. What does not say that it is collective is run by one
 * process.
 */
#ifndef NNTRAIN_IMPORT_H
#define NNTRAIN_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "nntrain/comm.h"
#include "nntrain/export.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One dataset of the file to be made. */
typedef struct nn_import_item {
    const char *source;  /**< path of an IDX file, plain or gzipped; of an .npy file, or FILE.npz:NAME */
    const char *dataset; /**< e.g. "/train/x" */
} nn_import_item;

/**
 * Converts IDX files (the format of MNIST) to one HDF5 file.
 *
 * Types and shapes are kept: ubyte to uint8, byte to int8, short, int, float, double. Gzipped files are read directly
 * with zlib. The output appears under its name only when it is complete; an existing file is replaced.
 *
 * @param items     [count] what goes where
 * @param count     how many
 * @param compress  deflate level 0 to 9; 0 stores plain
 * @param output    path of the file to be made
 * @param error     receives what went wrong
 * @return NN_DATA naming the source and what is wrong with it: missing, no IDX magic, truncated, longer than its header
 * says
 */
NN_API nn_status nn_import_idx(const nn_import_item *items, size_t count, int compress, const char *output,
                               nn_error *error);

/**
 * Converts arrays of NumPy's (.npy, or members of .npz archives, stored or deflated) to one HDF5 file.
 *
 * Types and shapes are kept, but bool becomes uint8 and float16 becomes float32, which holds all its values. The output
 * appears under its name only when it is complete; an existing file is replaced.
 *
 * @param items       [count] what goes where
 * @param count       how many
 * @param compress    deflate level 0 to 9; 0 stores plain
 * @param chunk_rows  of the datasets made; 0: contiguous, or about a MiB where they are compressed
 * @param output      path of the file to be made
 * @param error       receives what went wrong
 * @return NN_DATA naming the source and what is wrong with it: missing, no array, in Fortran's order with more than one
 * dimension, of a type that is no number, truncated or longer than its header says, an archive without such a member
 */
NN_API nn_status nn_import_npy(const nn_import_item *items, size_t count, int compress, size_t chunk_rows,
                               const char *output, nn_error *error);

/** Whether the first record of a text file names its columns. */
typedef enum nn_csv_header {
    NN_CSV_HEADER_AUTO, /**< it does where none of its fields is a number */
    NN_CSV_HEADER_YES,
    NN_CSV_HEADER_NO,
} nn_csv_header;

/** Delimited text (CSV) to be imported. Strings belong to the caller. */
typedef struct nn_import_csv {
    const char *train;    /**< path, plain or gzipped; becomes /train/x and /train/y */
    const char *test;     /**< the same for /test; NULL: none */
    const char *label;    /**< column that is /train/y, by its name, else its number from 0; several, with commas in
                             between: /train/y [rows, columns] of values; NULL: none */
    const char *like;     /**< file that was imported before, whose features and classes the rows get; there is no test
                             then, and values, texts and drop are not looked at; NULL: none */
    bool unknown;         /**< a text that `like` has no feature of counts as none of those it has, and is no error */
    bool values;          /**< the label is a value to be predicted, though it looks like classes */
    const char *texts;    /**< columns of texts, though they look like numbers, with commas in between; NULL: none */
    const char *drop;     /**< columns to leave out, with commas in between; NULL: none */
    char delimiter;       /**< between fields; 0: ',' */
    char decimal;         /**< ',' of numbers with a decimal comma; else a point */
    bool one_column;      /**< a table that has one column by the delimiter is meant to, though another would part it */
    nn_csv_header header; /**< whether the first record names the columns */
    bool missing;         /**< a number that is missing becomes NaN and is no error */
    bool skip_bad;        /**< records with errors are told and left out */
    int compress;         /**< deflate level 0 to 9; 0 stores plain */
    size_t chunk_rows;    /**< of the datasets made; 0: contiguous, or about a MiB where they are compressed */
    FILE *log;            /**< where records with errors are told: "FILE:LINE: what"; NULL: nowhere */
    FILE *report;         /**< where it is told what became of every column, and advice; NULL: nowhere */
    void (*progress)(double done, double total); /**< bytes, now and then, on rank 0; NULL: nobody asks */
} nn_import_csv;

/** What was imported. */
typedef struct nn_import_csv_result {
    size_t rows[2];  /**< of train and test */
    size_t bad[2];   /**< records of them with errors */
    size_t features; /**< of a row */
    size_t classes;  /**< of the label; 0: it is a value */
} nn_import_csv_result;

/**
 * Converts delimited text to one HDF5 file. Collective: ranks, and threads of them, share the records.
 *
 * What a column holds is what most of the first 10,000 records have. Numbers become a feature, as floats that are
 * rounded correctly, or as doubles, all of them, where floats would lose what one column varies by; dates become days
 * since 1970, with a time seconds; texts become a feature for each text, 1 or 0, in the order of their bytes. An index
 * without a name (0, 1, 2, ... in the first column) and columns without anything are left out. A label of whole
 * numbers, or of texts, becomes classes; of others, values. Several labels are values. /features names the features,
 * /columns what they were made of, /classes the classes that were texts, /labels several labels.
 *
 * With `like`, columns are found by their names and become the very features of that file, in its order and as floats
 * or doubles as there; others are left out. A label gets the classes of the file.
 *
 * The output appears under its name only when it is complete; an existing file is replaced.
 *
 * @return NN_DATA where a record is malformed, once all of them were looked at; NN_USAGE where a column is not there
 */
NN_API nn_status nn_import_csv_file(const nn_import_csv *job, const char *output, nn_comm *comm,
                                    nn_import_csv_result *result, nn_error *error);

/** Text of SVMlight or LIBSVM to be imported. Strings belong to the caller. */
typedef struct nn_import_svmlight {
    const char *train; /**< path, plain or gzipped; becomes /train/x and /train/y */
    const char *test;  /**< the same for /test; NULL: none */
    size_t features;   /**< of a row; 0: as many as the largest index says */
    bool zero_based;   /**< indices begin with 0, not with 1 */
    int compress;      /**< deflate level 0 to 9; 0 stores plain */
    size_t chunk_rows; /**< of the datasets made; 0: contiguous, or about a MiB where they are compressed */
} nn_import_svmlight;

/** What was imported. */
typedef struct nn_import_svmlight_result {
    size_t rows[2];  /**< of train and test */
    size_t features; /**< of a row */
} nn_import_svmlight_result;

/**
 * Converts lines "LABEL INDEX:VALUE ..." to full rows of floats. Labels become classes where all of them, in both
 * files, are whole numbers of 0 or more, else values (-1 and 1 are values). The output appears under its name only when
 * it is complete; an existing file is replaced.
 *
 * @return NN_DATA naming file and line of what is no such line
 */
NN_API nn_status nn_import_svmlight_file(const nn_import_svmlight *job, const char *output,
                                         nn_import_svmlight_result *result, nn_error *error);

/** Problems whose answers theory knows. */
typedef enum nn_generated {
    NN_GENERATED_XOR,     /**< 4 rows of 2 bits; class: their exclusive or */
    NN_GENERATED_CIRCLES, /**< two concentric rings: no line separates them */
    NN_GENERATED_SPIRALS, /**< two spirals of 1.5 turns */
    NN_GENERATED_SINE,    /**< y = sin(x), x in [-pi, pi] */
    NN_GENERATED_LINE,    /**< y = 2 x - 1, x in [0, 2]: a weight and a bias learn it */
} nn_generated;

/**
 * Writes a generated problem as /train/{x,y} and /test/{x,y}; the two splits are drawn independently (XOR: both the
 * four rows).
 *
 * @param problem  which one
 * @param rows     of each split; ignored for XOR
 * @param noise    standard deviation of Gaussian noise on x (circles, spirals) or on the training y (sine, line)
 * @param seed     of the rows
 * @param output   path of the file to be made
 * @param error    receives what went wrong
 * @return NN_SYSTEM where the file cannot be written
 */
NN_API nn_status nn_generate(nn_generated problem, size_t rows, double noise, uint64_t seed, const char *output,
                             nn_error *error);

#ifdef __cplusplus
}
#endif

#endif
