/* SPDX-License-Identifier: MIT */
/** A split of a data set: this rank's rows of it, in memory or in their files, with all that is known of them. */
#ifndef NNI_DATA_DATASET_DATASET_H
#define NNI_DATA_DATASET_DATASET_H

#include "data/order/blocks.h"
#include "data/rows/origin.h"
#include "data/rows/rows.h"
#include "model/target_scaler.h"
#include "support/string_set.h"

typedef struct nni_label_set nni_label_set;
typedef struct nni_labels nni_labels;
typedef struct nni_source nni_source;

/**
 * This rank's rows of one split: resident in memory, or, where they do not fit, in the file and read again whenever
 * they are wanted. Owns its parts.
 *
 * x stays as the file has it; nni_dataset_convert gives rows to compute with, scaled before they become nni_real.
 * Targets that are values are kept in double: a time in seconds since 1970 has no digit to spare.
 */
typedef struct nni_dataset {
    nni_slicing slicing;      /**< which rows the split and this rank have */
    nni_row_format row;       /**< what a row holds */
    nni_origin origin;        /**< where they are stored */
    nni_rows_buffer resident; /**< [slicing.rows] as read; without arrays where rows stay in the file */
    nni_source *source;       /**< where rows are read again; NULL: they are resident */
    nni_blocks *blocks;       /**< runs of rows in the file, of this rank's slices; NULL of rows that were held out */
    uint64_t *slice_digest;   /**< [slices of this rank] of the rows read; NULL once some were held out */
    nni_labels *labels;       /**< NULL: classes are numbers alone */
    nni_label_set *label_set; /**< distinct whole numbers of a training split's y [N] that is opened for a head; NULL:
                                it holds others */
    double x_range[2];        /**< smallest and largest x of all ranks */
    uint64_t x_beyond;        /**< 1 + position among all values of x of the first that no nni_real holds; 0: none */
    const nni_feature_scaler *normalization; /**< borrowed; NULL: rows are given as they are */
    const nni_target_scaler *target_scaling; /**< borrowed; NULL: targets are given as they are */
} nni_dataset;

void nni_dataset_free(nni_dataset *dataset);

/** @return how many files the rows are of */
size_t nni_dataset_file_count(const nni_dataset *dataset);

/** @return whether a path leads to a file that rows are of. Local. */
bool nni_dataset_is_of(const nni_dataset *dataset, const char *path);

/** @return the names of the classes, in their order; NULL: they are numbers alone */
const nni_string_set *nni_dataset_class_names(const nni_dataset *dataset);

/** @return whether these names are the whole numbers that y holds */
bool nni_dataset_names_are_labels(const nni_dataset *dataset);

/** @return bytes that a row of x takes in memory */
size_t nni_dataset_row_bytes(const nni_dataset *dataset);

/** @return bytes that the rows of this rank take in memory, or what is read ahead of them for a training */
size_t nni_dataset_bytes(const nni_dataset *dataset);

/** @return seconds that this rank has waited for rows of the file, since it was opened */
double nni_dataset_waited(const nni_dataset *dataset);

/** @return rows first .. first + count of this rank, which are resident */
nni_rows nni_dataset_resident(const nni_dataset *dataset, size_t first, size_t count);

/**
 * Rows to compute with: x, or with a normalisation (x - offset) * scale, each operation rounded on its own: to
 * nni_real, or to double for types of x that a float does not hold exactly. One pass; threads share many rows. Local.
 *
 * @param to  [count, features]
 * @return to, or, without writing there, the rows themselves where they are just what is asked for
 */
const nni_real *nni_dataset_convert(const nni_dataset *dataset, const nni_rows *rows, nni_real *to);

/** Targets of rows as a loss takes them, scaled and rounded to nni_real. Local. @param to  [count, outputs] @return to;
 * NULL where they are classes */
const nni_real *nni_dataset_convert_targets(const nni_dataset *dataset, const nni_rows *rows, nni_real *to);

#endif
