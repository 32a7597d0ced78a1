/* SPDX-License-Identifier: MIT */
#include "kernels/update/update.h"

#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/isa/isa.h"
#include "kernels/update/update_kernels.h"
#include "support/partition.h"

static const nni_update_kernels *kernels_in_use(void)
{
    return nni_isa_in_use()->update;
}

/* Below this many blocks (32 Ki elements) a second thread costs more than it saves. */
enum { WORTH_THREADS = 8 };

static nni_real *from(nni_real *array, size_t offset)
{
    return array ? array + offset : NULL;
}

static nni_update_arrays at_block(nni_update_arrays arrays, const nni_update_block *block)
{
    return (nni_update_arrays){
        .parameters = from(arrays.parameters, block->offset),
        .gradients = from(arrays.gradients, block->offset),
        .first = from(arrays.first, block->offset - arrays.state_begin),
        .second = from(arrays.second, block->offset - arrays.state_begin),
    };
}

/* Finds the end of the tensor whose blocks begin at `first`, and the calling thread's part of them. Threads divide each
 * tensor and not all blocks, so that a thread has about the rows whose gradient it has computed, and which it will read
 * in the next forward pass. */
static size_t end_of_tensor(const nni_update_block *blocks, size_t block_count, size_t first, nni_partition *mine)
{
    size_t end = first + 1;
    while (end < block_count && blocks[end].tensor == blocks[first].tensor)
        end++;
    *mine = nni_partition_of_calling(end - first);
    mine->first += first;
    return end;
}

typedef void update_loop(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count);

/* Updates the calling thread's part of each tensor. */
static void update_share(update_loop *loop, const nni_update_coefficients *coefficients, const nni_update_block *blocks,
                         size_t block_count, nni_update_arrays arrays)
{
    for (size_t first = 0; first < block_count;) {
        nni_partition mine;
        first = end_of_tensor(blocks, block_count, first, &mine);
        for (size_t b = mine.first; b < mine.first + mine.count; b++)
            loop(&coefficients[blocks[b].tensor], at_block(arrays, &blocks[b]), blocks[b].count);
    }
}

static void update(update_loop *loop, const nni_update_coefficients *coefficients, const nni_update_block *blocks,
                   size_t block_count, nni_update_arrays arrays)
{
    if (nni_alone(block_count, WORTH_THREADS)) {
        update_share(loop, coefficients, blocks, block_count, arrays);
        return;
    }
#pragma omp parallel
    update_share(loop, coefficients, blocks, block_count, arrays);
}

void nni_update_step(nn_optimizer_kind optimizer, nni_update_form form, const nni_update_coefficients *coefficients,
                     const nni_update_block *blocks, size_t block_count, nni_update_arrays arrays)
{
    update(kernels_in_use()->optimizers[optimizer].forms[form].run, coefficients, blocks, block_count, arrays);
}

void nni_update_apply(const nni_update_coefficients *coefficients, const nni_update_block *blocks, size_t block_count,
                      nni_update_arrays arrays)
{
    update(kernels_in_use()->apply, coefficients, blocks, block_count, arrays);
}

static bool is_share_finite(const nni_update_block *blocks, size_t block_count, const nni_real *gradients)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    bool finite = true;
    for (size_t first = 0; first < block_count && finite;) {
        nni_partition mine;
        first = end_of_tensor(blocks, block_count, first, &mine);
        for (size_t b = mine.first; b < mine.first + mine.count && finite; b++)
            finite = kernels->all_finite(gradients + blocks[b].offset, blocks[b].count);
    }
    return finite;
}

bool nni_update_finite(const nni_update_block *blocks, size_t block_count, const nni_real *gradients)
{
    if (nni_alone(block_count, (size_t)4 * WORTH_THREADS))
        return is_share_finite(blocks, block_count, gradients);
    bool finite = true;
#pragma omp parallel reduction(&& : finite)
    finite = is_share_finite(blocks, block_count, gradients);
    return finite;
}

static void square_share(nni_update_norm norm, const nni_update_coefficients *coefficients,
                         const nni_update_block *blocks, nni_partition share, nni_update_arrays arrays, double *sums)
{
    const nni_update_kernels *kernels = kernels_in_use();
    for (size_t b = share.first; b < share.first + share.count; b++) {
        nni_update_arrays at = at_block(arrays, &blocks[b]);
        if (norm == NNI_NORM_OF_REGULARIZED)
            sums[b] = kernels->regularized_squares(&coefficients[blocks[b].tensor], at, blocks[b].count);
        else
            sums[b] = kernels->squares(norm == NNI_NORM_OF_PARAMETERS ? at.parameters : at.gradients, blocks[b].count);
    }
}

void nni_update_squares(nni_update_norm norm, const nni_update_coefficients *coefficients,
                        const nni_update_block *blocks, size_t block_count, nni_update_arrays arrays, double *sums)
{
    if (nni_alone(block_count, WORTH_THREADS)) {
        square_share(norm, coefficients, blocks, (nni_partition){0, block_count}, arrays, sums);
        return;
    }
#pragma omp parallel
    square_share(norm, coefficients, blocks, nni_partition_of_calling(block_count), arrays, sums);
}
