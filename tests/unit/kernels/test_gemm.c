/* SPDX-License-Identifier: MIT */
/* Run for float and double, and for each instruction set this processor has. */
#include <math.h>
#include <omp.h>
#include <stdio.h>

#include "kernels/elementwise/elementwise.h"
#include "support/gemm_fixture.h"
#include "support/gemm_matrices.h"

static nni_gemm_workspace *space;

static void check_shape(size_t rows, size_t columns, size_t depth, bool transpose_a, bool transpose_b, size_t gap)
{
    nni_real *a = take_random((rows + gap) * (depth + gap), 1), *b = take_random((depth + gap) * (columns + gap), 2);
    nni_real *c = take_random(rows * (columns + gap), 3), *before = take_random(rows * (columns + gap), 3);
    nni_view a_view = view_of(a, rows, depth, transpose_a, gap), b_view = view_of(b, depth, columns, transpose_b, gap);
    nni_gemm(space, rows, columns, depth, a_view, b_view, c, columns + gap, NULL);
    bool right = equals_triple_loop(rows, columns, depth, a_view, b_view, c, columns + gap);
    for (size_t i = 0; i < rows; i++)
        right = right &&
                memcmp(c + i * (columns + gap) + columns, before + i * (columns + gap) + columns, gap * sizeof *c) == 0;
    if (!right)
        printf("wrong: %zu x %zu x %zu, transposed %d %d\n", rows, columns, depth, transpose_a, transpose_b);
    CU_ASSERT(right);
    nni_release(a), nni_release(b), nni_release(c), nni_release(before);
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
    return tested_isa()->fused;
}

static nni_real multiply_add(nni_real x, nni_real y, nni_real sum, bool fused)
{
    volatile nni_real product = x * y; /* else the compiler might fuse */
#ifdef NNTRAIN_DOUBLE
    return fused ? fma(x, y, sum) : sum + product;
#else
    return fused ? fmaf(x, y, sum) : sum + product;
#endif
}

/* Bit for bit one chain of multiply-adds an element, k = 0, 1, ...: tiles, strips, packing and blocks change nothing.
 */
