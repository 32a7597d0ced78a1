/* Norms through fixed blocks: threads divide blocks, and sums of blocks are added in order. */
#include <math.h>

#include "optim/workspace.h"
#include "support/memory.h"

static size_t blocks_of(const nn_tensor *tensor)
{
    return (tensor->count + NN_DESCENT_BLOCK - 1) / NN_DESCENT_BLOCK;
}

static void cut(const nn_network *network, nn_descent_block *block)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const nn_tensor *tensor = &network->tensors[t];
        for (size_t first = 0; first < tensor->count; first += NN_DESCENT_BLOCK, block++) {
            size_t left = tensor->count - first;
            *block = (nn_descent_block){
                .offset = tensor->offset + first,
                .count = left < NN_DESCENT_BLOCK ? left : NN_DESCENT_BLOCK,
                .tensor = t,
            };
        }
    }
}

nn_status nn_optimizer_space_create(const nn_network *network, nn_optimizer_space **result, nn_error *error)
{
    nn_optimizer_space *space = NULL;
    NN_TRY(nn_allocate(1, sizeof *space, "the optimizer's work space", &space, error));
    space->flat_count = network->flat_count;
    for (size_t t = 0; t < network->tensor_count; t++)
        space->block_count += blocks_of(&network->tensors[t]);
    const size_t tensors = network->tensor_count, blocks = space->block_count;
    nn_status status = nn_allocate(blocks, sizeof *space->blocks, "the optimizer's blocks", &space->blocks, error);
    if (status == NN_OK)
        status = nn_allocate(blocks, sizeof *space->sums, "the optimizer's sums", &space->sums, error);
    if (status == NN_OK)
        status = nn_allocate(tensors, sizeof *space->terms, "the optimizer's terms", &space->terms, error);
    for (size_t i = 0; status == NN_OK && i < 2; i++)
        status = nn_allocate(tensors, sizeof *space->norms[i], "the optimizer's norms", &space->norms[i], error);
    if (status != NN_OK) {
        nn_optimizer_space_free(space);
        return status;
    }
    cut(network, space->blocks);
    *result = space;
    return NN_OK;
}

void nn_optimizer_space_free(nn_optimizer_space *space)
{
    if (!space)
        return;
    nn_release(space->blocks);
    nn_release(space->sums);
    nn_release(space->terms);
    nn_release(space->norms[0]);
    nn_release(space->norms[1]);
    nn_release(space);
}

void nn_tensor_norms(nn_optimizer_space *space, nn_descent_norm norm, const nn_network *network,
                     nn_descent_arrays arrays, double *norms)
{
    nn_descent_squares(norm, space->terms, space->blocks, space->block_count, arrays, space->sums);
    for (size_t t = 0; t < network->tensor_count; t++)
        norms[t] = 0;
    for (size_t b = 0; b < space->block_count; b++)
        norms[space->blocks[b].tensor] += space->sums[b];
    for (size_t t = 0; t < network->tensor_count; t++)
        norms[t] = sqrt(norms[t]);
}

double nn_global_norm(nn_optimizer_space *space, nn_descent_norm norm, nn_descent_arrays arrays)
{
    nn_descent_squares(norm, space->terms, space->blocks, space->block_count, arrays, space->sums);
    double sum = 0;
    for (size_t b = 0; b < space->block_count; b++)
        sum += space->sums[b];
    return sqrt(sum);
}
