/** What a step of descent works in. */
#ifndef NNI_OPTIM_WORKSPACE_H
#define NNI_OPTIM_WORKSPACE_H

#include "kernels/update/update.h"
#include "model/network.h"
#include "optim/optimizer.h"
#include "support/partition.h"

/** Blocks of the network's tensors, and numbers of the step in work. Owns its arrays. */
typedef struct nn_optimizer_space {
    double rate;       /**< of the step in work */
    size_t moved;      /**< blocks of it that are done */
    size_t flat_count; /**< elements of a flat array */
    size_t block_count;
    nn_share mine;            /**< blocks that are moved here */
    nn_descent_block *blocks; /**< [block_count], tensor after tensor */
    double *sums;             /**< [block_count] of squares */
    nn_descent_terms *terms;  /**< [tensors] */
    double *norms[2];         /**< [tensors] each */
} nn_optimizer_space;

nn_status nn_optimizer_space_create(const nn_network *network, nn_optimizer_space **space, nn_error *error);
void nn_optimizer_space_free(nn_optimizer_space *space);

/** Euclidean norms, one a tensor; the same bits on any number of threads. @param norms  [tensors] */
void nn_tensor_norms(nn_optimizer_space *space, nn_descent_norm norm, const nn_network *network,
                     nn_descent_arrays arrays, double *norms);

/** Euclidean norm over all tensors; the same bits on any number of threads. */
double nn_global_norm(nn_optimizer_space *space, nn_descent_norm norm, nn_descent_arrays arrays);

#endif
