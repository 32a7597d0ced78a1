/* SPDX-License-Identifier: MIT */
/** The values of a dataset: read piece by piece, and what they come to. */
#ifndef NNI_INSPECT_VALUES_H
#define NNI_INSPECT_VALUES_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "inspect/counts.h"
#include "inspect/features.h"

/** A dataset that is looked into. */
typedef struct nni_inspected {
    const char *name; /**< without the leading slash */
    hid_t root, dataset, type, space;
    int rank;
    hsize_t dims[H5S_MAX_RANK];
    hsize_t row_values; /**< all dimensions but the first, multiplied */
} nni_inspected;

/** An enumeration, such as a truth value of numpy's, is a number too. */
static inline bool nni_inspected_is_integer(const nni_inspected *seen)
{
    const H5T_class_t class = H5Tget_class(seen->type);
    return class == H5T_INTEGER || class == H5T_ENUM;
}

/** What its values come to. Owns its arrays. */
typedef struct nni_inspect_values {
    double least, most; /**< of the finite values; least > most: there are none */
    uint64_t nans, infinities;
    uint64_t unfit_row;         /**< the first with a NaN or an infinity, if there are such */
    nni_inspect_counts *labels; /**< of a column; NULL: not counted, or it holds others than labels */
    bool beyond_float32;        /**< a value that float32 does not hold exactly */
    hsize_t rows, of_rows;      /**< looked at, and there */
    nni_inspect_features features;
} nni_inspect_values;

/**
 * Looks at the values of a dataset of numbers.
 *
 * @param all       however many there are
 * @param features  apart, however many there are
 * @param values    to be released with nni_inspect_values_free, also where this fails
 * @return whether they could be read
 */
bool nni_inspect_values_read(const nni_inspected *seen, bool all, bool features, nni_inspect_values *values);
void nni_inspect_values_free(nni_inspect_values *values);

/** Prints range, NaN and infinities, and the rows of each class. */
void nni_inspect_values_print(FILE *out, const nni_inspected *seen, const nni_inspect_values *values);

#endif
