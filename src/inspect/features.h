/* SPDX-License-Identifier: MIT */
/** Figures of each feature of a dataset: one position of a row, over all rows. */
#ifndef NNI_INSPECT_FEATURES_H
#define NNI_INSPECT_FEATURES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hdf5/names/names.h"

/** One feature; of its finite values. */
typedef struct nni_inspect_feature {
    double least, most; /**< least > most: there are none */
    double mean;
    double squares; /**< sum of the squared differences from the mean */
    uint64_t values, nans;
} nni_inspect_feature;

/** All features of a dataset. Owns its array. */
typedef struct nni_inspect_features {
    size_t count; /**< 0: values are not kept apart by feature */
    nni_inspect_feature *each;
    bool one_hot; /**< every row so far is a single 1 among zeros */
    size_t ones;  /**< in the row that is under way */
} nni_inspect_features;

/** @return whether there was memory for them */
bool nni_inspect_features_create(size_t count, nni_inspect_features *features);
void nni_inspect_features_free(nni_inspect_features *features);

/** Takes the next value of a row, at its place in it. */
void nni_inspect_features_take(nni_inspect_features *features, size_t at, double value);

/** Root of the mean squared difference from the mean. */
double nni_inspect_deviation(const nni_inspect_feature *feature);

/** Has values, all of them the same. */
bool nni_inspect_is_constant(const nni_inspect_feature *feature);

/** Has no value in any row. */
bool nni_inspect_is_empty(const nni_inspect_feature *feature);

/** @return features that are so */
size_t nni_inspect_features_count(const nni_inspect_features *features, bool (*is)(const nni_inspect_feature *));

/** Prints the first few features that are so, and "..." for more. */
void nni_inspect_features_list(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names,
                               bool (*is)(const nni_inspect_feature *));

/** Prints a feature's position, and its name where it has one. */
void nni_inspect_print_feature(FILE *out, const nni_hdf5_names *names, size_t at);

/** Prints a table of a few features, or of all that are asked for; otherwise how many stand out. */
void nni_inspect_features_print(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names,
                                bool every);

#endif
