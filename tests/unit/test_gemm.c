/* Run for float and double, and for each instruction set this processor has. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gemm_fixture.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "nntrain/memory.h"
#include "suite.h"

#ifdef NNTRAIN_DOUBLE
static const double epsilon = DBL_EPSILON;
#else
static const double epsilon = FLT_EPSILON;
#endif

static nn_gemm_space *space;

static nn_real *take(size_t count)
{
    nn_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_allocate(count, sizeof *values, "a test's matrix", &values, NULL), NN_OK);
    return values;
}

/* Numbers in [-1, 1) from a linear congruential generator (Knuth's MMIX). */
static nn_real *take_random(size_t count, uint64_t seed)
{
    nn_real *values = take(count);
    for (size_t i = 0; i < count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        values[i] = (nn_real)((double)(seed >> 40) * 0x1p-23 - 1);
    }
    return values;
}

static nn_real at(nn_view view, size_t i, size_t j)
{
    return view.data[i * view.row_stride + j * view.column_stride];
}

/* Two sums of n products differ by 2 (n + 2) epsilon times the sum of their sizes at most (Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.1). */
static bool equals_triple_loop(size_t rows, size_t columns, size_t depth, nn_view a, nn_view b, const nn_real *c,
                               size_t c_stride)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double sum = 0, sizes = 0;
            for (size_t k = 0; k < depth; k++) {
                double term = (double)at(a, i, k) * (double)at(b, k, j);
                sum += term;
                sizes += fabs(term);
            }
            if (!(fabs((double)c[i * c_stride + j] - sum) <= (double)depth * epsilon * sizes))
                return false;
        }
    return true;
}

/* A view of the shape whose columns lie `gap` elements further apart than they need, or its transpose. */
static nn_view view_of(const nn_real *data, size_t rows, size_t columns, bool transposed, size_t gap)
{
    return transposed ? (nn_view){data, 1, rows + gap} : (nn_view){data, columns + gap, 1};
}

static void check_shape(size_t rows, size_t columns, size_t depth, bool transpose_a, bool transpose_b, size_t gap)
{
    nn_real *a = take_random((rows + gap) * (depth + gap), 1), *b = take_random((depth + gap) * (columns + gap), 2);
    nn_real *c = take_random(rows * (columns + gap), 3), *before = take_random(rows * (columns + gap), 3);
    nn_view a_view = view_of(a, rows, depth, transpose_a, gap), b_view = view_of(b, depth, columns, transpose_b, gap);
    nn_gemm(space, rows, columns, depth, a_view, b_view, c, columns + gap, NULL);
    bool right = equals_triple_loop(rows, columns, depth, a_view, b_view, c, columns + gap);
    for (size_t i = 0; i < rows; i++)
        right = right &&
                memcmp(c + i * (columns + gap) + columns, before + i * (columns + gap) + columns, gap * sizeof *c) == 0;
    if (!right)
        printf("wrong: %zu x %zu x %zu, transposed %d %d\n", rows, columns, depth, transpose_a, transpose_b);
    CU_ASSERT(right);
    nn_release(a), nn_release(b), nn_release(c), nn_release(before);
}

static void every_small_shape_equals_a_triple_loop(void)
{
    static const size_t depths[] = {1, 3, 4, 33};
    for (size_t rows = 1; rows <= 40; rows++)
        for (size_t columns = 1; columns <= 40; columns++) {
            size_t pick = rows * 7 + columns * 3;
            check_shape(rows, columns, depths[pick % 4], pick / 4 % 2, pick / 8 % 2, pick % 3);
        }
}

static void large_shapes_equal_a_triple_loop_in_every_orientation(void)
{
    static const size_t shapes[][3] = {{128, 10, 512}, {10, 128, 50}, {64, 96, 784},
                                       {1, 100, 385},  {90, 1, 1000}, {50, 70, 2000}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int orientation = 0; orientation < 4; orientation++)
            check_shape(shapes[i][0], shapes[i][1], shapes[i][2], orientation & 1, orientation & 2, i % 2);
}

