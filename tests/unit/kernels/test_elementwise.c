/* SPDX-License-Identifier: MIT */
/* Run for float and double, and for each instruction set this processor has. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
static const nni_real largest = DBL_MAX;
static const double epsilon = DBL_EPSILON;
#else
static const nni_real largest = FLT_MAX;
static const double epsilon = FLT_EPSILON;
#endif

static nni_real *take(size_t count)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's array", &values, NULL), NN_OK);
    return values;
}

/* Numbers in [-size, size) from a linear congruential generator (Knuth's MMIX). */
static nni_real *take_random(size_t count, double size, uint64_t seed)
{
    nni_real *values = take(count);
    for (size_t i = 0; i < count; i++) {
        seed = next_random(seed);
        values[i] = (nni_real)(((double)(seed >> 40) * 0x1p-23 - 1) * size);
    }
    return values;
}

static void a_row_with_nan_becomes_nan(void)
{
    nni_real logits[3] = {1, (nni_real)NAN, 2};
    nni_activate_rows(NN_SOFTMAX, logits, 1, 3);
    CU_ASSERT(isnan(logits[0]) && isnan(logits[1]) && isnan(logits[2]));
}

static void softmax_is_that_of_long_double(void)
{
    static const size_t widths[] = {1, 2, 3, 8, 10, 16, 17, 100, 1000};
    enum { ROWS = 5 };
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        size_t columns = widths[w];
        nni_real *x = take_random(ROWS * columns, 20, w), *p = take(ROWS * columns);
        memcpy(p, x, ROWS * columns * sizeof *p);
        nni_activate_rows(NN_SOFTMAX, p, ROWS, columns);
        for (size_t i = 0; i < ROWS; i++) {
            long double sum = 0;
            for (size_t j = 0; j < columns; j++)
                sum += expl((long double)x[i * columns + j]);
            /* Subtracting the maximum rounds a logit of up to 40 by half a unit, which exp makes a relative error;
             * a sum of eight partial sums adds columns / 8 roundings. */
            double tolerance = (40 + (double)columns / 8) * epsilon;
            for (size_t j = 0; j < columns; j++) {
                double expected = (double)(expl((long double)x[i * columns + j]) / sum);
                CU_ASSERT(fabs((double)p[i * columns + j] - expected) <= tolerance * expected);
            }
        }
        nni_release(x), nni_release(p);
    }
}

static void softmax_of_huge_logits_neither_overflows_nor_divides_by_0(void)
{
    nni_real p[6] = {largest, largest, -largest, -largest, -largest / 2, -largest};
    nni_activate_rows(NN_SOFTMAX, p, 2, 3);
    const nni_real expected[6] = {0.5, 0.5, 0, 0, 1, 0};
    CU_ASSERT_EQUAL(memcmp(p, expected, sizeof p), 0);
    nni_real near[2] = {1000, 999};
    nni_activate_rows(NN_SOFTMAX, near, 1, 2);
    CU_ASSERT(fabs((double)near[0] - 1 / (1 + exp(-1))) <= 4 * epsilon);
}

/* Rows of few columns are computed side by side. */
static void softmax_of_a_row_does_not_depend_on_the_others(void)
{
    enum { ROWS = 35, MOST = 40 };
    for (size_t columns = 1; columns <= MOST; columns++) {
        nni_real *together = take_random(ROWS * columns, 20, columns), *alone = take(ROWS * columns);
        memcpy(alone, together, ROWS * columns * sizeof *alone);
        nni_activate_rows(NN_SOFTMAX, together, ROWS, columns);
        for (size_t i = 0; i < ROWS; i++)
            nni_activate_rows(NN_SOFTMAX, alone + i * columns, 1, columns);
        CU_ASSERT_EQUAL(memcmp(together, alone, ROWS * columns * sizeof *alone), 0);
        nni_release(together), nni_release(alone);
    }
}

static void column_sums_add_rows_in_order_on_any_number_of_threads(void)
{
    static const size_t shapes[][2] = {{0, 5},  {1, 1},  {9, 2},  {9, 3},  {9, 4},  {9, 7},    {9, 8},   {9, 15},
                                       {9, 16}, {9, 31}, {9, 32}, {9, 33}, {9, 49}, {128, 10}, {7, 513}, {300, 200}};
    int usual = omp_get_max_threads();
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t rows = shapes[s][0], columns = shapes[s][1];
        nni_real *matrix = take_random(rows * columns, 1, s), *sums = take_random(columns, 1, 9),
                 *expected = take(columns);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                expected[j] += matrix[i * columns + j];
        for (int threads = 1; threads <= 3; threads++) {
            omp_set_num_threads(threads);
            nni_column_sums(matrix, rows, columns, sums);
            CU_ASSERT_EQUAL(memcmp(sums, expected, columns * sizeof *sums), 0);
        }
        nni_release(matrix), nni_release(sums), nni_release(expected);
    }
    omp_set_num_threads(usual);
}

/* 4096 is a block and 2^20 as many blocks as are single ones. A double holds a float's square, so what is off are the
 * additions; half an epsilon of double for each that a value goes through, of which there are 256 + 256 + 4 at most up
 * to 2^20. */
static void a_single_value_that_is_not_finite_is_found_wherever_it_is(void)
{
    static const size_t counts[] = {1, 15, 16, 17, 63, 64, 65, 4097, 300001};
    const nni_real odd[] = {NAN, -NAN, INFINITY, -INFINITY};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        nni_real *x = take_random(counts[c], 3, c);
        x[0] = largest;
        x[counts[c] / 3] = -largest;
        CU_ASSERT_TRUE(nni_all_finite(x, counts[c]));
        const size_t places[] = {0, counts[c] / 2, counts[c] - 1};
        for (size_t p = 0; p < 3; p++) {
            const nni_real before = x[places[p]];
            for (size_t o = 0; o < sizeof odd / sizeof *odd; o++) {
                x[places[p]] = odd[o];
                CU_ASSERT_FALSE(nni_all_finite(x, counts[c]));
            }
            x[places[p]] = before;
        }
        nni_release(x);
    }
}

static void empty_arrays_are_fine(void)
{
    nni_activate_rows(NN_SOFTMAX, NULL, 0, 3);
    nni_activate_rows(NN_SOFTMAX, NULL, 3, 0);
    nni_column_sums(NULL, 3, 0, NULL);
    CU_ASSERT_TRUE(nni_all_finite(NULL, 0));
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(softmax_is_that_of_long_double),
        NN_TEST(a_row_with_nan_becomes_nan),
        NN_TEST(softmax_of_huge_logits_neither_overflows_nor_divides_by_0),
        NN_TEST(softmax_of_a_row_does_not_depend_on_the_others),
        NN_TEST(column_sums_add_rows_in_order_on_any_number_of_threads),
        NN_TEST(a_single_value_that_is_not_finite_is_found_wherever_it_is),
        NN_TEST(empty_arrays_are_fine),
    };
    return nni_run_suite("elementwise", tests, sizeof tests / sizeof *tests);
}
