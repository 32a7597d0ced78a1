/* SPDX-License-Identifier: MIT */
/** What a feature is called, for a message. */
#ifndef NNI_DATA_NAMES_FEATURE_NAME_H
#define NNI_DATA_NAMES_FEATURE_NAME_H

#include "data/dataset/dataset.h"

/**
 * Writes "feature 3 income": the position in a row, and the name where the file has names (as nni_hdf5_names_find
 * looks for them) or records have. Not collective; a file that cannot be read any more has no names.
 *
 * @param columns  [column_count] as the recipe chooses them
 */
void nni_feature_name(const nni_dataset *dataset, const char *const *columns, size_t column_count, size_t feature,
                      char *text, size_t size);

/**
 * Finds the names of all features, as the file of the first rows has them. Local.
 *
 * @param column_count  columns that the recipe chooses; of these there are no names, for they are found by theirs
 * @param names         empty; stays so where not all features have a name in UTF-8, and each one of its own
 */
nn_status nni_feature_names_of(const nni_dataset *dataset, size_t column_count, nni_string_set *names, nn_error *error);

/** The same of the columns of y, where an attribute or a dataset of the file names as many. There are none where x has
 * as many features as y has columns: a dataset `features` would be of these. */
nn_status nni_target_names_of(const nni_dataset *dataset, size_t columns, nni_string_set *names, nn_error *error);

/** A file whose features may have names. */
typedef struct nni_feature_file {
    const char *path, *x;
} nni_feature_file;

/**
 * Compares what two files call as many features, where both have names for all of them and nothing lies outside of the
 * files. Local.
 *
 * @param names    that the model was trained with, which need no file `trained` to be there any more; empty: those that
 * it has now
 * @param remedy  ends the message; NULL: there is none but features of the same order
 * @return NN_DATA naming the first feature that is called otherwise; NN_OK also where there is nothing to compare
 */
nn_status nni_feature_names_compare(nni_feature_file file, nni_feature_file trained, const nni_string_set *names,
                                    size_t features, const char *remedy, nn_error *error);

#endif
