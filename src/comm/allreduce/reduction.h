/* SPDX-License-Identifier: MIT */
/**
 * The gradients of all ranks, summed in buckets while the backward pass goes on.
 *
 * A flat array is cut into buckets from the front, where gradients are complete first. The sum of a bucket starts as
 * soon as all of it is complete, and goes on whenever a function here is called. Ranks that are all on one host and can
 * share memory sum the whole array as one (host_sum.h); buckets then only say how far that is. Collective in this
 * sense: all ranks complete and finish the same buckets in the same order.
 */
#ifndef NNI_COMM_ALLREDUCE_REDUCTION_H
#define NNI_COMM_ALLREDUCE_REDUCTION_H

#include "comm/allreduce/exchange.h"
#include "support/errand.h"

/** What is to be summed, step after step. */
typedef struct nni_reduction_plan {
    size_t leaves;    /**< of the tree that sums keep to; 0: any order, a leaf a rank */
    nni_real *values; /**< [nodes of this rank's run, pitch]; the first receive the sums */
    size_t pitch;
    size_t count;  /**< elements to be summed, at most pitch */
    size_t bucket; /**< most elements of a bucket, at least 1; it may be more than there are */
} nni_reduction_plan;

typedef struct nni_reduction nni_reduction;

/** Takes the memory. Collective. */
nn_status nni_reduction_create(nn_comm *comm, const nni_reduction_plan *plan, nni_reduction **reduction,
                               nn_error *error);
void nni_reduction_free(nni_reduction *reduction);

/** Elements 0 .. count - 1 are complete on this rank: starts the buckets that are full, and continues others. */
nn_status nni_reduction_complete(nni_reduction *reduction, size_t count, nn_error *error);

/**
 * Continues the sums that are under way: by a portion, or as far as messages have come. Not collective.
 *
 * @param work    multiply-adds that this rank computes until the next call: messages are looked at now and then
 * @param most    elements that it can move beside them, until the next call of any function here
 * @param errand  NNI_ERRAND_NONE; receives what shall be moved
 */
nn_status nni_reduction_progress(nni_reduction *reduction, size_t work, size_t most, nni_errand *errand,
                                 nn_error *error);

/**
 * Waits for the next bucket of the step, in order.
 *
 * @param end  receives the count of elements from the front that are summed by now; the plan's count at the last, after
 * which the reduction is ready for the next step
 */
nn_status nni_reduction_next(nni_reduction *reduction, size_t *end, nn_error *error);

#endif
