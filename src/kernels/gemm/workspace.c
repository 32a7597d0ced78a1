/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/product.h"
#include "kernels/isa/isa.h"
#include "support/extremes.h"
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

/* Multiply-adds below which a second thread costs more than it saves: 2^18 take a core 5 to 12 us, waking a thread
 * that still spins 1 to 2. */
static const size_t worth_threads = (size_t)1 << 18;

nni_gemm_plan nni_gemm_plan_with(const nni_isa *isa, nn_precision precision, size_t level1_bytes, size_t level2_bytes)
{
    nni_gemm_plan plan = {.kernel = nni_gemm_kernel_of(isa, precision),
                          .level1_bytes = level1_bytes ? level1_bytes : cache_bytes(1, least_level1),
                          .level2_bytes = level2_bytes ? level2_bytes : cache_bytes(2, least_level2),
                          .c_room = least_a / sizeof(nni_real),
                          .worth_threads = worth_threads};
    plan.b_room = plan.level2_bytes / 2 / sizeof(nni_real) / plan.kernel->columns * plan.kernel->columns;
    plan.a_room = nni_larger(plan.level2_bytes, least_a) / sizeof(nni_real);
    return plan;
}

nn_status nni_gemm_workspace_create(nn_precision precision, size_t threads, nni_gemm_workspace **space, nn_error *error)
{
    return nni_gemm_workspace_create_for(nni_isa_in_use(), precision, threads, space, error);
}

nn_status nni_gemm_workspace_create_for(const nni_isa *isa, nn_precision precision, size_t threads,
                                        nni_gemm_workspace **space, nn_error *error)
{
    const nni_gemm_plan plan = nni_gemm_plan_with(isa, precision, 0, 0);
    return nni_gemm_workspace_create_planned(&plan, threads, space, error);
}

nn_status nni_gemm_workspace_create_planned(const nni_gemm_plan *plan, size_t threads, nni_gemm_workspace **space,
                                            nn_error *error)
{
    nni_gemm_workspace *s = NULL;
    NN_TRY(nni_allocate(1, sizeof *s, "the work space of products", &s, error));
    s->threads = threads ? threads : 1;
    s->plan = *plan;
    /* Only what is used takes memory, where the thread that uses it is. */
    nn_status status =
        nni_reserve(s->threads * s->plan.a_room, sizeof(nni_real), "packed rows of products", &s->a, error);
    if (status == NN_OK)
        status = nni_reserve(s->threads * s->plan.b_room, sizeof(nni_real), "packed columns of products", &s->b, error);
    if (status == NN_OK)
        status = nni_reserve(s->threads * s->plan.c_room, sizeof(nni_real), "products to be transposed", &s->c, error);
    if (status == NN_OK)
        status = nni_allocate(s->threads * NNI_GEMM_SLOTS,
                              s->plan.kernel->rows[0] * s->plan.kernel->columns * sizeof(nni_real), "tiles of products",
                              &s->scratch, error);
    if (status != NN_OK) {
        nni_gemm_workspace_free(s);
        return status;
    }
    *space = s;
    return NN_OK;
}

/* --- in memory of the caller's --- */

static size_t to_line(size_t bytes)
{
    return (bytes + NNI_ALIGNMENT - 1) / NNI_ALIGNMENT * NNI_ALIGNMENT;
}

/* Bits do not depend on where depth is cut: a few rows, whose products seldom pack anything, do with short panels. */
nni_gemm_plan nni_gemm_plan_for(nn_precision precision, size_t rows, size_t columns, size_t depth)
{
    enum { FEW_STEPS = 256 };
    nni_gemm_plan plan = nni_gemm_plan_with(nni_isa_in_use(), precision, 0, 0);
    const nni_gemm_kernel *kernel = plan.kernel;
    const bool few = rows <= NNI_GEMM_GROUP;
    size_t steps = nni_larger(nni_gemm_pieces(depth, kernel->steps), 1);
    steps += steps % 2; /* pairs of bfloat16 are not cut */
    steps = nni_smaller(steps, few ? FEW_STEPS : plan.b_room / kernel->columns);
    const size_t panels = few ? 1 : nni_gemm_pieces(columns, kernel->columns);
    const size_t groups = kernel->rounds ? nni_gemm_pieces(rows, NNI_GEMM_GROUP) : 1;
    plan.b_room = nni_smaller(plan.b_room, panels * steps * kernel->columns);
    plan.a_room = nni_smaller(plan.a_room, groups * steps * NNI_GEMM_PITCH);
    plan.c_room = nni_smaller(plan.c_room, (few ? nni_smaller(columns, FEW_STEPS) : columns) * kernel->columns);
    return plan;
}

size_t nni_gemm_plan_bytes(const nni_gemm_plan *plan)
{
    return to_line(sizeof(nni_gemm_workspace)) + to_line(plan->a_room * sizeof(nni_real)) +
           to_line(plan->b_room * sizeof(nni_real)) + to_line(plan->c_room * sizeof(nni_real));
}

nni_gemm_workspace *nni_gemm_workspace_place(const nni_gemm_plan *plan, void *memory)
{
    nni_gemm_workspace *s = memory;
    char *at = (char *)memory + to_line(sizeof *s);
    *s = (nni_gemm_workspace){.threads = 1, .plan = *plan};
    s->a = (nni_real *)(void *)at;
    s->b = (nni_real *)(void *)(at += to_line(plan->a_room * sizeof(nni_real)));
    s->c = (nni_real *)(void *)(at + to_line(plan->b_room * sizeof(nni_real)));
    s->scratch = s->c; /* of several leaves alone */
    return s;
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
