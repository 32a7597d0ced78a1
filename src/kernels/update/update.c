#include "kernels/update/update.h"

#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/isa/dispatch.h"
#include "kernels/update/update_kernels.h"
#include "support/partition.h"

static const nn_descent_kernels *kernels_in_use(void)
{
    switch (nn_kernels_isa()) {
#if defined(__x86_64__)
    case NN_ISA_AVX512:
        return &nn_descent_avx512;
    case NN_ISA_AVX2:
        return &nn_descent_avx2;
#endif
    default:
        return &nn_descent_portable;
    }
}

/* Below this many blocks (32 Ki elements) a second thread costs more than it saves. */
enum { WORTH_THREADS = 8 };

static nn_real *from(nn_real *array, size_t offset)
{
    return array ? array + offset : NULL;
}

static nn_descent_arrays at_block(nn_descent_arrays arrays, const nn_descent_block *block)
{
    return (nn_descent_arrays){
        .parameters = from(arrays.parameters, block->offset),
        .gradients = from(arrays.gradients, block->offset),
        .first = from(arrays.first, block->offset - arrays.kept_from),
        .second = from(arrays.second, block->offset - arrays.kept_from),
    };
}

/* Blocks of one tensor from `first` on, and the calling thread's share of them: of each tensor, not of all. So a thread
 * has about the rows that it has computed the gradient of, and will read in the next forward pass. */
static size_t end_of_tensor(const nn_descent_block *blocks, size_t block_count, size_t first, nn_share *mine)
{
    size_t end = first + 1;
    while (end < block_count && blocks[end].tensor == blocks[first].tensor)
        end++;
    *mine = nn_share_of_calling(end - first);
    mine->first += first;
    return end;
}

/* What the calling thread has of it, as in the functions below. */
static void step_share(nn_descent_kind kind, const nn_descent_terms *terms, const nn_descent_block *blocks,
                       size_t block_count, nn_descent_arrays arrays)
{
    const nn_descent_kernels *kernels = kernels_in_use();
    for (size_t first = 0; first < block_count;) {
        nn_share mine;
        first = end_of_tensor(blocks, block_count, first, &mine);
        for (size_t b = mine.first; b < mine.first + mine.count; b++)
            kernels->step[kind](&terms[blocks[b].tensor], at_block(arrays, &blocks[b]), blocks[b].count);
    }
}

void nn_descent_step(nn_descent_kind kind, const nn_descent_terms *terms, const nn_descent_block *blocks,
                     size_t block_count, nn_descent_arrays arrays)
{
    if (nn_alone(block_count, WORTH_THREADS)) {
        step_share(kind, terms, blocks, block_count, arrays);
        return;
    }
#pragma omp parallel
    step_share(kind, terms, blocks, block_count, arrays);
}

static bool is_share_finite(const nn_descent_block *blocks, size_t block_count, const nn_real *gradients)
{
    const nn_elementwise_kernels *kernels = nn_elementwise_kernels_in_use();
    bool finite = true;
    for (size_t first = 0; first < block_count && finite;) {
        nn_share mine;
        first = end_of_tensor(blocks, block_count, first, &mine);
        for (size_t b = mine.first; b < mine.first + mine.count && finite; b++)
            finite = kernels->all_finite(gradients + blocks[b].offset, blocks[b].count);
    }
    return finite;
}

bool nn_descent_finite(const nn_descent_block *blocks, size_t block_count, const nn_real *gradients)
{
    if (nn_alone(block_count, (size_t)4 * WORTH_THREADS))
        return is_share_finite(blocks, block_count, gradients);
    bool finite = true;
#pragma omp parallel reduction(&& : finite)
    finite = is_share_finite(blocks, block_count, gradients);
    return finite;
}

static void square_share(nn_descent_norm norm, const nn_descent_terms *terms, const nn_descent_block *blocks,
                         nn_share share, nn_descent_arrays arrays, double *sums)
{
    const nn_descent_kernels *kernels = kernels_in_use();
    for (size_t b = share.first; b < share.first + share.count; b++) {
        nn_descent_arrays at = at_block(arrays, &blocks[b]);
        if (norm == NN_NORM_OF_SLOPES)
            sums[b] = kernels->slope_squares(&terms[blocks[b].tensor], at, blocks[b].count);
        else
            sums[b] = kernels->squares(norm == NN_NORM_OF_PARAMETERS ? at.parameters : at.gradients, blocks[b].count);
    }
}

void nn_descent_squares(nn_descent_norm norm, const nn_descent_terms *terms, const nn_descent_block *blocks,
                        size_t block_count, nn_descent_arrays arrays, double *sums)
{
    if (nn_alone(block_count, WORTH_THREADS)) {
        square_share(norm, terms, blocks, (nn_share){0, block_count}, arrays, sums);
        return;
    }
#pragma omp parallel
    square_share(norm, terms, blocks, nn_share_of_calling(block_count), arrays, sums);
}
