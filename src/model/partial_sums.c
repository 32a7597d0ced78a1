#include "model/partial_sums.h"

#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/normalize.h"

nn_leaf_rows nn_batch_leaves(const nn_batch *batch, size_t whole[2])
{
    if (batch->leaves.begin)
        return batch->leaves;
    whole[0] = 0, whole[1] = batch->rows;
    return (nn_leaf_rows){.run = {.total = 1, .first = 0, .count = 1}, .begin = whole};
}

size_t nn_join_reals(nn_leaves run, size_t leaf, nn_real *stack, size_t pitch, size_t height, size_t count)
{
    for (size_t joins = nn_leaves_joins(run, leaf); joins > 0; joins--, height--)
        nn_add(stack + (height - 1) * pitch, stack + (height - 2) * pitch, count);
    return height;
}

size_t nn_join_doubles(nn_leaves run, size_t leaf, double *stack, size_t pitch, size_t height, size_t count)
{
    for (size_t joins = nn_leaves_joins(run, leaf); joins > 0; joins--, height--)
        for (size_t i = 0; i < count; i++)
            stack[(height - 2) * pitch + i] += stack[(height - 1) * pitch + i];
    return height;
}

void nn_leaf_column_sums(const nn_real *matrix, const nn_leaf_rows *leaves, size_t columns, nn_real *sums, size_t pitch)
{
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++) {
        const size_t first = leaves->begin[leaf], rows = leaves->begin[leaf + 1] - first;
        nn_column_sums(matrix + first * columns, rows, columns, sums + height * pitch);
        height = nn_join_reals(leaves->run, leaves->run.first + leaf, sums, pitch, height + 1, columns);
    }
}

void nn_leaf_column_products(const nn_real *a, const nn_real *b, const nn_leaf_rows *leaves, size_t columns,
                             nn_real *sums, size_t pitch)
{
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++) {
        const size_t first = leaves->begin[leaf], rows = leaves->begin[leaf + 1] - first;
        nn_column_products(a + first * columns, b + first * columns, rows, columns, sums + height * pitch);
        height = nn_join_reals(leaves->run, leaves->run.first + leaf, sums, pitch, height + 1, columns);
    }
}
