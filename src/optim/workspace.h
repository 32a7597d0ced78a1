/* SPDX-License-Identifier: MIT */
/** The work space of an optimizer's step. */
#ifndef NNI_OPTIM_WORKSPACE_H
#define NNI_OPTIM_WORKSPACE_H

#include "kernels/update/update.h"
#include "model/network.h"
#include "optim/part_sums.h"
#include "support/threads/partition.h"

/** Blocks of the network's tensors, and what a step computes. Owns its arrays. */
typedef struct nni_optimizer_workspace {
    size_t flat_count; /**< elements of a flat array */
    size_t block_count;
    nni_partition all;                     /**< of the elements; the parts of an optimizer that updates all */
    nni_update_block *blocks;              /**< [block_count], tensor after tensor */
    double *sums;                          /**< [block_count] of squares */
    nni_update_coefficients *coefficients; /**< [tensors] */
    double *norms[2];                      /**< [tensors] each */
} nni_optimizer_workspace;

nn_status nni_optimizer_workspace_create(const nn_network *network, nni_optimizer_workspace **space, nn_error *error);
void nni_optimizer_workspace_free(nni_optimizer_workspace *space);

/** @return the blocks of a part, of which padding may be the end */
nni_partition nni_blocks_of_part(const nni_optimizer_workspace *space, nni_partition part);

/** What norms are of, and who adds them up. */
typedef struct nni_norm_source {
    nni_optimizer_workspace *space;
    const nni_partition *parts; /**< [part_count] that are updated here */
    size_t part_count;
    nni_update_arrays arrays;
    const nni_part_sums *sums; /**< NULL: all is updated here */
} nni_norm_source;

/** Euclidean norms, one a tensor; the same bits on any number of threads and of ranks. @param norms  [tensors] */
nn_status nni_tensor_norms(const nni_norm_source *source, nni_update_norm norm, const nn_network *network,
                           double *norms, nn_error *error);

/** Euclidean norm over all tensors; likewise. */
nn_status nni_global_norm(const nni_norm_source *source, nni_update_norm norm, double *result, nn_error *error);

#endif
