/* SPDX-License-Identifier: MIT */
/* Products whose depth is made of leaves, for float and double, and for each instruction set this processor has. */
#include <omp.h>
#include <stdio.h>

#include "support/bf16.h"
#include "support/gemm_fixture.h"
#include "support/gemm_matrices.h"

static nni_gemm_workspace *space;

/* A sum over leaves to be computed in the plainest way. */
typedef struct leaf_sum {
    nni_gemm_workspace *space;
    size_t rows, columns;
    const nni_leaf_rows *leaves;
    nni_view a, b;
    bool rounds; /* both values of a join, to bfloat16: of floats, which are sent so */
} leaf_sum;

static nni_real joined(const leaf_sum *sum, nni_real a, nni_real b)
{
    return sum->rounds ? (nni_real)nni_bf16_round((float)a) + (nni_real)nni_bf16_round((float)b) : a + b;
}

/* As support/sum_tree.h defines a node: one leaf, or the sum of the two nodes below, or the left one where there is no
 * other. */
static void sum_node(const leaf_sum *sum, size_t first, size_t span, nni_real *c)
{
    const nni_leaf_range run = sum->leaves->run;
    if (span == 1) {
        const size_t *begin = sum->leaves->begin + (first - run.first);
        nni_view a = sum->a, b = sum->b;
        a.data += begin[0] * a.column_stride, b.data += begin[0] * b.row_stride;
        nni_gemm(sum->space, sum->rows, sum->columns, begin[1] - begin[0], a, b, c, sum->columns, NULL);
        return;
    }
    sum_node(sum, first, span / 2, c);
    if (first + span / 2 >= run.total)
        return;
    const size_t count = sum->rows * sum->columns;
    nni_real *right = take(count);
    sum_node(sum, first + span / 2, span / 2, right);
    for (size_t i = 0; i < count; i++)
        c[i] = joined(sum, c[i], right[i]);
    nni_release(right);
}

/* The largest node that begins with a leaf and that a run holds. */
static size_t span_of_node(nni_leaf_range run, size_t first)
{
    size_t span = 1;
    while (span < run.total && first % (2 * span) == 0) {
        const size_t end = first + 2 * span < run.total ? first + 2 * span : run.total;
        if (end > run.first + run.count)
            break;
        span *= 2;
    }
    return span;
}

/* Whether the matrices of a stack hold the nodes of the run, and nothing was written beside them. */
static bool holds_nodes(const leaf_sum *sum, const nni_real *c, const nni_real *before, size_t c_stride, size_t c_pitch,
                        size_t matrices)
{
    const nni_leaf_range run = sum->leaves->run;
    nni_real *node = take(sum->rows * sum->columns);
    bool right = true;
    size_t leaf = run.first;
    for (size_t n = 0; n < matrices; n++) {
        const bool is_node = leaf < run.first + run.count;
        if (is_node) {
            const size_t span = span_of_node(run, leaf);
            sum_node(sum, leaf, span, node);
            leaf += span;
        }
        for (size_t e = 0; e < c_pitch; e++) {
            const size_t i = e / c_stride, j = e % c_stride;
            const bool is_element = i < sum->rows && j < sum->columns;
            if (is_element && !is_node)
                continue;
            const nni_real *expected = is_element ? &node[i * sum->columns + j] : &before[n * c_pitch + e];
            right = right && memcmp(expected, &c[n * c_pitch + e], sizeof *c) == 0;
        }
    }
    nni_release(node);
    return right && leaf >= run.first + run.count;
}

/* Options: which operands are transposed, gaps between rows, one to three threads, and whether joins round. */
static void check_leaves(nni_gemm_workspace *of, size_t rows, size_t columns, const nni_leaf_rows *leaves,
                         unsigned options)
{
    const nni_leaf_range run = leaves->run;
    const size_t depth = leaves->begin[run.count], gap = options / 4 % 3;
    nni_view a = view_of(NULL, rows, depth, options & 1, gap), b = view_of(NULL, depth, columns, options & 2, gap);
    const size_t c_stride = columns + options / 12 % 2, c_pitch = rows * c_stride + options / 24 % 2;
    const size_t matrices = nni_sum_tree_height(run);
    nni_real *a_data = depth ? take_exactly(last_element(rows, depth, a) + 1, options + 1) : NULL;
    nni_real *b_data = depth ? take_exactly(last_element(depth, columns, b) + 1, options + 2) : NULL;
    nni_real *c = take_exactly(matrices * c_pitch, 3), *before = take_exactly(matrices * c_pitch, 3);
    a.data = a_data, b.data = b_data;
    const int usual = omp_get_max_threads();
    omp_set_num_threads(1 + (int)(options % 3));
    nni_gemm_workspace_round_joins(of, options / 48 % 2);
    nni_gemm_leaves(of, rows, columns, leaves, a, b, c, c_stride, c_pitch);
    omp_set_num_threads(usual);
    const leaf_sum sum = {of, rows, columns, leaves, a, b, options / 48 % 2 && sizeof(nni_real) == sizeof(float)};
    const bool right = holds_nodes(&sum, c, before, c_stride, c_pitch, matrices);
    if (!right)
        printf("wrong: %zu x %zu x %zu, leaves %zu + %zu of %zu, options %u\n", rows, columns, depth, run.first,
               run.count, run.total, options);
    CU_ASSERT(right);
    free(a_data), free(b_data), free(c), free(before);
}

