/* SPDX-License-Identifier: MIT */
/* Norms through fixed blocks: threads divide blocks, and sums of blocks are added in order. */
#include <math.h>
#include <string.h>

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
    space->all = (nni_partition){0, network->flat_count};
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

/* The first block that does not lie before an element. */
static size_t block_at(const nni_optimizer_workspace *space, size_t element)
{
    size_t low = 0, high = space->block_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (space->blocks[middle].offset < element)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

nni_partition nni_blocks_of_part(const nni_optimizer_workspace *space, nni_partition part)
{
    const size_t first = block_at(space, part.first);
    return (nni_partition){first, block_at(space, part.first + part.count) - first};
}

/* Squares of all blocks, whoever updates them. */
static nn_status find_squares(const nni_norm_source *source, nni_update_norm norm, nn_error *error)
{
    nni_optimizer_workspace *space = source->space;
    const nni_part_sums *others = source->sums;
    if (others)
        memset(space->sums, 0, space->block_count * sizeof *space->sums);
    for (size_t p = 0; p < source->part_count && (!others || others->counted); p++) {
        const nni_partition blocks = nni_blocks_of_part(space, source->parts[p]);
        nni_update_squares(norm, space->coefficients, space->blocks + blocks.first, blocks.count, source->arrays,
                           space->sums + blocks.first);
    }
    return others ? others->add(others->context, space->sums, space->block_count, error) : NN_OK;
}

nn_status nni_tensor_norms(const nni_norm_source *source, nni_update_norm norm, const nn_network *network,
                           double *norms, nn_error *error)
{
    const nni_optimizer_workspace *space = source->space;
    NN_TRY(find_squares(source, norm, error));
    for (size_t t = 0; t < network->tensor_count; t++)
        norms[t] = 0;
    for (size_t b = 0; b < space->block_count; b++)
        norms[space->blocks[b].tensor] += space->sums[b];
    for (size_t t = 0; t < network->tensor_count; t++)
        norms[t] = sqrt(norms[t]);
    return NN_OK;
}

nn_status nni_global_norm(const nni_norm_source *source, nni_update_norm norm, double *result, nn_error *error)
{
    const nni_optimizer_workspace *space = source->space;
    NN_TRY(find_squares(source, norm, error));
    double sum = 0;
    for (size_t b = 0; b < space->block_count; b++)
        sum += space->sums[b];
    *result = sqrt(sum);
    return NN_OK;
}