/* Whether a product of this library's kernels rounds once: with fused multiply-add, else after the product too. */
static bool fuses(void)
{
#if defined(__x86_64__)
    return tested_isa() != NN_ISA_PORTABLE;
#elif defined(__FP_FAST_FMA)
    return true;
#else
    return false;
#endif
}

static nn_real multiply_add(nn_real x, nn_real y, nn_real sum, bool fused)
{
    volatile nn_real product = x * y; /* else the compiler might fuse */
#ifdef NNTRAIN_DOUBLE
    return fused ? fma(x, y, sum) : sum + product;
#else
    return fused ? fmaf(x, y, sum) : sum + product;
#endif
}

/* Exactly as large as the view, so that a sanitizer sees any element read or written beyond. */
static nn_real *take_exactly(size_t count, uint64_t seed)
{
    nn_real *random = take_random(count, seed), *exact = malloc(count * sizeof *exact);
    CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
    memcpy(exact, random, count * sizeof *exact);
    nn_release(random);
    return exact;
}

static size_t last_element(size_t rows, size_t columns, nn_view view)
{
    return (rows - 1) * view.row_stride + (columns - 1) * view.column_stride;
}

/* Bit for bit one chain of multiply-adds an element, k = 0, 1, ...: tiles, strips, packing and blocks change nothing.
 */
static void check_chain(size_t rows, size_t columns, size_t depth, unsigned options)
{
    const size_t gap = options / 4 % 4;
    nn_view a = view_of(NULL, rows, depth, options & 1, gap), b = view_of(NULL, depth, columns, options & 2, gap);
    nn_real *a_data = take_exactly(last_element(rows, depth, a) + 1, options + 1);
    nn_real *b_data = take_exactly(last_element(depth, columns, b) + 1, options + 2);
    const size_t c_stride = columns + options / 16 % 3;
    const size_t c_count = (rows - 1) * c_stride + columns;
    nn_real *c = take_exactly(c_count, options + 3), *before = take_exactly(c_count, options + 3);
    a.data = a_data, b.data = b_data;
    nn_gemm(space, rows, columns, depth, a, b, c, c_stride, NULL);
    bool right = true, fused = fuses();
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c_stride && i * c_stride + j < c_count; j++) {
            nn_real sum = j < columns ? 0 : before[i * c_stride + j];
            for (size_t k = 0; k < depth && j < columns; k++)
                sum = multiply_add(at(a, i, k), at(b, k, j), sum, fused);
            right = right && memcmp(&sum, &c[i * c_stride + j], sizeof sum) == 0;
        }
    if (!right)
        printf("wrong: %zu x %zu x %zu, options %u\n", rows, columns, depth, options);
    CU_ASSERT(right);
    free(a_data), free(b_data), free(c), free(before);
}

static void any_shape_is_summed_in_one_chain_over_the_depth(void)
{
    uint64_t seed = 20;
    const size_t bounds[] = {300, 20, 4, 60};
    for (unsigned trial = 0; trial < 240; trial++) {
        size_t size[3];
        for (size_t i = 0; i < 3; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            /* Mostly one of the three is large: 1..300 in each, without minutes of triple loops. */
            size[i] = 1 + (seed >> 33) % bounds[trial % 7 == 0 ? 0 : (trial + i) % 4];
        }
        check_chain(size[0], size[1], size[2], (unsigned)(seed >> 40) % 48);
    }
}

static void long_and_thin_shapes_are_summed_in_one_chain_over_the_depth(void)
{
    static const size_t shapes[][3] = {{1, 700, 500}, {3, 100, 2000}, {600, 1, 300}, {200, 10, 700}, {500, 300, 1},
                                       {18, 500, 70}, {64, 500, 40},  {9, 40, 3000}, {2, 17, 33}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (unsigned orientation = 0; orientation < 4; orientation++)
            check_chain(shapes[i][0], shapes[i][1], shapes[i][2], orientation);
}

#ifndef NNTRAIN_DOUBLE
/* --- bfloat16 --- */

/* To nearest, ties to even, by choosing between the two neighbours. */
static float to_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t below = bits & 0xffff0000, above = below + 0x10000;
    float low, high;
    memcpy(&low, &below, sizeof low);
    memcpy(&high, &above, sizeof high);
    double down = fabs((double)value - (double)low), up = fabs((double)high - (double)value);
    if (isinf(high) && !isinf(value))
        up = 0x1p120 - down; /* infinity counts as the next power of two */
    return down < up || (down == up && !(below & 0x10000)) ? low : high;
}