/* Leaves of the same number of rows, or where it is 0, of 0 to 9. */
static void check_run(nni_gemm_workspace *of, size_t rows, size_t columns, nni_leaf_range run, size_t leaf_rows,
                      unsigned options)
{
    size_t *begin = calloc(run.count + 1, sizeof *begin);
    CU_ASSERT_PTR_NOT_NULL_FATAL(begin);
    for (size_t leaf = 0; leaf < run.count; leaf++)
        begin[leaf + 1] = begin[leaf] + (leaf_rows ? leaf_rows : (leaf * 7 + options) % 10);
    const nni_leaf_rows leaves = {run, begin};
    check_leaves(of, rows, columns, &leaves, options);
    free(begin);
}

static void check_runs(nni_gemm_workspace *of)
{
    static const nni_leaf_range runs[] = {{16, 0, 16}, {16, 5, 5}, {16, 8, 8}, {1, 0, 1},   {3, 0, 3},
                                          {7, 2, 5},   {11, 3, 8}, {13, 1, 1}, {31, 1, 30}, {100, 7, 90}};
    static const size_t leaf_rows[] = {0, 1, 2, 3, 8, 16, 37};
    uint64_t seed = 40;
    for (unsigned trial = 0; trial < 280; trial++) {
        seed = next_random(seed);
        const size_t rows = 1 + (seed >> 33) % 40, columns = 1 + (seed >> 43) % (trial % 4 == 0 ? 300 : 40);
        check_run(of, rows, columns, runs[trial % 10], leaf_rows[trial % 7], (unsigned)(seed >> 53) % 96);
    }
    /* Of more rows than a block of depth has, or of enough to fill several; large enough for threads. */
    check_run(of, 37, 70, (nni_leaf_range){16, 5, 5}, 1500, 1);
    check_run(of, 33, 35, (nni_leaf_range){4, 0, 4}, 2501, 2);
    check_run(of, 5, 300, (nni_leaf_range){6, 1, 4}, 1201, 5);
    check_run(of, 130, 100, (nni_leaf_range){100, 3, 60}, 33, 13);
    check_run(of, 130, 100, (nni_leaf_range){100, 3, 60}, 33, 48 + 13);
    check_run(of, 37, 70, (nni_leaf_range){16, 0, 16}, 64, 48 + 1);
    check_run(of, 10, 512, (nni_leaf_range){16, 0, 16}, 64, 1);
    check_run(of, 150, 130, (nni_leaf_range){12, 0, 12}, 64, 25);
    check_run(of, 600, 1, (nni_leaf_range){9, 0, 9}, 100, 2);
    check_run(of, 700, 10, (nni_leaf_range){9, 2, 7}, 51, 37);
    check_run(of, 700, 201, (nni_leaf_range){12, 1, 9}, 64, 49); /* rows enough for each thread to have its own */
}

static void leaves_are_joined_along_their_tree(void)
{
    check_runs(space);
}

static void leaves_of_bf16_are_joined_along_their_tree(void)
{
    for (int pairs = 0; pairs < 2; pairs++) {
        nni_gemm_workspace *bf16 = bf16_space(pairs);
        if (bf16)
            check_runs(bf16);
        nni_gemm_workspace_free(bf16);
    }
}

static void leaves_of_very_different_lengths_are_joined_along_their_tree(void)
{
    static const size_t begin[] = {0, 0, 1, 2100, 2103, 2103, 2200, 5000, 5000, 5017, 5020, 5021};
    for (unsigned options = 0; options < 24; options++) {
        const nni_leaf_rows leaves = {{16 + options % 3, options % 6, 11}, begin};
        check_leaves(space, 3 + 4 * (options % 5), 17 + 9 * options, &leaves, options);
    }
}

static void no_leaves_write_nothing(void)
{
    static const size_t begin[] = {0};
    const nni_leaf_rows none = {{4, 4, 0}, begin};
    nni_real c = 7, x[4] = {1, 2, 3, 4};
    nni_gemm_leaves(space, 1, 1, &none, (nni_view){x, 1, 1}, (nni_view){x, 1, 1}, &c, 1, 1);
    CU_ASSERT_EQUAL(c, 7);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(leaves_are_joined_along_their_tree),
        NN_TEST(leaves_of_bf16_are_joined_along_their_tree),
        NN_TEST(leaves_of_very_different_lengths_are_joined_along_their_tree),
        NN_TEST(no_leaves_write_nothing),
    };
    return run_in_space(&space, "gemm of leaves", tests, sizeof tests / sizeof *tests);
}
