/* SPDX-License-Identifier: MIT */
/* Run for float and double, and for each instruction set this processor has. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise/normalize.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
static const double epsilon = DBL_EPSILON;
#else
static const double epsilon = FLT_EPSILON;
#endif

/* One column, fewer than a vector, several vectors and a rest, and enough for threads. */
static const size_t shapes[][2] = {{1, 1}, {4, 3}, {7, 16}, {33, 45}, {128, 10}, {300, 201}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static nni_real *take(size_t count)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's array", &values, NULL), NN_OK);
    return values;
}

/* Numbers in [middle - 1, middle + 1) from a linear congruential generator (Knuth's MMIX). */
static nni_real *take_random(size_t count, double middle, uint64_t seed)
{
    nni_real *values = take(count);
    for (size_t i = 0; i < count; i++) {
        seed = next_random(seed);
        values[i] = (nni_real)((double)(seed >> 40) * 0x1p-23 - 1 + middle);
    }
    return values;
}

static bool near(nni_real found, double expected, double tolerance)
{
    return fabs((double)found - expected) <= tolerance;
}

static void column_moments_and_products_add_rows_in_order(void)
{
    int usual = omp_get_max_threads();
    for (size_t s = 0; s < SHAPES; s++)
        for (int threads = 1; threads <= 3; threads++) {
            size_t rows = shapes[s][0], columns = shapes[s][1];
            nni_real *a = take_random(rows * columns, 0, s), *b = take_random(rows * columns, 1, s + 50);
            nni_real *products = take_random(columns, 1, 3);
            double sums[256] = {7}, squares[256] = {7};
            omp_set_num_threads(threads);
            nni_column_moments(a, rows, columns, sums, squares);
            nni_column_products(a, b, rows, columns, products);
            bool same = true;
            for (size_t j = 0; j < columns; j++) {
                double sum = 0, square = 0;
                nni_real product = 0;
                for (size_t i = 0; i < rows; i++) {
                    double value = (double)a[i * columns + j];
                    sum += value, square += value * value, product += a[i * columns + j] * b[i * columns + j];
                }
                same = same && sums[j] == sum && squares[j] == square && products[j] == product;
            }
            CU_ASSERT(same);
            nni_release(a), nni_release(b), nni_release(products);
        }
    omp_set_num_threads(usual);
}

/* The sizes of the terms are 30 at most (|xhat| <= 6, |gamma| and |beta| <= 3), each with a few roundings. */
static void columns_are_shifted_and_scaled(void)
{
    for (size_t s = 0; s < SHAPES; s++) {
        size_t rows = shapes[s][0], columns = shapes[s][1];
        nni_real *values = take_random(rows * columns, 0, s), *before = take_random(rows * columns, 0, s);
        nni_real *xhat = take(rows * columns), *mean = take_random(columns, 0, 1),
                 *inverse = take_random(columns, 2, 2);
        nni_real *gamma = take_random(columns, 2, 3), *beta = take_random(columns, 0, 4);
        nni_normalize_columns(values, xhat, rows, columns, mean, inverse, gamma, beta);
        bool right = true;
        for (size_t i = 0; i < rows * columns; i++) {
            size_t j = i % columns;
            double x = ((double)before[i] - (double)mean[j]) * (double)inverse[j];
            right = right && near(xhat[i], x, 8 * epsilon) &&
                    near(values[i], (double)gamma[j] * x + (double)beta[j], 30 * epsilon);
        }
        CU_ASSERT(right);
        nni_release(values), nni_release(before), nni_release(xhat), nni_release(mean), nni_release(inverse);
        nni_release(gamma), nni_release(beta);
    }
}

/* n of columns whose mean and variance are their own, as a network has them. */
static void batch_norm(const double *o, size_t rows, size_t columns, double *xhat, double *inverse)
{
    for (size_t j = 0; j < columns; j++) {
        long double mean = 0, variance = 0;
        for (size_t i = 0; i < rows; i++)
            mean += (long double)o[i * columns + j] / rows;
        for (size_t i = 0; i < rows; i++)
            variance += powl((long double)o[i * columns + j] - mean, 2) / rows;
        inverse[j] = (double)(1 / sqrtl(variance + 1e-5L));
        for (size_t i = 0; i < rows; i++)
            xhat[i * columns + j] = (double)((long double)o[i * columns + j] - mean) * inverse[j];
    }
}

