/* SPDX-License-Identifier: MIT */
/** Datasets of a file that could be the features of a model: where nobody says which is meant. */
#ifndef NNI_DATA_NAMES_CANDIDATES_H
#define NNI_DATA_NAMES_CANDIDATES_H

#include "comm/comm.h"
#include "data/dataset/spec.h"
#include "support/string_set.h"

/** Names of datasets, each with a slash before it. Zeroed, there are none; owns them. */
typedef struct nni_candidates {
    nni_string_set fitting; /**< with as many values a row as asked for */
    nni_string_set all;     /**< in the file, without those that only a link leads to */
} nni_candidates;

/**
 * Looks through a file, or the first of several. Collective and agreed: rank 0 looks.
 *
 * @param spec       files, columns of x, and where these may have data outside of themselves
 * @param preferred  [count] names that come first among those that fit, in this order; links may lead to them
 * @param found      to be freed also after a failure
 */
nn_status nni_candidates_find(const nni_dataset_spec *spec, size_t features, const char *const *preferred, size_t count,
                              nn_comm *comm, nni_candidates *found, nn_error *error);
void nni_candidates_free(nni_candidates *found);

#endif
