/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/product.h"
#include "kernels/isa/isa.h"
#include "support/memory.h"

/* Of the double library, which is for checks of the mathematics that rounding would hide, no set has one for bfloat16.
 */
static const nni_gemm_kernel *kernel_of(const nni_isa *isa, nn_precision precision)
{
    return precision == NN_BF16 && isa->gemm_bf16 ? isa->gemm_bf16() : isa->gemm;
}

nn_status nni_gemm_workspace_create(nn_precision precision, size_t threads, nni_gemm_workspace **space, nn_error *error)
{
    return nni_gemm_workspace_create_for(nni_isa_in_use(), precision, threads, space, error);
}

nn_status nni_gemm_workspace_create_for(const nni_isa *isa, nn_precision precision, size_t threads,
                                        nni_gemm_workspace **space, nn_error *error)
{
    const nni_gemm_kernel *kernel = kernel_of(isa, precision);
    nni_gemm_workspace *s = NULL;
    NN_TRY(nni_allocate(1, sizeof *s, "the work space of products", &s, error));
    s->threads = threads ? threads : 1;
    s->kernel = kernel;
    s->room = nni_gemm_buffer_of(kernel);
    /* Only what is used takes memory, where the thread that uses it is. */
    nn_status status = nni_reserve(s->threads * s->room.a, sizeof(nni_real), "packed rows of products", &s->a, error);
    if (status == NN_OK)
        status = nni_allocate(s->threads * s->room.b, sizeof(nni_real), "packed columns of products", &s->b, error);
    if (status == NN_OK)
        status = nni_allocate(s->threads * s->room.own, sizeof(nni_real), "packed columns of products", &s->own, error);
    if (status == NN_OK)
        status = nni_allocate(s->threads * NNI_GEMM_SLOTS, kernel->rows * kernel->slot_columns * sizeof(nni_real),
                              "tiles of products", &s->scratch, error);
    if (status != NN_OK) {
        nni_gemm_workspace_free(s);
        return status;
    }
    *space = s;
    return NN_OK;
}

void nni_gemm_workspace_set_before_tile(nni_gemm_workspace *space, nni_gemm_before_tile *before_tile, void *context)
{
    space->before_tile = before_tile;
    space->context = context;
}

void nni_gemm_workspace_share(nni_gemm_workspace *space, bool read_by_all)
{
    space->b_read_by_all = read_by_all;
}

void nni_gemm_workspace_round_joins(nni_gemm_workspace *space, bool round_joins)
{
    /* Floats alone are sent. */
    space->round_joins = round_joins && sizeof(nni_real) == sizeof(float);
}

void nni_gemm_workspace_free(nni_gemm_workspace *space)
{
    if (!space)
        return;
    nni_release(space->a);
    nni_release(space->b);
    nni_release(space->own);
    nni_release(space->scratch);
    nni_release(space);
}
