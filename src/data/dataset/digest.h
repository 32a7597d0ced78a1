/* SPDX-License-Identifier: MIT */
/** Digests of the rows of a split: of each slice while it is read, of all of them, and of what is in memory. */
#ifndef NNI_DATA_DATASET_DIGEST_H
#define NNI_DATA_DATASET_DIGEST_H

#include <xxhash.h>

#include "comm/comm.h"
#include "data/dataset/dataset.h"

/** Goes once through the rows of a rank, which may come in pieces of any length. */
typedef struct nni_digester {
    const size_t *slice_end; /**< [slices] row that each slice ends before, from the rank's first row on */
    size_t slices, row_values;
    uint64_t *digest; /**< [slices] of what went through before, in; with these values, out */
    size_t slice;     /**< the one in work */
    size_t at;        /**< values that went through */
    XXH3_state_t *state;
} nni_digester;

/** Begins over the rows of a dataset. @param row_values  values of a row */
nn_status nni_digester_begin(const nni_dataset *dataset, size_t row_values, nni_digester *digester, nn_error *error);

/** The next values, in the order of the rows. */
void nni_digester_take(nni_digester *digester, const void *values, size_t count, size_t value_bytes);

/** Ends: all digests are complete, where all values went through. */
void nni_digester_end(nni_digester *digester);

/**
 * A digest of the split's rows, targets and weights as read and before any were held out, all numbers as nni_real
 * whatever they are kept as: the same on any number of ranks. Collective.
 *
 * A resumed run compares it, because shuffles of other data would be another training.
 */
nn_status nni_dataset_digest(const nni_dataset *dataset, nn_comm *comm, uint64_t *digest, nn_error *error);

/**
 * A digest of what this rank has in memory of the split: it stays the same as long as the memory does. Local; threads
 * share the work.
 */
uint64_t nni_dataset_memory_digest(const nni_dataset *dataset);

#endif
