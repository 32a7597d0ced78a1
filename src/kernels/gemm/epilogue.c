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

/* A row by itself has no work space. */
static bool tells(const nni_gemm_product *p)
{
    return p->space && p->space->after_rows;
}

static void finish_line(const nni_epilogue *e, nni_real *line, const nni_real *outputs, size_t length)
{
    const nni_activation_entry *activations = nni_elementwise_kernels_in_use()->activations;
    if (!tile_activates(e->activation))
        activations[e->activation].forward(line, line, length);
    if (outputs)
        activations[e->derivative].backward(outputs, line, length);
}

void nni_gemm_finish(const nni_gemm_product *p, nni_partition rows, nni_partition columns)
{
    const nni_epilogue *e = nni_gemm_must_finish(p->epilogue) ? p->epilogue : NULL;
    if (!e && !tells(p))
        return;
    const size_t stride = e && e->outputs ? e->outputs_stride : p->c_stride;
    /* Rows without gaps between them are as one. */
    const bool dense = columns.count == p->c_stride && columns.count == stride;
    const size_t lines = dense ? 1 : rows.count, length = dense ? rows.count * columns.count : columns.count;
    for (size_t i = 0; i < lines; i++) {
        const size_t row = rows.first + i, first = row * p->c_stride + columns.first;
        if (e)
            finish_line(e, p->c + first, e->outputs ? e->outputs + row * stride + columns.first : NULL, length);
        if (tells(p))
            p->space->after_rows(p->space->after_context, first, length);
    }
}
