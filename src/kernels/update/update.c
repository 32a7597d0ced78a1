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
        .first = from(arrays.first, block->offset - arrays.kept_from),
        .second = from(arrays.second, block->offset - arrays.kept_from),
    };
}

/* Blocks of one tensor from `first` on, and the calling thread's share of them: of each tensor, not of all. So a thread
 * has about the rows that it has computed the gradient of, and will read in the next forward pass. */
static size_t end_of_tensor(const nni_update_block *blocks, size_t block_count, size_t first, nni_partition *mine)
{
    size_t end = first + 1;
    while (end < block_count && blocks[end].tensor == blocks[first].tensor)
        end++;
    *mine = nni_partition_of_calling(end - first);
    mine->first += first;
    return end;
}

/* What the calling thread has of it, as in the functions below. */
static void step_share(nni_update_kind kind, const nni_update_coefficients *terms, const nni_update_block *blocks,
                       size_t block_count, nni_update_arrays arrays)
{
    const nni_update_kernels *kernels = kernels_in_use();
    for (size_t first = 0; first < block_count;) {
        nni_partition mine;
        first = end_of_tensor(blocks, block_count, first, &mine);
        for (size_t b = mine.first; b < mine.first + mine.count; b++)
            kernels->step[kind](&terms[blocks[b].tensor], at_block(arrays, &blocks[b]), blocks[b].count);
    }
}

void nni_update_step(nni_update_kind kind, const nni_update_coefficients *terms, const nni_update_block *blocks,
                     size_t block_count, nni_update_arrays arrays)
{
    if (nni_alone(block_count, WORTH_THREADS)) {
        step_share(kind, terms, blocks, block_count, arrays);
        return;
    }
#pragma omp parallel
    step_share(kind, terms, blocks, block_count, arrays);
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

static void square_share(nni_update_norm norm, const nni_update_coefficients *terms, const nni_update_block *blocks,
                         nni_partition share, nni_update_arrays arrays, double *sums)
{
    const nni_update_kernels *kernels = kernels_in_use();
    for (size_t b = share.first; b < share.first + share.count; b++) {
        nni_update_arrays at = at_block(arrays, &blocks[b]);
        if (norm == NNI_NORM_OF_SLOPES)
            sums[b] = kernels->slope_squares(&terms[blocks[b].tensor], at, blocks[b].count);
        else
            sums[b] = kernels->squares(norm == NNI_NORM_OF_PARAMETERS ? at.parameters : at.gradients, blocks[b].count);
    }
}

void nni_update_squares(nni_update_norm norm, const nni_update_coefficients *terms, const nni_update_block *blocks,
                        size_t block_count, nni_update_arrays arrays, double *sums)
{
    if (nni_alone(block_count, WORTH_THREADS)) {
        square_share(norm, terms, blocks, (nni_partition){0, block_count}, arrays, sums);
        return;
    }
#pragma omp parallel
    square_share(norm, terms, blocks, nni_partition_of_calling(block_count), arrays, sums);
}