static void layer_norm(const double *o, size_t rows, size_t columns, double *xhat, double *inverse)
{
    for (size_t i = 0; i < rows; i++) {
        long double mean = 0, variance = 0;
        for (size_t j = 0; j < columns; j++)
            mean += (long double)o[i * columns + j] / columns;
        for (size_t j = 0; j < columns; j++)
            variance += powl((long double)o[i * columns + j] - mean, 2) / columns;
        inverse[i] = (double)(1 / sqrtl(variance + 1e-5L));
        for (size_t j = 0; j < columns; j++)
            xhat[i * columns + j] = (double)((long double)o[i * columns + j] - mean) * inverse[i];
    }
}

enum { ROWS = 9, COLUMNS = 21, CELLS = ROWS * COLUMNS };

typedef void normalization(const double *o, size_t rows, size_t columns, double *xhat, double *inverse);

/* d/do of E = sum weights * (gamma xhat + beta), by central differences. */
static void differences(normalization *normalize, const nni_real *o, const nni_real *weights, const nni_real *gamma,
                        double slope[CELLS])
{
    for (size_t k = 0; k < CELLS; k++) {
        double e[2];
        for (int side = 0; side < 2; side++) {
            double moved[CELLS], xhat[CELLS], inverse[CELLS];
            for (size_t i = 0; i < CELLS; i++)
                moved[i] = (double)o[i] + (i == k ? (side ? 1e-5 : -1e-5) : 0);
            normalize(moved, ROWS, COLUMNS, xhat, inverse);
            e[side] = 0;
            for (size_t i = 0; i < CELLS; i++)
                e[side] += (double)weights[i] * (double)gamma[i % COLUMNS] * xhat[i];
        }
        slope[k] = (e[1] - e[0]) / 2e-5;
    }
}

/* Slopes are of size 10, the sum over 9 rows or 21 columns; differences are good to 1e-8. */
static void column_slopes_equal_quotients_of_differences(void)
{
    nni_real *o = take_random(CELLS, 0, 11), *delta = take_random(CELLS, 0, 12), *gamma = take_random(COLUMNS, 2, 13);
    nni_real xhat[CELLS], scale[COLUMNS], mean_delta[COLUMNS], mean_delta_xhat[COLUMNS];
    double expected[CELLS], exact[CELLS], wide[CELLS], inverse[COLUMNS];
    differences(batch_norm, o, delta, gamma, expected);
    for (size_t i = 0; i < CELLS; i++)
        wide[i] = (double)o[i];
    batch_norm(wide, ROWS, COLUMNS, exact, inverse);
    for (size_t i = 0; i < CELLS; i++)
        xhat[i] = (nni_real)exact[i];
    nni_column_products(delta, xhat, ROWS, COLUMNS, mean_delta_xhat);
    for (size_t j = 0; j < COLUMNS; j++) {
        double sum = 0;
        for (size_t i = 0; i < ROWS; i++)
            sum += (double)delta[i * COLUMNS + j] / ROWS;
        mean_delta[j] = (nni_real)sum, mean_delta_xhat[j] /= ROWS;
        scale[j] = (nni_real)((double)gamma[j] * inverse[j]);
    }
    nni_normalize_columns_backward(delta, xhat, ROWS, COLUMNS, scale, mean_delta, mean_delta_xhat);
    for (size_t i = 0; i < CELLS; i++)
        CU_ASSERT(near(delta[i], expected[i], 100 * epsilon + 1e-7));
    nni_release(o), nni_release(delta), nni_release(gamma);
}

static void row_slopes_equal_quotients_of_differences(void)
{
    nni_real *o = take_random(CELLS, 0, 21), *delta = take_random(CELLS, 0, 22), *gamma = take_random(COLUMNS, 2, 23);
    nni_real *beta = take_random(COLUMNS, 0, 24), xhat[CELLS], inverse[ROWS];
    double expected[CELLS];
    differences(layer_norm, o, delta, gamma, expected);
    nni_normalize_rows(o, xhat, inverse, ROWS, COLUMNS, gamma, beta, (nni_real)1e-5);
    nni_normalize_rows_backward(delta, xhat, inverse, ROWS, COLUMNS, gamma);
    for (size_t i = 0; i < CELLS; i++)
        CU_ASSERT(near(delta[i], expected[i], 100 * epsilon + 1e-7));
    nni_release(o), nni_release(delta), nni_release(gamma), nni_release(beta);
}