static nn_gemm_space *bf16_space(void)
{
    nn_gemm_space *bf16 = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_gemm_space_create_for(tested_isa(), NN_BF16, 4, &bf16, NULL), NN_OK);
    return bf16;
}

static void bf16_rounds_operands_to_nearest_even(void)
{
    static const uint32_t patterns[] = {0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff,
                                        0x00000000, 0x80000000, 0x40490fdb, 0xc0490fdb, 0x7f7f7fff,
                                        0x7f800000, 0xff800000, 0x3effffff, 0x42f6e979, 0x1f123456};
    nn_gemm_space *bf16 = bf16_space();
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        float x, one = 1, c = 7;
        memcpy(&x, &patterns[i], sizeof x);
        nn_gemm(bf16, 1, 1, 1, (nn_view){&x, 1, 1}, (nn_view){&one, 1, 1}, &c, 1, NULL);
        CU_ASSERT_EQUAL(c, isinf(x) ? x : to_bf16(x));
        nn_gemm(bf16, 1, 1, 1, (nn_view){&one, 1, 1}, (nn_view){&x, 1, 1}, &c, 1, NULL);
        CU_ASSERT_EQUAL(c, isinf(x) ? x : to_bf16(x));
    }
    float nan_patterns[] = {(float)NAN, 0}, one = 1, c = 7;
    const uint32_t full = 0x7fffffff; /* a carry would make -0 of it */
    memcpy(&nan_patterns[1], &full, sizeof full);
    for (size_t i = 0; i < 2; i++) {
        nn_gemm(bf16, 1, 1, 1, (nn_view){&nan_patterns[i], 1, 1}, (nn_view){&one, 1, 1}, &c, 1, NULL);
        CU_ASSERT(isnan(c));
    }
    nn_gemm_space_free(bf16);
}

/* Of rounded operands: products are exact in double, and sums of float are off as equals_triple_loop allows. */
static void check_bf16(nn_gemm_space *bf16, size_t rows, size_t columns, size_t depth, unsigned options)
{
    nn_view a = view_of(NULL, rows, depth, options & 1, options / 4 % 3);
    nn_view b = view_of(NULL, depth, columns, options & 2, options / 4 % 3);
    const size_t a_count = last_element(rows, depth, a) + 1, b_count = last_element(depth, columns, b) + 1;
    nn_real *a_data = take_exactly(a_count, options + 5), *b_data = take_exactly(b_count, options + 6);
    nn_real *c = take_exactly(rows * columns, 7), *row = take_exactly(columns, 8);
    a.data = a_data, b.data = b_data;
    nn_gemm(bf16, rows, columns, depth, a, b, c, columns, NULL);
    nn_view last = a;
    last.data += (rows - 1) * a.row_stride;
    nn_gemm(bf16, 1, columns, depth, last, b, row, columns, NULL);
    bool right = memcmp(row, c + (rows - 1) * columns, columns * sizeof *row) == 0; /* alone it is the same */
    for (size_t i = 0; i < a_count; i++)
        a_data[i] = to_bf16(a_data[i]);
    for (size_t i = 0; i < b_count; i++)
        b_data[i] = to_bf16(b_data[i]);
    right = right && equals_triple_loop(rows, columns, depth, a, b, c, columns);
    if (!right)
        printf("wrong: %zu x %zu x %zu, options %u\n", rows, columns, depth, options);
    CU_ASSERT(right);
    free(a_data), free(b_data), free(c), free(row);
}

