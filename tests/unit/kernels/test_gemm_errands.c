/* SPDX-License-Identifier: MIT */
/* What products do beside their sums: they move memory, tell which rows of C are complete, and are the same products.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/gemm/gemm.h"
#include "support/gemm_fixture.h"
#include "support/memory.h"
#include "support/suite.h"

enum { LINE = 64 / sizeof(nni_real), MOVED = 1 << 16, MOST_ERRANDS = 1 << 14 };

/* What is moved by a product, and what it should have been. */
typedef struct moving {
    nni_real *from, *to, *expected; /* [MOVED] */
    size_t given;                   /* elements */
    size_t errands;
    nni_errand last; /* given, and done by the next call */
    bool wrong;
    /* The product: C as it is found, and as it should be. */
    const nni_real *c, *reference;
    size_t rows, columns, nodes; /* as many matrices */
    size_t told;                 /* most rows of C that were told to be complete */
} moving;

static nni_real *take(size_t count, size_t seed)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's numbers", &values, NULL), NN_OK);
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)((i * 37 + seed * 11) % 101) / 64 - (nni_real)0.75;
    return values;
}

static bool is_done(const moving *m)
{
    const size_t first = (size_t)(m->last.to - m->to);
    return memcmp(m->last.to, m->expected + first, m->last.count * sizeof *m->to) == 0;
}

static void give(moving *m, size_t most, nni_errand *errand)
{
    static const nni_errand_kind kinds[] = {NNI_ERRAND_STREAM, NNI_ERRAND_ADD, NNI_ERRAND_COPY};
    size_t count = most / LINE * LINE;
    if (m->errands % 5 == 4 && count > LINE)
        count -= LINE; /* fewer than there might be */
    if (count == 0 || m->given + count > MOVED || m->errands % 7 == 6) {
        m->errands++;
        m->last.count = 0;
        return;
    }
    *errand = (nni_errand){kinds[m->errands % 3], count, m->from + m->given, m->to + m->given};
    for (size_t i = m->given; i < m->given + count; i++)
        m->expected[i] = errand->kind == NNI_ERRAND_ADD ? m->to[i] + m->from[i] : m->from[i];
    m->last = *errand;
    m->given += count;
    m->errands++;
}

/* The first rows of each node. */
static bool equals_reference(const moving *m, size_t rows)
{
    for (size_t node = 0; node < m->nodes; node++) {
        const size_t first = node * m->rows * m->columns;
        if (memcmp(m->c + first, m->reference + first, rows * m->columns * sizeof *m->c) != 0)
            return false;
    }
    return true;
}

static void before_tile(void *context, size_t rows, size_t work, size_t most, nni_errand *errand)
{
    moving *m = context;
    m->wrong = m->wrong || work == 0 || errand->kind != NNI_ERRAND_NONE || (m->last.count > 0 && !is_done(m));
    m->wrong = m->wrong || !equals_reference(m, rows);
    m->told = rows > m->told ? rows : m->told;
    give(m, most, errand);
}

static void product(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves,
                    bool transposed, const nni_real *a, const nni_real *b, nni_real *c)
{
    const size_t depth = leaves->begin[leaves->run.count];
    const nni_view left = transposed ? (nni_view){a, 1, rows} : (nni_view){a, depth, 1};
    nni_gemm_leaves(space, rows, columns, leaves, left, (nni_view){b, columns, 1}, c, columns, rows * columns);
}

/* @return what was moved on the way */
static moving check(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves,
                    bool transposed)
{
    const size_t depth = leaves->begin[leaves->run.count], height = nni_sum_tree_height(leaves->run);
    nni_real *a = take(rows * depth, 1), *b = take(depth * columns, 2);
    nni_real *c = take(height * rows * columns, 3), *reference = take(height * rows * columns, 4);
    product(space, rows, columns, leaves, transposed, a, b, reference);
    moving m = {.from = take(MOVED, 5), .to = take(MOVED, 6), .expected = take(MOVED, 6)};
    m.c = c, m.reference = reference;
    m.rows = rows, m.columns = columns, m.nodes = nni_sum_tree_nodes(leaves->run);
    nni_gemm_workspace_set_before_tile(space, before_tile, &m);
    product(space, rows, columns, leaves, transposed, a, b, c);
    nni_gemm_workspace_set_before_tile(space, NULL, NULL);
    const bool same = equals_reference(&m, rows);
    const bool moved = memcmp(m.to, m.expected, MOVED * sizeof *m.to) == 0;
    if (!same || !moved || m.wrong)
        printf("wrong: %zu x %zu x %zu, transposed %d: C %d, moved %d, on the way %d\n", rows, columns, depth,
               transposed, same, moved, !m.wrong);
    CU_ASSERT(same && moved && !m.wrong);
    nni_release(a), nni_release(b), nni_release(c), nni_release(reference);
    nni_release(m.from), nni_release(m.to), nni_release(m.expected);
    return m;
}

static const size_t shapes[][3] = {{512, 784, 128}, {100, 96, 33},  {37, 65, 200}, {14, 32, 1}, {300, 33, 600},
                                   {128, 512, 512}, {70, 1100, 40}, {3, 40, 70},   {10, 1, 9},  {64, 200, 1030}};

static void check_all(nn_precision precision, size_t threads, bool read_by_all)
{
    nni_gemm_workspace *space = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_gemm_workspace_create_for(tested_isa(), precision, threads, &space, NULL), NN_OK);
    nni_gemm_workspace_share(space, read_by_all);
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

static void products_move_what_they_are_given_and_stay_the_same(void)
{
    check_all(NN_FLOAT32, 1, false);
}

static void products_of_bf16_do_as_well(void)
{
    check_all(NN_BF16, 1, false);
}

static void one_of_several_threads_does(void)
{
    check_all(NN_FLOAT32, 2, false);
    check_all(NN_FLOAT32, 2, true);
}

/* Gradients of a layer: the sums over ranks begin with the first rows. */
static void most_of_a_gradient_is_told_before_the_end(void)
{
    nni_gemm_workspace *space = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_gemm_workspace_create_for(tested_isa(), NN_FLOAT32, 1, &space, NULL), NN_OK);
    const nni_leaf_rows one = {{.total = 1, .first = 0, .count = 1}, (size_t[]){0, 128}};
    const moving m = check(space, 512, 784, &one, true);
    CU_ASSERT(m.told >= 480 && m.told < 512);
    CU_ASSERT(m.given > MOVED / 2);
    nni_gemm_workspace_free(space);
}

int main(void)
{
    if (cannot_emulate())
        return 0;
    const nni_test tests[] = {
        NN_TEST(products_move_what_they_are_given_and_stay_the_same),
        NN_TEST(products_of_bf16_do_as_well),
        NN_TEST(one_of_several_threads_does),
        NN_TEST(most_of_a_gradient_is_told_before_the_end),
    };
    return nni_run_suite("errands of products", tests, sizeof tests / sizeof *tests);
}
