/* SPDX-License-Identifier: MIT */
/** Shuffled batches of a training split. */
#ifndef NNI_DATA_LOADING_SAMPLER_H
#define NNI_DATA_LOADING_SAMPLER_H

#include "data/dataset/dataset.h"
#include "model/batch.h"

typedef struct nni_augment nni_augment; /* see augment.h */

/** Gives shuffled batches from a training split. */
typedef struct nni_sampler nni_sampler;

/**
 * Plans the batches of an epoch. Local, and fails alike on every rank.
 *
 * Before step t, c(t, s) = min(rows of s, floor((t * batch + s) / S)) rows of slice s are used up, which adds up to t *
 * batch: every batch but the last has exactly `batch` rows and every row comes once an epoch. (Where rows held out left
 * slices with other numbers of rows, c is in proportion to them, and adds up alike.) Within a slice the order of an
 * epoch is a keyed bijection (a Feistel network with cycle walking), so it costs no memory and any position is computed
 * directly; where a slice has more than window_rows rows, its blocks are permuted and rows shuffled within windows of
 * some blocks.
 *
 * @param dataset  borrowed; outlives the sampler, with its targets already fitted to the network
 * @param batch    global rows a step; NN_USAGE where fewer than slices or more than rows
 */
nn_status nni_sampler_create(const nni_dataset *dataset, uint64_t seed, size_t batch, nni_sampler **sampler,
                             nn_error *error);
void nni_sampler_free(nni_sampler *sampler);

/** Has the rows of batches augmented from now on, each by its sample's number and the epoch. @param augment  borrowed;
 * outlives the sampler's use; NULL: rows as they are */
void nni_sampler_augment(nni_sampler *sampler, const nni_augment *augment);

/** @return steps of an epoch: ceil(rows / batch) */
size_t nni_sampler_steps(const nni_sampler *sampler);

/** @return the most rows this rank has in any batch; where slices are not as they were cut, a bound a few rows above */
size_t nni_sampler_capacity(const nni_sampler *sampler);

/** @return the fewest rows this rank has in any batch but the last; or a bound a few rows below */
size_t nni_sampler_least(const nni_sampler *sampler);

/**
 * Gathers this rank's rows of one batch: slices in order, each slice's rows in its order of the epoch. Samples are
 * numbered as the split's rows are, hence alike on any number of ranks.
 *
 * A pure function of epoch and step: a resumed run needs nothing but the two counters. Points into the sampler's own
 * memory, valid until the next call. Local.
 *
 * @return NN_DATA where rows stay in the file and it can no longer be read; the batch then has rows as they should be
 * in number, and anything in them
 */
nn_status nni_sampler_batch(nni_sampler *sampler, uint64_t epoch, size_t step, nni_batch *batch, nn_error *error);

/** @return which rows of the batch given last are of which slice; valid until the next one is given */
nni_leaf_rows nni_sampler_leaves(const nni_sampler *sampler);

#endif