static void bf16_products_equal_those_of_rounded_operands(void)
{
    nn_gemm_space *bf16 = bf16_space();
    uint64_t seed = 30;
    for (unsigned trial = 0; trial < 150; trial++) {
        size_t size[3];
        for (size_t i = 0; i < 3; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            size[i] = 1 + (seed >> 33) % (trial % 10 == 0 ? 300 : 40);
        }
        check_bf16(bf16, size[0], size[1], size[2], trial % 12);
    }
    check_bf16(bf16, 150, 130, 2501, 1); /* several blocks of an odd depth */
    check_bf16(bf16, 128, 10, 1500, 2);
    nn_gemm_space_free(bf16);
}
#endif

/* --- leaves --- */

/* A sum over leaves to be computed in the plainest way. */
typedef struct leaf_sum {
    nn_gemm_space *space;
    size_t rows, columns;
    const nn_leaf_rows *leaves;
    nn_view a, b;
} leaf_sum;

/* As leaves.h defines a node: one leaf, or the sum of the two nodes below, or the left one where there is no other. */
static void sum_node(const leaf_sum *sum, size_t first, size_t span, nn_real *c)
{
    const nn_leaves run = sum->leaves->run;
    if (span == 1) {
        const size_t *begin = sum->leaves->begin + (first - run.first);
        nn_view a = sum->a, b = sum->b;
        a.data += begin[0] * a.column_stride, b.data += begin[0] * b.row_stride;
        nn_gemm(sum->space, sum->rows, sum->columns, begin[1] - begin[0], a, b, c, sum->columns, NULL);
        return;
    }
    sum_node(sum, first, span / 2, c);
    if (first + span / 2 >= run.total)
        return;
    const size_t count = sum->rows * sum->columns;
    nn_real *right = take(count);
    sum_node(sum, first + span / 2, span / 2, right);
    for (size_t i = 0; i < count; i++)
        c[i] += right[i];
    nn_release(right);
}

/* The largest node that begins with a leaf and that a run holds. */
static size_t span_of_node(nn_leaves run, size_t first)
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
static bool holds_nodes(const leaf_sum *sum, const nn_real *c, const nn_real *before, size_t c_stride, size_t c_pitch,
                        size_t matrices)
{
    const nn_leaves run = sum->leaves->run;
    nn_real *node = take(sum->rows * sum->columns);
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
            const nn_real *expected = is_element ? &node[i * sum->columns + j] : &before[n * c_pitch + e];
            right = right && memcmp(expected, &c[n * c_pitch + e], sizeof *c) == 0;
        }
    }
    nn_release(node);
    return right && leaf >= run.first + run.count;
}

/* Options: which operands are transposed, gaps between rows, one to three threads. */
static void check_leaves(nn_gemm_space *of, size_t rows, size_t columns, const nn_leaf_rows *leaves, unsigned options)
{
    const nn_leaves run = leaves->run;
    const size_t depth = leaves->begin[run.count], gap = options / 4 % 3;
    nn_view a = view_of(NULL, rows, depth, options & 1, gap), b = view_of(NULL, depth, columns, options & 2, gap);
    const size_t c_stride = columns + options / 12 % 2, c_pitch = rows * c_stride + options / 24 % 2;
    const size_t matrices = nn_leaves_height(run);
    nn_real *a_data = depth ? take_exactly(last_element(rows, depth, a) + 1, options + 1) : NULL;
    nn_real *b_data = depth ? take_exactly(last_element(depth, columns, b) + 1, options + 2) : NULL;
    nn_real *c = take_exactly(matrices * c_pitch, 3), *before = take_exactly(matrices * c_pitch, 3);
    a.data = a_data, b.data = b_data;
    const int usual = omp_get_max_threads();
    omp_set_num_threads(1 + (int)(options % 3));
    nn_gemm_leaves(of, rows, columns, leaves, a, b, c, c_stride, c_pitch);
    omp_set_num_threads(usual);
    const leaf_sum sum = {of, rows, columns, leaves, a, b};
    const bool right = holds_nodes(&sum, c, before, c_stride, c_pitch, matrices);
    if (!right)
        printf("wrong: %zu x %zu x %zu, leaves %zu + %zu of %zu, options %u\n", rows, columns, depth, run.first,
               run.count, run.total, options);
    CU_ASSERT(right);
    free(a_data), free(b_data), free(c), free(before);
}

