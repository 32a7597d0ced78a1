/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/gemm.h"

#include <omp.h>

#include "kernels/gemm/product.h"

/* Multiply-adds below which a second thread costs more than it saves: 2^18 take a core 5 to 12 us, waking a thread
 * that still spins 1 to 2.
 */
static const size_t worth_threads = (size_t)1 << 18;

/* @return the panels of columns that this thread goes through: those it has to itself, or all, which threads share */
static nni_partition divide(nni_gemm_product *p, size_t column_panels)
{
    const nni_gemm_buffer *room = &p->space->room;
    p->part = p->thread, p->parts = p->threads;
    p->a = p->space->a, p->b = p->space->b;
    if (p->threads == 1) /* it may be one of several that compute rows apart */
        p->a += p->thread_id * room->a;
    if (!p->plan->alone)
        return (nni_partition){0, column_panels};
    p->part = 0, p->parts = 1;
    p->b += p->thread_id * room->b;
    return nni_partition_of(column_panels, p->thread, p->threads);
}

static void multiply(nni_gemm_product *p)
{
    const nni_partition mine = divide(p, nni_gemm_panels_of(p->columns, p->space->kernel->columns));
    const size_t rows = p->plan->panels, row_blocks = nni_gemm_panels_of(rows, p->plan->row_panels);
    const size_t column_blocks = nni_gemm_panels_of(mine.count, p->plan->column_panels);
    for (size_t r = 0; r < row_blocks; r++) {
        nni_gemm_walk walk = {.leaves = p->leaves, .steps = p->space->kernel->steps, .most = p->plan->depth_block};
        nni_gemm_depth_block depth;
        while (nni_gemm_walk_next(&walk, &depth))
            for (size_t c = 0; c < column_blocks; c++) {
                const nni_partition columns = nni_partition_of(mine.count, c, column_blocks);
                const nni_gemm_block block = {
                    .row_panels = nni_partition_of(rows, r, row_blocks),
                    .column_panels = {mine.first + columns.first, columns.count},
                    .depth = &depth,
                    .pack_a = p->plan->pack_a && c == 0,
                };
                nni_gemm_multiply_block(p, &block);
            }
    }
}

static void follow(nni_gemm_product *p, const nni_gemm_plan *plan)
{
    p->plan = plan;
    p->rows = plan->what.rows, p->columns = plan->what.columns;
}

static void multiply_alone(nni_gemm_product *p, const nni_gemm_problem *problem)
{
    const nni_gemm_plan plan = nni_gemm_plan_of(p->space->kernel, &p->space->room, problem);
    follow(p, &plan);
    p->thread = 0, p->threads = 1;
    multiply(p);
    p->plan = NULL; /* which ends here */
}

/* The rows of C that a share of A's gives, as a product of its own. */
static void multiply_rows(nni_gemm_product *p, const nni_gemm_problem *problem, nni_partition rows)
{
    nni_gemm_problem mine = *problem;
    mine.rows = rows.count, mine.threads = 1;
    mine.a.data += rows.first * mine.a.width_stride;
    p->c += rows.first * p->c_stride;
    nni_epilogue epilogue;
    if (p->epilogue) {
        epilogue = *p->epilogue;
        if (epilogue.outputs)
            epilogue.outputs += rows.first * epilogue.outputs_stride;
        p->epilogue = &epilogue;
    }
    multiply_alone(p, &mine);
}

static void multiply_apart(const nni_gemm_product *p, const nni_gemm_problem *problem)
{
#pragma omp parallel num_threads((int)problem->threads)
    {
        nni_gemm_product mine = *p;
        mine.thread_id = (size_t)omp_get_thread_num();
        multiply_rows(&mine, problem, nni_partition_of_calling(problem->rows));
    }
}

static void multiply_together(nni_gemm_product *p, const nni_gemm_problem *problem)
{
    const nni_gemm_plan plan = nni_gemm_plan_of(p->space->kernel, &p->space->room, problem);
    follow(p, &plan);
#pragma omp parallel num_threads((int)problem->threads)
    {
        nni_gemm_product mine = *p;
        mine.thread_id = mine.thread = (size_t)omp_get_thread_num(), mine.threads = (size_t)omp_get_num_threads();
        multiply(&mine);
    }
    p->plan = NULL;
}

/* The stack of C that the leaves' sums go onto, and the epilogue, which a single leaf alone may have. */
static void multiply_leaves(nni_gemm_product *p, size_t rows, size_t columns, nni_view a, nni_view b)
{
    const nni_leaf_rows *leaves = p->leaves;
    const size_t depth = leaves->begin[leaves->run.count] - leaves->begin[0];
    if (rows == 0 || columns == 0)
        return;
    size_t threads = (size_t)omp_get_max_threads();
    threads = threads < p->space->threads ? threads : p->space->threads;
    if (depth == 0 || rows * columns < worth_threads / depth)
        threads = 1;
    /* A column without gaps is its own transpose; as a row it is computed by whole vectors. */
    p->vector = columns == 1 && p->c_stride == 1;
    if (p->vector) {
        const nni_view column = {b.data, b.column_stride, b.row_stride};
        b = (nni_view){a.data, a.column_stride, a.row_stride};
        a = column;
        columns = rows, rows = 1;
    }
    const nni_gemm_problem problem = {
        .rows = rows,
        .columns = columns,
        .depth = depth,
        .elements = nni_gemm_elements(leaves, p->space->kernel->steps),
        .leaves = leaves->run.count,
        .a = {a.data, a.row_stride, a.column_stride},
        .b = {b.data, b.column_stride, b.row_stride},
        .threads = threads,
    };
    p->thread_id = 0;
    if (threads == 1)
        multiply_alone(p, &problem);
    else if (p->space->b_read_by_all && nni_gemm_rows_apart(p->space->kernel, &p->space->room, &problem))
        multiply_apart(p, &problem);
    else
        multiply_together(p, &problem);
}

void nni_gemm(nni_gemm_workspace *space, size_t rows, size_t columns, size_t depth, nni_view a, nni_view b, nni_real *c,
              size_t c_stride, const nni_epilogue *epilogue)
{
    const size_t begin[] = {0, depth};
    const nni_leaf_rows one = {{.total = 1, .first = 0, .count = 1}, begin};
    nni_gemm_product p;
    p.space = space, p.leaves = &one, p.epilogue = epilogue;
    p.c = c, p.c_stride = c_stride, p.c_pitch = 0;
    multiply_leaves(&p, rows, columns, a, b);
}

void nni_gemm_leaves(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves, nni_view a,
                     nni_view b, nni_real *c, size_t c_stride, size_t c_pitch)
{
    nni_gemm_product p;
    p.space = space, p.leaves = leaves, p.epilogue = NULL;
    p.c = c, p.c_stride = c_stride, p.c_pitch = c_pitch;
    multiply_leaves(&p, rows, columns, a, b);
}
