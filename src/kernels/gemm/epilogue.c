/* SPDX-License-Identifier: MIT */
/* What follows the sums of a product, but for bias and relu, which tiles do. */
#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/gemm/product.h"

static bool tile_activates(nn_activation activation)
{
    return activation == NN_LINEAR || activation == NN_RELU;
}

bool nni_gemm_must_finish(const nni_epilogue *e)
{
    return e && (!tile_activates(e->activation) || e->outputs);
}

void nni_gemm_finish(const nni_gemm_product *p, nni_partition rows, nni_partition columns)
{
    const nni_epilogue *e = p->epilogue;
    if (!nni_gemm_must_finish(e))
        return;
    const nni_activation_entry *activations = nni_elementwise_kernels_in_use()->activations;
    nni_real *c = p->c + rows.first * p->c_stride + columns.first;
    /* Rows without gaps between them are as one. */
    const bool dense = columns.count == p->c_stride && (!e->outputs || columns.count == e->outputs_stride);
    const size_t lines = dense ? 1 : rows.count, length = dense ? rows.count * columns.count : columns.count;
    const nni_real *outputs = e->outputs ? e->outputs + rows.first * e->outputs_stride + columns.first : NULL;
    for (size_t i = 0; i < lines; i++) {
        nni_real *line = c + i * p->c_stride;
        if (!tile_activates(e->activation))
            activations[e->activation].forward(line, line, length);
        if (outputs)
            activations[e->derivative].backward(outputs + i * e->outputs_stride, line, length);
    }
}