/* Leaves of the same number of rows, or where it is 0, of 0 to 9. */
static void check_run(nn_gemm_space *of, size_t rows, size_t columns, nn_leaves run, size_t leaf_rows, unsigned options)
{
    size_t *begin = calloc(run.count + 1, sizeof *begin);
    CU_ASSERT_PTR_NOT_NULL_FATAL(begin);
    for (size_t leaf = 0; leaf < run.count; leaf++)
        begin[leaf + 1] = begin[leaf] + (leaf_rows ? leaf_rows : (leaf * 7 + options) % 10);
    const nn_leaf_rows leaves = {run, begin};
    check_leaves(of, rows, columns, &leaves, options);
    free(begin);
}

static void check_runs(nn_gemm_space *of)
{
    static const nn_leaves runs[] = {{16, 0, 16}, {16, 5, 5}, {16, 8, 8}, {1, 0, 1},   {3, 0, 3},
                                     {7, 2, 5},   {11, 3, 8}, {13, 1, 1}, {31, 1, 30}, {100, 7, 90}};
    static const size_t leaf_rows[] = {0, 1, 2, 3, 8, 16, 37};
    uint64_t seed = 40;
    for (unsigned trial = 0; trial < 280; trial++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t rows = 1 + (seed >> 33) % 40, columns = 1 + (seed >> 43) % (trial % 4 == 0 ? 300 : 40);
        check_run(of, rows, columns, runs[trial % 10], leaf_rows[trial % 7], (unsigned)(seed >> 53) % 48);
    }
    /* Of more rows than a block of depth has, or of enough to fill several; large enough for threads. */
    check_run(of, 37, 70, (nn_leaves){16, 5, 5}, 1500, 1);
    check_run(of, 33, 35, (nn_leaves){4, 0, 4}, 2501, 2);
    check_run(of, 5, 300, (nn_leaves){6, 1, 4}, 1201, 5);
    check_run(of, 130, 100, (nn_leaves){100, 3, 60}, 33, 13);
    check_run(of, 10, 512, (nn_leaves){16, 0, 16}, 64, 1);
    check_run(of, 150, 130, (nn_leaves){12, 0, 12}, 64, 25);
    check_run(of, 600, 1, (nn_leaves){9, 0, 9}, 100, 2);
    check_run(of, 700, 10, (nn_leaves){9, 2, 7}, 51, 37);
}

static void leaves_are_joined_along_their_tree(void)
{
    check_runs(space);
#ifndef NNTRAIN_DOUBLE
    nn_gemm_space *bf16 = bf16_space();
    check_runs(bf16);
    nn_gemm_space_free(bf16);
#endif
}

static void leaves_of_very_different_lengths_are_joined_along_their_tree(void)
{
    static const size_t begin[] = {0, 0, 1, 2100, 2103, 2103, 2200, 5000, 5000, 5017, 5020, 5021};
    for (unsigned options = 0; options < 24; options++) {
        const nn_leaf_rows leaves = {{16 + options % 3, options % 6, 11}, begin};
        check_leaves(space, 3 + 4 * (options % 5), 17 + 9 * options, &leaves, options);
    }
}

static void no_leaves_write_nothing(void)
{
    static const size_t begin[] = {0};
    const nn_leaf_rows none = {{4, 4, 0}, begin};
    nn_real c = 7, x[4] = {1, 2, 3, 4};
    nn_gemm_leaves(space, 1, 1, &none, (nn_view){x, 1, 1}, (nn_view){x, 1, 1}, &c, 1, 1);
    CU_ASSERT_EQUAL(c, 7);
}

/* Rows beyond what is packed at a time, and columns beyond. */
static void shapes_of_several_blocks_equal_a_triple_loop(void)
{
    check_shape(2100, 33, 40, false, false, 0);
    check_shape(20, 5000, 20, false, true, 1);
    check_shape(1100, 1100, 3, true, false, 0);
    check_shape(90, 1500, 400, true, false, 1); /* a gradient whose B no cache of a core holds */
}

