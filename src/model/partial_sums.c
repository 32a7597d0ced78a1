/* SPDX-License-Identifier: MIT */
#include "model/partial_sums.h"

#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/normalize.h"
#include "support/bf16.h"

nni_leaf_rows nni_batch_leaves(const nni_batch *batch, size_t whole[2])
{
    if (batch->leaves.begin)
        return batch->leaves;
    whole[0] = 0, whole[1] = batch->rows;
    return (nni_leaf_rows){.run = {.total = 1, .first = 0, .count = 1}, .begin = whole};
}

nni_real_stack nni_gradient_stack(const nni_workspace *work, size_t offset)
{
    return (nni_real_stack){work->gradients + offset, work->flat_pitch, work->round_joins};
}

/* Floats alone are sent. */
static void round_all(nni_real *values, size_t count)
{
#ifdef NNTRAIN_DOUBLE
    (void)values, (void)count;
#else
    for (size_t i = 0; i < count; i++)
        values[i] = nni_bf16_round(values[i]);
#endif
}

size_t nni_join_reals(nni_leaf_range run, size_t leaf, nni_real_stack stack, size_t height, size_t count)
{
    for (size_t joins = nni_sum_tree_joins(run, leaf); joins > 0; joins--, height--) {
        nni_real *top = stack.nodes + (height - 1) * stack.pitch, *below = stack.nodes + (height - 2) * stack.pitch;
        if (stack.round) {
            round_all(top, count);
            round_all(below, count);
        }
        nni_add(top, below, count);
    }
    return height;
}

size_t nni_join_doubles(nni_leaf_range run, size_t leaf, double *stack, size_t pitch, size_t height, size_t count)
{
    for (size_t joins = nni_sum_tree_joins(run, leaf); joins > 0; joins--, height--)
        for (size_t i = 0; i < count; i++)
            stack[(height - 2) * pitch + i] += stack[(height - 1) * pitch + i];
    return height;
}

void nni_partial_column_sums(const nni_real *matrix, const nni_leaf_rows *leaves, size_t columns, nni_real_stack sums)
{
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++) {
        const size_t first = leaves->begin[leaf], rows = leaves->begin[leaf + 1] - first;
        nni_column_sums(matrix + first * columns, rows, columns, sums.nodes + height * sums.pitch);
        height = nni_join_reals(leaves->run, leaves->run.first + leaf, sums, height + 1, columns);
    }
}

void nni_partial_column_products(const nni_real *a, const nni_real *b, const nni_leaf_rows *leaves, size_t columns,
                                 nni_real_stack sums)
{
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++) {
        const size_t first = leaves->begin[leaf], rows = leaves->begin[leaf + 1] - first;
        nni_column_products(a + first * columns, b + first * columns, rows, columns, sums.nodes + height * sums.pitch);
        height = nni_join_reals(leaves->run, leaves->run.first + leaf, sums, height + 1, columns);
    }
}
