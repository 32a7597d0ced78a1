/* SPDX-License-Identifier: MIT */
/* What products tell before each of their tiles, the work and which rows of C are complete; and after rows, which
 * elements of it are. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/gemm/gemm.h"
#include "support/gemm_fixture.h"
#include "support/memory.h"
#include "support/suite.h"

/* A product as it is found meanwhile, and as it should be. */
typedef struct watched {
    const nni_real *c, *reference;
    size_t rows, columns, nodes; /* as many matrices */
    atomic_size_t work;          /* multiply-adds that were told */
    atomic_size_t told;          /* most rows of C that were told to be complete */
    atomic_uchar *completed;     /* [rows, columns] how often each element was told to be complete */
    atomic_bool wrong;
} watched;

static nni_real *take(size_t count, size_t seed)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's numbers", &values, NULL), NN_OK);
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)((i * 37 + seed * 11) % 101) / 64 - (nni_real)0.75;
    return values;
}

/* The first rows of each node. */
static bool equals_reference(const watched *m, size_t rows)
{
    for (size_t node = 0; node < m->nodes; node++) {
        const size_t first = node * m->rows * m->columns;
        if (memcmp(m->c + first, m->reference + first, rows * m->columns * sizeof *m->c) != 0)
            return false;
    }
    return true;
}

static void before_tile(void *context, size_t rows, size_t work)
{
    watched *m = context;
    if (work == 0 || !equals_reference(m, rows))
        m->wrong = true;
    m->work += work;
    size_t told = m->told;
    while (rows > told && !atomic_compare_exchange_weak(&m->told, &told, rows))
        ;
}

static void after_rows(void *context, size_t first, size_t count)
{
    watched *m = context;
    const size_t all = m->rows * m->columns;
    if (count == 0 || first + count > all)
        m->wrong = true;
    for (size_t i = first; i < first + count && i < all; i++) {
        m->completed[i]++;
        for (size_t node = 0; node < m->nodes; node++)
            if (memcmp(m->c + node * all + i, m->reference + node * all + i, sizeof *m->c) != 0)
                m->wrong = true;
    }
}

static bool completed_once(const watched *m)
{
    for (size_t i = 0; i < m->rows * m->columns; i++)
        if (m->completed[i] != 1)
            return false;
    return true;
}

static void product(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves,
                    bool transposed, const nni_real *a, const nni_real *b, nni_real *c)
{
    const size_t depth = leaves->begin[leaves->run.count];
    const nni_view left = transposed ? (nni_view){a, 1, rows} : (nni_view){a, depth, 1};
    nni_gemm_leaves(space, rows, columns, leaves, left, (nni_view){b, columns, 1}, c, columns, rows * columns);
}

/* @return rows that were told to be complete before the end */
static size_t check(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves,
                    bool transposed)
{
    const size_t depth = leaves->begin[leaves->run.count], height = nni_sum_tree_height(leaves->run);
    nni_real *a = take(rows * depth, 1), *b = take(depth * columns, 2);
    nni_real *c = take(height * rows * columns, 3), *reference = take(height * rows * columns, 4);
    product(space, rows, columns, leaves, transposed, a, b, reference);
    watched m = {
        .c = c, .reference = reference, .rows = rows, .columns = columns, .nodes = nni_sum_tree_nodes(leaves->run)};
    nni_gemm_workspace_set_before_tile(space, before_tile, &m);
    product(space, rows, columns, leaves, transposed, a, b, c);
    nni_gemm_workspace_set_before_tile(space, NULL, NULL);
    const bool same = equals_reference(&m, rows), all = m.work == rows * columns * depth;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(rows * columns, sizeof *m.completed, "a test's counts", &m.completed, NULL),
                          NN_OK);
    memset(c, 0xff, m.nodes * rows * columns * sizeof *c);
    nni_gemm_workspace_set_after_rows(space, after_rows, &m, (const nni_real *const[]){reference, c}, 2);
    product(space, rows, columns, leaves, transposed, a, b, c);
    nni_gemm_workspace_set_after_rows(space, NULL, NULL, NULL, 0);
    const bool once = completed_once(&m);
    if (!same || !all || !once || m.wrong)
        printf("wrong: %zu x %zu x %zu, transposed %d: C %d, work %d, elements once %d, on the way %d\n", rows, columns,
               depth, transposed, same, all, once, !m.wrong);
    CU_ASSERT(same && all && once && !m.wrong);
    nni_release(a), nni_release(b), nni_release(c), nni_release(reference), nni_release(m.completed);
    return m.told;
}

static const size_t shapes[][3] = {{512, 784, 128}, {100, 96, 33},  {37, 65, 200}, {14, 32, 1}, {300, 33, 600},
                                   {128, 512, 512}, {70, 1100, 40}, {3, 40, 70},   {10, 1, 9},  {64, 200, 1030}};

static void check_all(nn_precision precision, size_t threads)
{
    nni_gemm_workspace *space = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_gemm_workspace_create_for(tested_isa(), precision, threads, &space, NULL), NN_OK);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int transposed = 0; transposed < 2; transposed++) {
            const size_t depth = shapes[s][2], halves[] = {0, depth / 2, depth};
            const size_t thirds[] = {0, depth / 3, depth / 2, depth};
            const nni_leaf_rows one = {{.total = 1, .first = 0, .count = 1}, (size_t[]){0, depth}};
            const nni_leaf_rows two = {{.total = 2, .first = 0, .count = 2}, halves};
            const nni_leaf_rows odd = {{.total = 4, .first = 1, .count = 3}, thirds}; /* of two nodes */
            const nni_leaf_rows none = {{.total = 1, .first = 0, .count = 1}, (size_t[]){0, 0}};
            check(space, shapes[s][0], shapes[s][1], &one, transposed);
            check(space, shapes[s][0], shapes[s][1], &two, transposed);
            check(space, shapes[s][0], shapes[s][1], &odd, transposed);
            check(space, shapes[s][0], shapes[s][1], &none, transposed);
        }
    nni_gemm_workspace_free(space);
}

static void work_and_complete_rows_are_told(void)
{
    check_all(NN_FLOAT32, 1);
}

static void products_of_bf16_tell_too(void)
{
    check_all(NN_BF16, 1);
}

static void every_thread_tells(void)
{
    check_all(NN_FLOAT32, 2);
}

/* Gradients of a layer: the sums over ranks begin with the first rows. */
static void most_of_a_gradient_is_told_before_the_end(void)
{
    nni_gemm_workspace *space = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_gemm_workspace_create_for(tested_isa(), NN_FLOAT32, 1, &space, NULL), NN_OK);
    const nni_leaf_rows one = {{.total = 1, .first = 0, .count = 1}, (size_t[]){0, 128}};
    const size_t told = check(space, 512, 784, &one, true);
    CU_ASSERT(told >= 480 && told < 512);
    nni_gemm_workspace_free(space);
}

int main(void)
{
    if (cannot_emulate())
        return 0;
    const nni_test tests[] = {
        NN_TEST(work_and_complete_rows_are_told),
        NN_TEST(products_of_bf16_tell_too),
        NN_TEST(every_thread_tells),
        NN_TEST(most_of_a_gradient_is_told_before_the_end),
    };
    return nni_run_suite("callback of products", tests, sizeof tests / sizeof *tests);
}