static void views_may_have_any_strides(void)
{
    enum { ROWS = 17, COLUMNS = 35, DEPTH = 29 };
    nn_real *a = take_random(ROWS * DEPTH * 6, 4), *b = take_random(ROWS * COLUMNS * DEPTH * 6, 5);
    nn_real *c = take((size_t)ROWS * COLUMNS);
    nn_view a_view = {a, 3 * DEPTH, 2}, b_view = {b, 2, 3 * DEPTH};
    nn_gemm(space, ROWS, COLUMNS, DEPTH, a_view, b_view, c, COLUMNS, NULL);
    CU_ASSERT(equals_triple_loop(ROWS, COLUMNS, DEPTH, a_view, b_view, c, COLUMNS));
    nn_view same = {a, 0, 2}; /* one row for all */
    nn_gemm(space, ROWS, COLUMNS, DEPTH, same, b_view, c, COLUMNS, NULL);
    CU_ASSERT(equals_triple_loop(ROWS, COLUMNS, DEPTH, same, b_view, c, COLUMNS));
    nn_release(a), nn_release(b), nn_release(c);
}

static void empty_depth_gives_the_epilogue_of_0(void)
{
    nn_real c[6] = {1, 2, 3, 4, 5, 6};
    const nn_real bias[2] = {0.5, -0.5};
    nn_epilogue epilogue = {.bias = bias, .activation = NN_RELU};
    nn_gemm(space, 2, 2, 0, (nn_view){NULL, 0, 1}, (nn_view){NULL, 2, 1}, c, 3, &epilogue);
    const nn_real expected[6] = {0.5, 0, 3, 0.5, 0, 6};
    CU_ASSERT_EQUAL(memcmp(c, expected, sizeof c), 0);
}

static void empty_rows_and_columns_write_nothing(void)
{
    nn_real c = 7, x[4] = {1, 2, 3, 4};
    nn_gemm(space, 0, 1, 2, (nn_view){x, 2, 1}, (nn_view){x, 1, 1}, &c, 1, NULL);
    nn_gemm(space, 1, 0, 2, (nn_view){x, 2, 1}, (nn_view){x, 1, 1}, &c, 1, NULL);
    CU_ASSERT_EQUAL(c, 7);
}

/* The fused epilogue against the same steps one by one: equal bits, since they are the same operations. */
static void check_epilogue(size_t rows, size_t columns, size_t depth, nn_activation activation,
                           nn_activation derivative, bool with_bias, bool with_outputs)
{
    size_t stride = columns + 2;
    nn_real *a = take_random(rows * depth, 6), *b = take_random(depth * columns, 7), *bias = take_random(columns, 8);
    nn_real *outputs = take_random(rows * stride, 9);
    nn_real *fused = take(rows * columns), *plain = take(rows * columns);
    nn_view a_view = {a, depth, 1}, b_view = {b, columns, 1};
    nn_epilogue epilogue = {.bias = with_bias ? bias : NULL,
                            .activation = activation,
                            .outputs = with_outputs ? outputs : NULL,
                            .outputs_stride = stride,
                            .derivative = derivative};
    nn_gemm(space, rows, columns, depth, a_view, b_view, fused, columns, &epilogue);
    nn_gemm(space, rows, columns, depth, a_view, b_view, plain, columns, NULL);
    for (size_t i = 0; with_bias && i < rows * columns; i++)
        plain[i] += bias[i % columns];
    nn_activate(activation, plain, rows * columns);
    for (size_t i = 0; with_outputs && i < rows; i++)
        nn_activate_backward(derivative, outputs + i * stride, plain + i * columns, columns);
    CU_ASSERT_EQUAL(memcmp(fused, plain, rows * columns * sizeof *fused), 0);
    nn_release(a), nn_release(b), nn_release(bias), nn_release(outputs), nn_release(fused), nn_release(plain);
}

