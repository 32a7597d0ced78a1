/* SPDX-License-Identifier: MIT */
/* Norms through fixed blocks: threads divide blocks, and sums of blocks are added in order. */
#include <math.h>

#include "optim/workspace.h"
#include "support/memory.h"

static size_t blocks_of(const nni_tensor *tensor)
{
    return (tensor->count + NNI_UPDATE_BLOCK - 1) / NNI_UPDATE_BLOCK;
}

/* Divides the tensors into blocks. */
static void divide(const nn_network *network, nni_update_block *block)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        for (size_t first = 0; first < tensor->count; first += NNI_UPDATE_BLOCK, block++) {
            size_t left = tensor->count - first;
            *block = (nni_update_block){
                .offset = tensor->offset + first,
                .count = left < NNI_UPDATE_BLOCK ? left : NNI_UPDATE_BLOCK,
                .tensor = t,
            };
        }
    }
}

nn_status nni_optimizer_workspace_create(const nn_network *network, nni_optimizer_workspace **result, nn_error *error)
{
    nni_optimizer_workspace *space = NULL;
    NN_TRY(nni_allocate(1, sizeof *space, "the optimizer's work space", &space, error));
    space->flat_count = network->flat_count;
    for (size_t t = 0; t < network->tensor_count; t++)
        space->block_count += blocks_of(&network->tensors[t]);
    const size_t tensors = network->tensor_count, blocks = space->block_count;
    nn_status status = nni_allocate(blocks, sizeof *space->blocks, "the optimizer's blocks", &space->blocks, error);
    if (status == NN_OK)
        status = nni_allocate(blocks, sizeof *space->sums, "the optimizer's sums", &space->sums, error);
    if (status == NN_OK)
        status = nni_allocate(tensors, sizeof *space->coefficients, "the optimizer's coefficients",
                              &space->coefficients, error);
    for (size_t i = 0; status == NN_OK && i < 2; i++)
        status = nni_allocate(tensors, sizeof *space->norms[i], "the optimizer's norms", &space->norms[i], error);
    if (status != NN_OK) {
        nni_optimizer_workspace_free(space);
        return status;
    }
    divide(network, space->blocks);
    *result = space;
    return NN_OK;
}

void nni_optimizer_workspace_free(nni_optimizer_workspace *space)
{
    if (!space)
        return;
    nni_release(space->blocks);
    nni_release(space->sums);
    nni_release(space->coefficients);
    nni_release(space->norms[0]);
    nni_release(space->norms[1]);
    nni_release(space);
}

void nni_tensor_norms(nni_optimizer_workspace *space, nni_update_norm norm, const nn_network *network,
                      nni_update_arrays arrays, double *norms)
{
    nni_update_squares(norm, space->coefficients, space->blocks, space->block_count, arrays, space->sums);
    for (size_t t = 0; t < network->tensor_count; t++)
        norms[t] = 0;
    for (size_t b = 0; b < space->block_count; b++)
        norms[space->blocks[b].tensor] += space->sums[b];
    for (size_t t = 0; t < network->tensor_count; t++)
        norms[t] = sqrt(norms[t]);
}

double nni_global_norm(nni_optimizer_workspace *space, nni_update_norm norm, nni_update_arrays arrays)
{
    nni_update_squares(norm, space->coefficients, space->blocks, space->block_count, arrays, space->sums);
    double sum = 0;
    for (size_t b = 0; b < space->block_count; b++)
        sum += space->sums[b];
    return sqrt(sum);
}
