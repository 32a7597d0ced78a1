/* SPDX-License-Identifier: MIT */
/**
 * One long sum over the ranks of a host, step after step, that goes on while they compute.
 *
 * Each rank publishes its values in shared memory, reduces its own pieces of the array from what all have published,
 * publishes these sums, and copies those of the others; of two ranks each reduces all pieces. Copies and additions wait
 * for memory and for other cores, so the tiles of a product do most of them as errands (support/errand.h) beside their
 * multiply-adds, where they take next to no time.
 */
#ifndef NNI_COMM_ALLREDUCE_HOST_SUM_H
#define NNI_COMM_ALLREDUCE_HOST_SUM_H

#include "comm/comm.h"
#include "support/errand.h"
#include "support/sum_tree.h"

typedef struct nni_host_sum nni_host_sum;

/**
 * Takes the memory. Collective over ranks that are all on one host; where the system has no room to share, `sum`
 * receives NULL on all of them.
 *
 * @param runs    [ranks] of the tree that sums keep to, which make it up
 * @param values  [nodes of this rank's run, pitch]; the first receive the sums
 * @param count   elements to be summed, at most pitch
 */
nn_status nni_host_sum_create(nn_comm *comm, const nni_leaf_range *runs, nni_real *values, size_t pitch, size_t count,
                              nni_host_sum **sum, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_host_sum_free(nni_host_sum *sum);

/** Elements 0 .. count - 1 of this step are there. Not collective. */
void nni_host_sum_complete(nni_host_sum *sum, size_t count);

/**
 * Goes on, as far as the others are ready for it. Not collective.
 *
 * @param most    elements of an errand that can be carried out until the next call of a function here; 0: none
 * @param errand  NNI_ERRAND_NONE; receives one. What cannot be one is moved here, a portion at a time
 */
void nni_host_sum_progress(nni_host_sum *sum, size_t most, nni_errand *errand);

/** @return elements from the front that are summed by now */
size_t nni_host_sum_done(const nni_host_sum *sum);

/** Does all that can be done, and waits until `count` elements are summed. */
void nni_host_sum_wait(nni_host_sum *sum, size_t count);

/** All elements are summed, and the values are this rank's own again: the next step may begin. */
void nni_host_sum_next(nni_host_sum *sum);

#endif
