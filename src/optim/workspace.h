/* SPDX-License-Identifier: MIT */
/** The work space of an optimizer's step. */
#ifndef NNI_OPTIM_WORKSPACE_H
#define NNI_OPTIM_WORKSPACE_H

#include "kernels/update/update.h"
#include "model/network.h"
#include "support/partition.h"

/** Blocks of the network's tensors, and the step in progress. Owns its arrays. */
typedef struct nni_optimizer_workspace {
    double rate;       /**< of the step in progress */
    size_t updated;    /**< end of the blocks that it has updated */
    size_t flat_count; /**< elements of a flat array */
    size_t block_count;
    nni_partition mine;                    /**< blocks that are updated here */
    nni_update_block *blocks;              /**< [block_count], tensor after tensor */
    double *sums;                          /**< [block_count] of squares */
    nni_update_coefficients *coefficients; /**< [tensors] */
    double *norms[2];                      /**< [tensors] each */
} nni_optimizer_workspace;

nn_status nni_optimizer_workspace_create(const nn_network *network, nni_optimizer_workspace **space, nn_error *error);
void nni_optimizer_workspace_free(nni_optimizer_workspace *space);

/** Euclidean norms, one a tensor; the same bits on any number of threads. @param norms  [tensors] */
void nni_tensor_norms(nni_optimizer_workspace *space, nni_update_norm norm, const nn_network *network,
                      nni_update_arrays arrays, double *norms);

/** Euclidean norm over all tensors; the same bits on any number of threads. */
double nni_global_norm(nni_optimizer_workspace *space, nni_update_norm norm, nni_update_arrays arrays);

#endif
