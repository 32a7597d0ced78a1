/* SPDX-License-Identifier: MIT */
#include "kernels/update/update.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/isa/isa.h"
#include "kernels/update/update_kernels.h"
#include "support/extremes.h"
#include "support/threads/team.h"

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
        .first = from(arrays.first, block->offset),
        .second = from(arrays.second, block->offset),
    };
}

/* Finds the end of the tensor whose blocks begin at `first`, and the calling thread's part of them. Threads divide each
 * tensor and not all blocks, so that a thread has about the rows whose gradient it has computed, and which it will read
 * in the next forward pass. */
static size_t end_of_tensor(const nni_update_block *blocks, size_t block_count, size_t first, size_t thread,
                            size_t threads, nni_partition *mine)
{
    size_t end = first + 1;
    while (end < block_count && blocks[end].tensor == blocks[first].tensor)
        end++;
    *mine = nni_partition_of(end - first, thread, threads);
    mine->first += first;
    return end;
}

/* What is done to every block: its gradients are found, checked, used or kept, or their squares added up. */
typedef struct pass {
    void (*loop)(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count); /* NULL: kept */
    const nni_update_coefficients *coefficients;
    nni_update_arrays arrays;
    const nni_gradient_source *source; /* NULL: they are in the arrays */
    bool checks;
    const nni_update_block *blocks;
    size_t block_count;
    double *squares; /* [block_count] receives their sums; NULL: not asked for */
} pass;

/* @return whether its gradients are finite */
static bool go_through_block(const pass *p, const nni_elementwise_kernels *kernels, const nni_update_block *block,
                             size_t thread)
{
    nni_update_arrays at = at_block(p->arrays, block);
    nni_real *kept = at.gradients;
    if (p->source)
        at.gradients = p->source->find(p->source->context, thread, block->offset, block->count);
    const bool finite = !p->checks || kernels->all_finite(at.gradients, block->count);
    if (p->squares)
        p->squares[block - p->blocks] = kernels_in_use()->squares(at.gradients, block->count);
    else if (p->loop)
        p->loop(&p->coefficients[block->tensor], at, block->count);
    else if (kept != at.gradients)
        memcpy(kept, at.gradients, block->count * sizeof *kept);
    return finite;
}

/* The calling thread's part of each tensor. */
static size_t go_through_share(const pass *p, size_t thread, size_t threads)
{
    const nni_update_block *blocks = p->blocks;
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    size_t bad = SIZE_MAX;
    for (size_t first = 0; first < p->block_count;) {
        nni_partition mine;
        first = end_of_tensor(blocks, p->block_count, first, thread, threads, &mine);
        for (size_t b = mine.first; b < mine.first + mine.count; b++)
            if (!go_through_block(p, kernels, &blocks[b], thread) && blocks[b].offset < bad)
                bad = blocks[b].offset;
    }
    return bad;
}

typedef struct team_pass {
    const pass *pass;
    atomic_size_t bad;
} team_pass;

static void go_through_in_team(void *context, size_t thread, size_t threads)
{
    team_pass *team = context;
    const size_t bad = go_through_share(team->pass, thread, threads);
    size_t least = team->bad;
    while (bad < least && !atomic_compare_exchange_weak(&team->bad, &least, bad))
        ;
}

/* @return offset of the first block whose gradients are not finite; SIZE_MAX: all are */
static size_t go_through(const pass *p)
{
    if (nni_alone(p->block_count, WORTH_THREADS))
        return go_through_share(p, 0, 1);
    team_pass team = {.pass = p, .bad = SIZE_MAX};
    nni_team_run(nni_team_size(), go_through_in_team, &team);
    return team.bad;
}

static pass step_of(nn_optimizer_kind optimizer, nni_update_form form, const nni_update_coefficients *coefficients,
                    nni_update_arrays arrays)
{
    return (pass){.loop = kernels_in_use()->optimizers[optimizer].forms[form].run,
                  .coefficients = coefficients,
                  .arrays = arrays,
                  .checks = true};
}

bool nni_update_elements(nn_optimizer_kind optimizer, nni_update_form form, const nni_update_coefficients *coefficients,
                         const nni_update_block *elements, nni_update_arrays arrays)
{
    const pass step = step_of(optimizer, form, coefficients, arrays);
    bool finite = true;
    for (size_t done = 0; done < elements->count; done += NNI_UPDATE_BLOCK) {
        nni_update_block block = *elements;
        block.offset += done, block.count = nni_smaller(block.count - done, NNI_UPDATE_BLOCK);
        finite = go_through_block(&step, nni_elementwise_kernels_in_use(), &block, 0) && finite;
    }
    return finite;
}

size_t nni_update_step(nn_optimizer_kind optimizer, nni_update_form form, const nni_update_coefficients *coefficients,
                       const nni_update_block *blocks, size_t block_count, nni_update_arrays arrays,
                       const nni_gradient_source *source)
{
    pass step = step_of(optimizer, form, coefficients, arrays);
    step.source = source, step.blocks = blocks, step.block_count = block_count;
    return go_through(&step);
}

void nni_update_apply(const nni_update_coefficients *coefficients, const nni_update_block *blocks, size_t block_count,
                      nni_update_arrays arrays)
{
    const pass apply = {.loop = kernels_in_use()->apply,
                        .coefficients = coefficients,
                        .arrays = arrays,
                        .blocks = blocks,
                        .block_count = block_count};
    go_through(&apply);
}

size_t nni_update_collect(const nni_update_block *blocks, size_t block_count, nni_real *gradients,
                          const nni_gradient_source *source)
{
    const pass collect = {.arrays = {.gradients = gradients},
                          .source = source,
                          .checks = true,
                          .blocks = blocks,
                          .block_count = block_count};
    return go_through(&collect);
}

typedef struct squaring {
    nni_update_norm norm;
    const nni_update_coefficients *coefficients;
    const nni_update_block *blocks;
    nni_update_arrays arrays;
    double *sums;
} squaring;

static void square_share(void *context, nni_partition share)
{
    const squaring *s = context;
    const nni_update_kernels *kernels = kernels_in_use();
    for (size_t b = share.first; b < share.first + share.count; b++) {
        const nni_update_block *block = &s->blocks[b];
        const nni_update_arrays at = at_block(s->arrays, block);
        if (s->norm == NNI_NORM_OF_REGULARIZED)
            s->sums[b] = kernels->regularized_squares(&s->coefficients[block->tensor], at, block->count);
        else
            s->sums[b] =
                kernels->squares(s->norm == NNI_NORM_OF_PARAMETERS ? at.parameters : at.gradients, block->count);
    }
}

void nni_update_squares(nni_update_norm norm, const nni_update_coefficients *coefficients,
                        const nni_update_block *blocks, size_t block_count, nni_update_arrays arrays, double *sums)
{
    squaring s = {norm, coefficients, blocks, arrays, sums};
    nni_team_divide_work(block_count, WORTH_THREADS, block_count, 1, square_share, &s);
}

void nni_update_found_squares(const nni_update_block *blocks, size_t block_count, const nni_gradient_source *source,
                              double *sums)
{
    const pass add = {.source = source, .blocks = blocks, .block_count = block_count, .squares = sums};
    go_through(&add);
}
