#include "kernels/elementwise.h"
#include "kernels/gemm.h"

void nn_gemm_leaves(nn_gemm_space *space, size_t rows, size_t columns, const nn_leaf_rows *leaves, nn_view a, nn_view b,
                    nn_real *c, size_t c_stride, size_t c_pitch)
{
    const nn_leaves run = leaves->run;
    nn_real *top = c;
    for (size_t leaf = 0; leaf < run.count; leaf++) {
        const size_t first = leaves->begin[leaf], depth = leaves->begin[leaf + 1] - first;
        const nn_view a_leaf = {a.data + first * a.column_stride, a.row_stride, a.column_stride};
        const nn_view b_leaf = {b.data + first * b.row_stride, b.row_stride, b.column_stride};
        nn_gemm(space, rows, columns, depth, a_leaf, b_leaf, top, c_stride, NULL);
        for (size_t joins = nn_leaves_joins(run, run.first + leaf); joins > 0; joins--, top -= c_pitch)
            for (size_t i = 0; i < rows; i++)
                nn_add(top + i * c_stride, top - c_pitch + i * c_stride, columns);
        top += c_pitch;
    }
}