static void fused_epilogues_equal_separate_steps(void)
{
    for (int activation = NN_LINEAR; activation < NN_SOFTMAX; activation++)
        for (int options = 0; options < 4; options++) {
            nn_activation derivative = (nn_activation)((activation + options) % NN_SOFTMAX);
            check_epilogue(37, 75, 9, (nn_activation)activation, derivative, options & 1, options & 2);
            check_epilogue(128, 10, 500, (nn_activation)activation, derivative, options & 1, options & 2);
            check_epilogue(130, 100, 120, (nn_activation)activation, derivative, options & 1, options & 2);
            check_epilogue(70, 1, 30, (nn_activation)activation, derivative, options & 1, options & 2);
            check_epilogue(2, 90, 60, (nn_activation)activation, derivative, options & 1, options & 2);
        }
}

/* @param gradient  A and B lie as the delta of a layer and its inputs, rather than as inputs and weights */
static void check_threads(size_t rows, size_t columns, size_t depth, bool gradient)
{
    int usual = omp_get_max_threads();
    size_t bytes = rows * columns * sizeof(nn_real);
    nn_real *a = take_random(rows * depth, 10), *b = take_random(depth * columns, 11);
    nn_real *alone = take(rows * columns), *together = take(rows * columns);
    nn_real *outputs = take_random(rows * columns, 12);
    nn_epilogue epilogue = {
        .bias = b, .activation = NN_TANH, .outputs = outputs, .outputs_stride = columns, .derivative = NN_RELU};
    nn_view a_view = {a, gradient ? 1 : depth, gradient ? rows : 1};
    nn_view b_view = {b, gradient ? columns : 1, gradient ? 1 : depth};
    omp_set_num_threads(1);
    nn_gemm(space, rows, columns, depth, a_view, b_view, alone, columns, &epilogue);
    for (int threads = 2; threads <= 4; threads++) {
        omp_set_num_threads(threads);
        memset(together, 0, bytes);
        nn_gemm(space, rows, columns, depth, a_view, b_view, together, columns, &epilogue);
        CU_ASSERT_EQUAL(memcmp(alone, together, bytes), 0);
    }
    omp_set_num_threads(usual);
    nn_release(a), nn_release(b), nn_release(outputs), nn_release(alone), nn_release(together);
}

static void threads_do_not_change_a_bit(void)
{
    for (int read_by_all = 0; read_by_all < 2; read_by_all++) {
        nn_gemm_space_share(space, read_by_all);
        check_threads(150, 130, 100, false);
        check_threads(301, 210, 1300, false); /* several blocks of depth */
    }
    nn_gemm_space_share(space, false);
    check_threads(1000, 10, 200, false); /* few columns */
    check_threads(10, 1000, 800, false); /* few rows, several blocks of depth */
    check_threads(3, 40, 20000, false);  /* fewer tiles than threads */
    check_threads(40, 2500, 400, false); /* several blocks of columns */
    check_threads(3000, 1, 600, false);  /* a vector */
    check_threads(700, 201, 128, true);  /* rows enough for each thread to have its own */
    check_threads(701, 1100, 1300, true);
}

/* What comes with a row or column changes how it is tiled, swapped and packed, but not how it is summed. */
static void a_row_or_column_computed_alone_has_the_same_bits(void)
{
    enum { ROWS = 61, COLUMNS = 83, DEPTH = 900 };
    nn_real *a = take_random((size_t)ROWS * DEPTH, 12), *b = take_random((size_t)DEPTH * COLUMNS, 13);
    nn_real *all = take((size_t)ROWS * COLUMNS), *some = take((size_t)ROWS * COLUMNS);
    nn_gemm(space, ROWS, COLUMNS, DEPTH, (nn_view){a, DEPTH, 1}, (nn_view){b, COLUMNS, 1}, all, COLUMNS, NULL);
    static const size_t sizes[] = {1, 2, 5, 16, 31, 61};
    for (size_t h = 0; h < 6; h++)
        for (size_t w = 0; w < 6; w++)
            for (size_t first = 0; first + (sizes[h] > sizes[w] ? sizes[h] : sizes[w]) <= ROWS; first += 7) {
                nn_view rows = {a + first * DEPTH, DEPTH, 1}, columns = {b + first, COLUMNS, 1};
                nn_gemm(space, sizes[h], sizes[w], DEPTH, rows, columns, some, COLUMNS, NULL);
                bool same = true;
                for (size_t i = 0; i < sizes[h]; i++)
                    same = same && memcmp(some + i * COLUMNS, all + (first + i) * COLUMNS + first,
                                          sizes[w] * sizeof *some) == 0;
                CU_ASSERT(same);
            }
    nn_release(a), nn_release(b), nn_release(all), nn_release(some);
}

