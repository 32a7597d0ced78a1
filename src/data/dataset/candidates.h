/** Datasets of a file that could be the features of a model: where nobody says which is meant. */
#ifndef NNI_DATA_DATASET_CANDIDATES_H
#define NNI_DATA_DATASET_CANDIDATES_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"

/** Names of datasets, each with a slash before it. Zeroed, there are none; owns them. */
typedef struct nn_candidates {
    nn_texts fitting; /**< with as many values a row as asked for */
    nn_texts all;     /**< in the file, without those that only a link leads to */
} nn_candidates;

/**
 * Looks through a file, or the first of several. Collective and agreed: rank 0 looks.
 *
 * @param spec       files, columns of x, and where these may have data outside of themselves
 * @param preferred  [count] names that come first among those that fit, in this order; links may lead to them
 * @param found      to be freed also after a failure
 */
nn_status nn_candidates_find(const nn_dataset_spec *spec, size_t features, const char *const *preferred, size_t count,
                             nn_comm *comm, nn_candidates *found, nn_error *error);
void nn_candidates_free(nn_candidates *found);

#endif
