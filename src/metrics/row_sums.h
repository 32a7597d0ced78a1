/* SPDX-License-Identifier: MIT */
/**
 * Sums over the rows of a split that have the same bits on any number of ranks: slice by slice, each in the order of
 * its rows, joined along the tree of the slices (support/sum_tree.h).
 */
#ifndef NNI_METRICS_ROW_SUMS_H
#define NNI_METRICS_ROW_SUMS_H

#include "comm/allreduce/messages.h"
#include "data/dataset/dataset.h"

/** Sums being made. Owns its arrays. */
typedef struct nni_row_sums {
    nni_leaf_range leaves; /* of this rank */
    size_t count;          /* sums of a row */
    size_t height;         /* leaves and nodes on the stack, without the one in work */
    double *stack;         /* [height of the stack, count]; once added up over ranks, the first are the sums */
    nni_messages *messages;
} nni_row_sums;

/**
 * Takes the memory. Collective.
 *
 * @param dataset  whose slices are the leaves; one made without a table of slices is a leaf a rank
 * @param tag      of the messages between ranks
 */
nn_status nni_row_sums_create(const nni_dataset *dataset, size_t count, int tag, nn_comm *comm, nni_row_sums *sums,
                              nn_error *error);
void nni_row_sums_free(nni_row_sums *sums);

/** Begins anew, with the first leaf. */
void nni_row_sums_clear(nni_row_sums *sums);

/** @return [count] of the leaf in work, to be added to */
double *nni_row_sums_of_leaf(const nni_row_sums *sums);

/** Ends a leaf and begins the next. */
void nni_row_sums_next(nni_row_sums *sums, size_t leaf);

/** @return the row, counted among this rank's, that leaf `leaf` of its ends before */
size_t nni_row_sums_end(const nni_row_sums *sums, const nni_dataset *dataset, size_t leaf);

/** Adds up over the ranks. Collective. @param total  [count] receives the sums */
nn_status nni_row_sums_total(nni_row_sums *sums, double *total, nn_error *error);

#endif
