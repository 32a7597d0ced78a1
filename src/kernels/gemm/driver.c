/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/gemm.h"

#include "kernels/gemm/product.h"
#include "support/extremes.h"
#include "support/threads/team.h"

/* A thread's rows, all columns: B is small beside A, and whoever computes rows of C has more to do with them. */
static void multiply_rows(const nni_gemm_product *p, size_t thread, size_t threads)
{
    nni_gemm_area area = {.columns = {0, p->columns}, .thread_id = thread, .reports = threads == 1 && !p->swapped};
    area.rows = nni_partition_of(p->rows, thread, threads);
    nni_gemm_multiply_area(p, &area);
}

/* A thread's panels, all rows, for several threads; a panel that is cut is packed by those who share it. */
static void multiply_panels(const nni_gemm_product *p, size_t thread, size_t threads)
{
    const size_t groups = nni_larger(nni_gemm_pieces(p->rows, NNI_GEMM_GROUP), 1),
                 panels = nni_gemm_pieces(p->columns, p->panel);
    const nni_partition mine = nni_partition_of(panels * groups, thread, threads);
    for (size_t done = 0, count; done < mine.count; done += count) {
        const size_t panel = (mine.first + done) / groups, group = (mine.first + done) % groups;
        const size_t left = mine.count - done;
        const size_t whole = group == 0 ? left / groups : 0;
        const size_t cut = nni_smaller(left, groups - group);
        count = whole > 0 ? whole * groups : cut;
        const nni_partition top = nni_partition_of(p->rows, group, groups);
        const nni_partition bottom = nni_partition_of(p->rows, whole > 0 ? groups - 1 : group + cut - 1, groups);
        const size_t first = panel * p->panel, end = (panel + (whole > 0 ? whole : 1)) * p->panel;
        nni_gemm_multiply_area(p, &(nni_gemm_area){.rows = {top.first, bottom.first + bottom.count - top.first},
                                                   .columns = {first, nni_smaller(end, p->columns) - first},
                                                   .thread_id = thread});
    }
}

static void multiply_share(void *product, size_t thread, size_t threads)
{
    const nni_gemm_product *p = product;
    if (threads == 1 || ((p->swapped || p->a.width_stride == 1) && p->rows >= threads * NNI_GEMM_GROUP))
        multiply_rows(p, thread, threads);
    else
        multiply_panels(p, thread, threads);
}

static size_t threads_of(const nni_gemm_product *p, size_t depth)
{
    if (depth == 0 || p->rows * p->columns < p->space->plan.worth_threads / depth)
        return 1;
    return nni_smaller(nni_team_size(), p->space->threads);
}

/* Half cycles of a product, about: a vector of multiply-adds takes one, an element that is transposed too, unless both
 * operands are packed whichever way it goes. */
static size_t cost_of(const nni_gemm_product *p, size_t depth)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    const size_t vectors = nni_gemm_pieces(p->columns, kernel->lanes);
    const size_t turned = p->b.width_stride == 1 || kernel->rounds ? 0 : p->columns * depth;
    return p->rows * vectors * depth + turned + (p->swapped ? p->rows * p->columns : 0);
}

/* How the product of one leaf is best computed. The transpose, B^T A^T, is less work where A's columns lie side by side
 * and B's do not, or fill whole vectors. */
static void choose_way(nni_gemm_product *p, size_t depth)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    if (p->leaves->run.count != 1)
        return;
    p->turned =
        p->rows <= kernel->turned_rows && p->b.width_stride != 1 && p->b.depth_stride == 1 && p->a.depth_stride == 1;
    nni_gemm_product transposed = *p;
    transposed.a = p->b, transposed.b = p->a;
    transposed.rows = p->columns, transposed.columns = p->rows;
    transposed.swapped = true;
    if (!p->turned && cost_of(&transposed, depth) < cost_of(p, depth))
        *p = transposed;
}

/* The stack of C that the leaves' sums go onto, and the epilogue, which a single leaf alone may have. */
static void multiply(nni_gemm_product *p)
{
    if (p->rows == 0 || p->columns == 0)
        return;
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    const size_t depth = p->leaves->begin[p->leaves->run.count] - p->leaves->begin[0];
    const size_t threads = threads_of(p, depth);
    choose_way(p, depth);
    p->panel = kernel->columns;
    if (threads == 1) {
        multiply_rows(p, 0, 1);
        return;
    }
    while (p->panel > kernel->lanes && nni_gemm_pieces(p->columns, p->panel) < threads)
        p->panel /= 2;
    nni_team_run(threads, multiply_share, p);
}

void nni_gemm(nni_gemm_workspace *space, size_t rows, size_t columns, size_t depth, nni_view a, nni_view b, nni_real *c,
              size_t c_stride, const nni_epilogue *epilogue)
{
    const size_t begin[] = {0, depth};
    const nni_leaf_rows one = {{.total = 1, .first = 0, .count = 1}, begin};
    multiply(&(nni_gemm_product){.space = space,
                                 .rows = rows,
                                 .columns = columns,
                                 .a = {a.data, a.row_stride, a.column_stride},
                                 .b = {b.data, b.column_stride, b.row_stride},
                                 .leaves = &one,
                                 .c = c,
                                 .c_stride = c_stride,
                                 .epilogue = epilogue});
}

void nni_gemm_row(const nni_gemm_plan *plan, size_t columns, size_t depth, const nni_real *a, const nni_real *b,
                  nni_real *c, const nni_epilogue *epilogue)
{
    const nni_gemm_chain chain = {.depth = depth};
    nni_gemm_strip strip = {.rows = 1,
                            .columns = columns,
                            .a = a,
                            .a_row_stride = depth,
                            .a_depth_stride = 1,
                            .b = b,
                            .b_stride = columns,
                            .chains = &chain,
                            .chain_count = 1,
                            .matrices = 1,
                            .c = c,
                            .c_stride = columns,
                            .bias = epilogue->bias,
                            .rectify = epilogue->activation == NN_RELU};
    plan->kernel->run(&strip);
    nni_gemm_finish(&(nni_gemm_product){.c = c, .c_stride = columns, .epilogue = epilogue}, (nni_partition){0, 1},
                    (nni_partition){0, columns});
}

void nni_gemm_leaves(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves, nni_view a,
                     nni_view b, nni_real *c, size_t c_stride, size_t c_pitch)
{
    multiply(&(nni_gemm_product){.space = space,
                                 .rows = rows,
                                 .columns = columns,
                                 .a = {a.data, a.row_stride, a.column_stride},
                                 .b = {b.data, b.column_stride, b.row_stride},
                                 .leaves = leaves,
                                 .c = c,
                                 .c_stride = c_stride,
                                 .c_pitch = c_pitch});
}
