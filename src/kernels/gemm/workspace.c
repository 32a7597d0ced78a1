/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/product.h"
#include "kernels/isa/isa.h"
#include "support/memory.h"
#include "support/system/cpu.h"

/* What small cores have, where the system does not tell. */
static const size_t least_level1 = (size_t)32 << 10, least_level2 = (size_t)256 << 10;

/* Rows of A that are packed at a time may lie in level 3: tiles read a panel of B ten times as fast. */
static const size_t least_a = (size_t)1 << 20;

static size_t cache_bytes(int level, size_t least)
{
    const size_t bytes = nni_cpu_cache_bytes(level);
    return bytes ? bytes : least;
}

nn_status nni_gemm_workspace_create(nn_precision precision, size_t threads, nni_gemm_workspace **space, nn_error *error)
{
    return nni_gemm_workspace_create_for(nni_isa_in_use(), precision, threads, space, error);
}

nn_status nni_gemm_workspace_create_for(const nni_isa *isa, nn_precision precision, size_t threads,
                                        nni_gemm_workspace **space, nn_error *error)
{
    const nni_gemm_kernel *kernel = nni_gemm_kernel_of(isa, precision);
    nni_gemm_workspace *s = NULL;
    NN_TRY(nni_allocate(1, sizeof *s, "the work space of products", &s, error));
    s->threads = threads ? threads : 1;
    s->kernel = kernel;
    s->level1_bytes = cache_bytes(1, least_level1), s->level2_bytes = cache_bytes(2, least_level2);
    s->b_room = s->level2_bytes / 2 / sizeof(nni_real) / kernel->columns * kernel->columns;
    s->a_room = (s->level2_bytes > least_a ? s->level2_bytes : least_a) / sizeof(nni_real);
    s->c_room = least_a / sizeof(nni_real);
    /* Only what is used takes memory, where the thread that uses it is. */
    nn_status status = nni_reserve(s->threads * s->a_room, sizeof(nni_real), "packed rows of products", &s->a, error);
    if (status == NN_OK)
        status = nni_reserve(s->threads * s->b_room, sizeof(nni_real), "packed columns of products", &s->b, error);
    if (status == NN_OK)
        status = nni_reserve(s->threads * s->c_room, sizeof(nni_real), "products to be transposed", &s->c, error);
    if (status == NN_OK)
        status = nni_allocate(s->threads * NNI_GEMM_SLOTS, kernel->rows[0] * kernel->columns * sizeof(nni_real),
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

void nni_gemm_workspace_set_after_rows(nni_gemm_workspace *space, nni_gemm_after_rows *after_rows, void *context,
                                       const nni_real *const *fetched, size_t fetched_count)
{
    for (size_t i = 0; i < fetched_count; i++)
        space->fetched[i] = fetched[i];
    space->fetched_count = fetched_count;

    space->after_rows = after_rows;
    space->after_context = context;
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
    nni_release(space->c);
    nni_release(space->scratch);
    nni_release(space);
}