/* Rows around 100: their mean is off by an epsilon of 100 or two, which xhat shows times inverse, about 2 here. */
static void rows_get_mean_0_and_variance_1(void)
{
    int usual = omp_get_max_threads();
    for (size_t s = 1; s < SHAPES; s++) {
        size_t rows = shapes[s][0], columns = shapes[s][1], cells = rows * columns;
        nni_real *first = take(cells), *gamma = take_random(columns, 2, 3), *beta = take_random(columns, 0, 4);
        for (int threads = 1; threads <= 3; threads++) {
            nni_real *o = take_random(cells, 100, s), *xhat = take(cells), *inverse = take(rows);
            double *wide = NULL, *exact = NULL, *exact_inverse = NULL;
            CU_ASSERT_EQUAL_FATAL(nni_allocate(cells, sizeof *wide, "a test's array", &wide, NULL), NN_OK);
            CU_ASSERT_EQUAL_FATAL(nni_allocate(cells, sizeof *wide, "a test's array", &exact, NULL), NN_OK);
            CU_ASSERT_EQUAL_FATAL(nni_allocate(rows, sizeof *wide, "a test's array", &exact_inverse, NULL), NN_OK);
            for (size_t i = 0; i < cells; i++)
                wide[i] = (double)o[i];
            layer_norm(wide, rows, columns, exact, exact_inverse);
            omp_set_num_threads(threads);
            nni_normalize_rows(o, xhat, inverse, rows, columns, gamma, beta, (nni_real)1e-5);
            bool right = true;
            for (size_t i = 0; i < cells; i++) {
                double scale = exact_inverse[i / columns], tolerance = 300 * scale * epsilon;
                double n = (double)gamma[i % columns] * exact[i] + (double)beta[i % columns];
                right = right && near(xhat[i], exact[i], tolerance) && near(o[i], n, 3 * tolerance + 8 * epsilon) &&
                        near(inverse[i / columns], scale, 32 * scale * epsilon);
            }
            CU_ASSERT(right);
            if (threads == 1)
                memcpy(first, o, cells * sizeof *o);
            CU_ASSERT_EQUAL(memcmp(first, o, cells * sizeof *o), 0);
            nni_release(o), nni_release(xhat), nni_release(inverse);
            nni_release(wide), nni_release(exact), nni_release(exact_inverse);
        }
        nni_release(first), nni_release(gamma), nni_release(beta);
    }
    omp_set_num_threads(usual);
}

static void a_constant_row_becomes_beta(void)
{
    nni_real o[20], xhat[20], inverse, gamma[20], beta[20];
    for (size_t j = 0; j < 20; j++)
        o[j] = 3, gamma[j] = 2, beta[j] = (nni_real)j;
    nni_normalize_rows(o, xhat, &inverse, 1, 20, gamma, beta, (nni_real)1e-5);
    CU_ASSERT_EQUAL(memcmp(o, beta, sizeof o), 0);
    CU_ASSERT(isfinite(inverse));
}

static void empty_matrices_are_fine(void)
{
    double sum = 7, square = 7;
    nni_real product = 7;
    nni_column_moments(NULL, 0, 1, &sum, &square);
    nni_column_products(NULL, NULL, 0, 1, &product);
    CU_ASSERT(sum == 0 && square == 0 && product == 0);
    nni_normalize_columns(NULL, NULL, 0, 5, NULL, NULL, NULL, NULL);
    nni_normalize_columns_backward(NULL, NULL, 0, 5, NULL, NULL, NULL);
    nni_normalize_rows(NULL, NULL, NULL, 0, 5, NULL, NULL, 1);
    nni_normalize_rows(NULL, NULL, NULL, 5, 0, NULL, NULL, 1);
    nni_normalize_rows_backward(NULL, NULL, NULL, 5, 0, NULL);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(column_moments_and_products_add_rows_in_order),
        NN_TEST(columns_are_shifted_and_scaled),
        NN_TEST(column_slopes_equal_quotients_of_differences),
        NN_TEST(rows_get_mean_0_and_variance_1),
        NN_TEST(row_slopes_equal_quotients_of_differences),
        NN_TEST(a_constant_row_becomes_beta),
        NN_TEST(empty_matrices_are_fine),
    };
    return nni_run_suite("normalize", tests, sizeof tests / sizeof *tests);
}