static void the_instruction_set_named_by_the_environment_is_used(void)
{
    const char *wanted = getenv("NNTRAIN_ISA");
    nn_isa best = nn_cpu_supports(NN_ISA_AVX512) ? NN_ISA_AVX512
                  : nn_cpu_supports(NN_ISA_AVX2) ? NN_ISA_AVX2
                                                 : NN_ISA_PORTABLE;
    if (wanted && strcmp(wanted, "portable") == 0)
        CU_ASSERT_EQUAL(nn_kernels_isa(), NN_ISA_PORTABLE)
    else if (wanted && strcmp(wanted, "avx2") == 0 && nn_cpu_supports(NN_ISA_AVX2))
        CU_ASSERT_EQUAL(nn_kernels_isa(), NN_ISA_AVX2)
    else
        CU_ASSERT_EQUAL(nn_kernels_isa(), best)
}

/* Padding must not let a NaN of one row reach another. */
static void a_nan_stays_in_its_row_and_column(void)
{
    enum { ROWS = 15, COLUMNS = 33, DEPTH = 5 };
    nn_real a[ROWS * DEPTH], b[DEPTH * COLUMNS], c[ROWS * COLUMNS];
    for (size_t i = 0; i < ROWS * DEPTH; i++)
        a[i] = 1;
    for (size_t i = 0; i < DEPTH * COLUMNS; i++)
        b[i] = 1;
    a[14 * DEPTH + 2] = (nn_real)NAN;
    b[3 * COLUMNS + 32] = (nn_real)NAN;
    nn_gemm(space, ROWS, COLUMNS, DEPTH, (nn_view){a, DEPTH, 1}, (nn_view){b, COLUMNS, 1}, c, COLUMNS, NULL);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            CU_ASSERT(i == 14 || j == 32 ? isnan(c[i * COLUMNS + j]) : c[i * COLUMNS + j] == DEPTH);
}

int main(void)
{
    if (cannot_emulate())
        return 0;
    if (nn_gemm_space_create_for(tested_isa(), NN_FLOAT32, 4, &space, NULL) != NN_OK)
        return 1;
    const nn_test tests[] = {
        NN_TEST(the_instruction_set_named_by_the_environment_is_used),
        NN_TEST(every_small_shape_equals_a_triple_loop),
        NN_TEST(large_shapes_equal_a_triple_loop_in_every_orientation),
        NN_TEST(any_shape_is_summed_in_one_chain_over_the_depth),
        NN_TEST(long_and_thin_shapes_are_summed_in_one_chain_over_the_depth),
#ifndef NNTRAIN_DOUBLE
        NN_TEST(bf16_rounds_operands_to_nearest_even),
        NN_TEST(bf16_products_equal_those_of_rounded_operands),
#endif
        NN_TEST(leaves_are_joined_along_their_tree),
        NN_TEST(leaves_of_very_different_lengths_are_joined_along_their_tree),
        NN_TEST(no_leaves_write_nothing),
        NN_TEST(shapes_of_several_blocks_equal_a_triple_loop),
        NN_TEST(views_may_have_any_strides),
        NN_TEST(empty_depth_gives_the_epilogue_of_0),
        NN_TEST(empty_rows_and_columns_write_nothing),
        NN_TEST(fused_epilogues_equal_separate_steps),
        NN_TEST(threads_do_not_change_a_bit),
        NN_TEST(a_row_or_column_computed_alone_has_the_same_bits),
        NN_TEST(a_nan_stays_in_its_row_and_column),
    };
    int code = nn_run_suite("gemm", tests, sizeof tests / sizeof *tests);
    nn_gemm_space_free(space);
    return code;
}