static void check_chain(size_t rows, size_t columns, size_t depth, unsigned options)
{
    const size_t gap = options / 4 % 4;
    nni_view a = view_of(NULL, rows, depth, options & 1, gap), b = view_of(NULL, depth, columns, options & 2, gap);
    nni_real *a_data = take_exactly(last_element(rows, depth, a) + 1, options + 1);
    nni_real *b_data = take_exactly(last_element(depth, columns, b) + 1, options + 2);
    const size_t c_stride = columns + options / 16 % 3;
    const size_t c_count = (rows - 1) * c_stride + columns;
    nni_real *c = take_exactly(c_count, options + 3), *before = take_exactly(c_count, options + 3);
    a.data = a_data, b.data = b_data;
    nni_gemm(space, rows, columns, depth, a, b, c, c_stride, NULL);
    bool right = true, fused = fuses();
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c_stride && i * c_stride + j < c_count; j++) {
            nni_real sum = j < columns ? 0 : before[i * c_stride + j];
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
            seed = next_random(seed);
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

/* As layers of 1024 units have them. */
static void shapes_whose_lines_collide_are_summed_in_one_chain_over_the_depth(void)
{
    for (size_t rows = 1; rows <= 16; rows += rows < 8 ? 1 : 4) {
        check_chain(rows, 37, 1024, 2); /* of A and, to be turned, of B */
        check_chain(rows, 1024, 35, 0); /* of steps of depth */
    }
    check_chain(1024, 19, 40, 1);
}

/* Rows beyond what is packed at a time, and columns beyond. */
static void shapes_of_several_blocks_equal_a_triple_loop(void)
{
    check_shape(2100, 33, 40, false, false, 0);
    check_shape(20, 5000, 20, false, true, 1);
    check_shape(1100, 1100, 3, true, false, 0);
    check_shape(90, 1500, 400, true, false, 1);  /* a gradient whose B no cache of a core holds */
    check_shape(10, 701, 1500, false, false, 0); /* a few rows, B far away */
    check_shape(20, 40, 9000, false, true, 1);   /* more depth than a panel holds */
    check_shape(40, 5000, 60, false, true, 0);   /* the transpose has more rows than there is room for */
    check_shape(1100, 270, 1000, false, false, 1);
}

static void views_may_have_any_strides(void)
{
    enum { ROWS = 17, COLUMNS = 35, DEPTH = 29 };
    nni_real *a = take_random(ROWS * DEPTH * 6, 4), *b = take_random(ROWS * COLUMNS * DEPTH * 6, 5);
    nni_real *c = take((size_t)ROWS * COLUMNS);
    nni_view a_view = {a, 3 * DEPTH, 2}, b_view = {b, 2, 3 * DEPTH};
    nni_gemm(space, ROWS, COLUMNS, DEPTH, a_view, b_view, c, COLUMNS, NULL);
    CU_ASSERT(equals_triple_loop(ROWS, COLUMNS, DEPTH, a_view, b_view, c, COLUMNS));
    nni_view same = {a, 0, 2}; /* one row for all */
    nni_gemm(space, ROWS, COLUMNS, DEPTH, same, b_view, c, COLUMNS, NULL);
    CU_ASSERT(equals_triple_loop(ROWS, COLUMNS, DEPTH, same, b_view, c, COLUMNS));
    nni_release(a), nni_release(b), nni_release(c);
}

static void empty_depth_gives_the_epilogue_of_0(void)
{
    nni_real c[6] = {1, 2, 3, 4, 5, 6};
    const nni_real bias[2] = {0.5, -0.5};
    nni_epilogue epilogue = {.bias = bias, .activation = NN_RELU};
    nni_gemm(space, 2, 2, 0, (nni_view){NULL, 0, 1}, (nni_view){NULL, 2, 1}, c, 3, &epilogue);
    const nni_real expected[6] = {0.5, 0, 3, 0.5, 0, 6};
    CU_ASSERT_EQUAL(memcmp(c, expected, sizeof c), 0);
}

static void empty_rows_and_columns_write_nothing(void)
{
    nni_real c = 7, x[4] = {1, 2, 3, 4};
    nni_gemm(space, 0, 1, 2, (nni_view){x, 2, 1}, (nni_view){x, 1, 1}, &c, 1, NULL);
    nni_gemm(space, 1, 0, 2, (nni_view){x, 2, 1}, (nni_view){x, 1, 1}, &c, 1, NULL);
    CU_ASSERT_EQUAL(c, 7);
}

/* The fused epilogue against the same steps one by one: equal bits, since they are the same operations. */
static void check_epilogue(size_t rows, size_t columns, size_t depth, nn_activation activation,
                           nn_activation derivative, bool with_bias, bool with_outputs)
{
    size_t stride = columns + 2;
    nni_real *a = take_random(rows * depth, 6), *b = take_random(depth * columns, 7), *bias = take_random(columns, 8);
    nni_real *outputs = take_random(rows * stride, 9);
    nni_real *fused = take(rows * columns), *plain = take(rows * columns);
    nni_view a_view = {a, depth, 1}, b_view = {b, columns, 1};
    nni_epilogue epilogue = {.bias = with_bias ? bias : NULL,
                             .activation = activation,
                             .outputs = with_outputs ? outputs : NULL,
                             .outputs_stride = stride,
                             .derivative = derivative};
    nni_gemm(space, rows, columns, depth, a_view, b_view, fused, columns, &epilogue);
    nni_gemm(space, rows, columns, depth, a_view, b_view, plain, columns, NULL);
    for (size_t i = 0; with_bias && i < rows * columns; i++)
        plain[i] += bias[i % columns];
    nni_activate(activation, plain, rows * columns);
    for (size_t i = 0; with_outputs && i < rows; i++)
        nni_activate_backward(derivative, outputs + i * stride, plain + i * columns, columns);
    CU_ASSERT_EQUAL(memcmp(fused, plain, rows * columns * sizeof *fused), 0);
    nni_release(a), nni_release(b), nni_release(bias), nni_release(outputs), nni_release(fused), nni_release(plain);
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
    size_t bytes = rows * columns * sizeof(nni_real);
    nni_real *a = take_random(rows * depth, 10), *b = take_random(depth * columns, 11);
    nni_real *alone = take(rows * columns), *together = take(rows * columns);
    nni_real *outputs = take_random(rows * columns, 12);
    nni_epilogue epilogue = {
        .bias = b, .activation = NN_TANH, .outputs = outputs, .outputs_stride = columns, .derivative = NN_RELU};
    nni_view a_view = {a, gradient ? 1 : depth, gradient ? rows : 1};
    nni_view b_view = {b, gradient ? columns : 1, gradient ? 1 : depth};
    omp_set_num_threads(1);
    nni_gemm(space, rows, columns, depth, a_view, b_view, alone, columns, &epilogue);
    for (int threads = 2; threads <= 4; threads++) {
        omp_set_num_threads(threads);
        memset(together, 0, bytes);
        nni_gemm(space, rows, columns, depth, a_view, b_view, together, columns, &epilogue);
        CU_ASSERT_EQUAL(memcmp(alone, together, bytes), 0);
    }
    omp_set_num_threads(usual);
    nni_release(a), nni_release(b), nni_release(outputs), nni_release(alone), nni_release(together);
}

static void threads_do_not_change_a_bit(void)
{
    check_threads(150, 130, 100, false);
    check_threads(301, 210, 1300, false); /* several blocks of depth */
    check_threads(1000, 10, 200, false);  /* few columns */
    check_threads(10, 1000, 800, false);  /* few rows, several blocks of depth */
    check_threads(3, 40, 20000, false);   /* fewer tiles than threads */
    check_threads(40, 2500, 400, false);  /* several blocks of columns */
    check_threads(3000, 1, 600, false);   /* a vector */
    check_threads(700, 201, 128, true);   /* rows enough for each thread to have its own */
    check_threads(701, 1100, 1300, true);
}

/* What comes with a row or column changes how it is tiled, swapped and packed, but not how it is summed. */
static void a_row_or_column_computed_alone_has_the_same_bits(void)
{
    enum { ROWS = 61, COLUMNS = 83, DEPTH = 900 };
    nni_real *a = take_random((size_t)ROWS * DEPTH, 12), *b = take_random((size_t)DEPTH * COLUMNS, 13);
    nni_real *all = take((size_t)ROWS * COLUMNS), *some = take((size_t)ROWS * COLUMNS);
    nni_gemm(space, ROWS, COLUMNS, DEPTH, (nni_view){a, DEPTH, 1}, (nni_view){b, COLUMNS, 1}, all, COLUMNS, NULL);
    static const size_t sizes[] = {1, 2, 5, 16, 31, 61};
    for (size_t h = 0; h < 6; h++)
        for (size_t w = 0; w < 6; w++)
            for (size_t first = 0; first + (sizes[h] > sizes[w] ? sizes[h] : sizes[w]) <= ROWS; first += 7) {
                nni_view rows = {a + first * DEPTH, DEPTH, 1}, columns = {b + first, COLUMNS, 1};
                nni_gemm(space, sizes[h], sizes[w], DEPTH, rows, columns, some, COLUMNS, NULL);
                bool same = true;
                for (size_t i = 0; i < sizes[h]; i++)
                    same = same && memcmp(some + i * COLUMNS, all + (first + i) * COLUMNS + first,
                                          sizes[w] * sizeof *some) == 0;
                CU_ASSERT(same);
            }
    nni_release(a), nni_release(b), nni_release(all), nni_release(some);
}

static void the_instruction_set_named_by_the_environment_is_used(void)
{
    const char *wanted = getenv("NNTRAIN_ISA");
    const nni_isa *expected = nni_isa_fastest(), *isa;
    CU_ASSERT_STRING_EQUAL(nni_isa_at(0)->name, "portable");
    for (size_t i = 0; (isa = nni_isa_at(i)); i++) {
        CU_ASSERT(isa->supported());
        if (wanted && strcmp(wanted, isa->name) == 0)
            expected = isa;
    }
    CU_ASSERT_PTR_EQUAL(nni_isa_in_use(), expected);
}

/* Padding must not let a NaN of one row reach another. */
static void a_nan_stays_in_its_row_and_column(void)
{
    enum { ROWS = 15, COLUMNS = 33, DEPTH = 5 };
    nni_real a[ROWS * DEPTH], b[DEPTH * COLUMNS], c[ROWS * COLUMNS];
    for (size_t i = 0; i < ROWS * DEPTH; i++)
        a[i] = 1;
    for (size_t i = 0; i < DEPTH * COLUMNS; i++)
        b[i] = 1;
    a[14 * DEPTH + 2] = (nni_real)NAN;
    b[3 * COLUMNS + 32] = (nni_real)NAN;
    nni_gemm(space, ROWS, COLUMNS, DEPTH, (nni_view){a, DEPTH, 1}, (nni_view){b, COLUMNS, 1}, c, COLUMNS, NULL);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            CU_ASSERT(i == 14 || j == 32 ? isnan(c[i * COLUMNS + j]) : c[i * COLUMNS + j] == DEPTH);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(the_instruction_set_named_by_the_environment_is_used),
        NN_TEST(every_small_shape_equals_a_triple_loop),
        NN_TEST(large_shapes_equal_a_triple_loop_in_every_orientation),
        NN_TEST(any_shape_is_summed_in_one_chain_over_the_depth),
        NN_TEST(long_and_thin_shapes_are_summed_in_one_chain_over_the_depth),
        NN_TEST(shapes_whose_lines_collide_are_summed_in_one_chain_over_the_depth),
        NN_TEST(shapes_of_several_blocks_equal_a_triple_loop),
        NN_TEST(views_may_have_any_strides),
        NN_TEST(empty_depth_gives_the_epilogue_of_0),
        NN_TEST(empty_rows_and_columns_write_nothing),
        NN_TEST(fused_epilogues_equal_separate_steps),
        NN_TEST(threads_do_not_change_a_bit),
        NN_TEST(a_row_or_column_computed_alone_has_the_same_bits),
        NN_TEST(a_nan_stays_in_its_row_and_column),
    };
    return run_in_space(&space, "gemm", tests, sizeof tests / sizeof *tests);
}
