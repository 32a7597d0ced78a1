/* Run for float and double, and for each instruction set this processor has. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise.h"
#include "nntrain/memory.h"
#include "suite.h"

#ifdef NNTRAIN_DOUBLE
typedef uint64_t bits;
enum { MANTISSA_BITS = DBL_MANT_DIG, SMALLEST_EXPONENT = DBL_MIN_EXP };
static const nn_real largest = DBL_MAX, smallest = DBL_MIN;
static const double epsilon = DBL_EPSILON;
#else
typedef uint32_t bits;
enum { MANTISSA_BITS = FLT_MANT_DIG, SMALLEST_EXPONENT = FLT_MIN_EXP };
static const nn_real largest = FLT_MAX, smallest = FLT_MIN;
static const double epsilon = FLT_EPSILON;
#endif

static const nn_activation all[] = {NN_LINEAR, NN_SIGMOID, NN_TANH, NN_RELU};

static nn_real *take(size_t count)
{
    nn_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_allocate(count, sizeof *values, "a test's array", &values, NULL), NN_OK);
    return values;
}

/* Numbers in [-size, size) from a linear congruential generator (Knuth's MMIX). */
static nn_real *take_random(size_t count, double size, uint64_t seed)
{
    nn_real *values = take(count);
    for (size_t i = 0; i < count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        values[i] = (nn_real)(((double)(seed >> 40) * 0x1p-23 - 1) * size);
    }
    return values;
}

static nn_real activated(nn_activation activation, nn_real value)
{
    nn_activate(activation, &value, 1);
    return value;
}

/* Distance in units of the last place that the true value has as an nn_real. */
static double units_apart(nn_real found, long double truth)
{
    int exponent = 0;
    frexpl(truth, &exponent);
    if (exponent < SMALLEST_EXPONENT)
        exponent = SMALLEST_EXPONENT;
    return (double)(fabsl((long double)found - truth) / ldexpl(1, exponent - MANTISSA_BITS));
}

static long double true_sigmoid(long double x)
{
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

/* Finite values of every size and sign: evenly spread bit patterns. */
static double worst_units(nn_activation activation, long double (*truth)(long double))
{
    enum { SAMPLES = 400000 };
    double worst = 0;
    const bits step = (bits)-1 / SAMPLES;
    for (bits i = 0; i < SAMPLES; i++) {
        bits pattern = i * step;
        nn_real x;
        memcpy(&x, &pattern, sizeof x);
        if (!isfinite(x))
            continue;
        double units = units_apart(activated(activation, x), truth((long double)x));
        worst = units > worst ? units : worst;
    }
    return worst;
}

/* The bound is that of the functions' comments, for the worst of all floats. */
static void sigmoid_is_within_3_units_in_the_last_place(void)
{
    CU_ASSERT(worst_units(NN_SIGMOID, true_sigmoid) < 3);
}

static void tanh_is_within_3_units_in_the_last_place(void)
{
    CU_ASSERT(worst_units(NN_TANH, tanhl) < 3);
}

static void relu_and_linear_are_exact(void)
{
    static const nn_real values[] = {-3, -0.5, 0, 0.25, 7};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        CU_ASSERT_EQUAL(activated(NN_RELU, values[i]), values[i] > 0 ? values[i] : 0);
        CU_ASSERT_EQUAL(activated(NN_LINEAR, values[i]), values[i]);
    }
}

static void ends_of_the_range_are_right(void)
{
    const nn_real infinite = (nn_real)INFINITY;
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, infinite), 1);
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, -infinite), 0);
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, largest), 1);
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, -largest), 0);
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, 0), (nn_real)0.5);
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, (nn_real)-0.0), (nn_real)0.5);
    CU_ASSERT_EQUAL(activated(NN_TANH, infinite), 1);
    CU_ASSERT_EQUAL(activated(NN_TANH, -infinite), -1);
    CU_ASSERT_EQUAL(activated(NN_TANH, -largest), -1);
    CU_ASSERT_EQUAL(activated(NN_RELU, infinite), infinite);
    CU_ASSERT_EQUAL(activated(NN_RELU, -infinite), 0);
}

static void small_values_keep_sign_and_digits(void)
{
    CU_ASSERT(!signbit(activated(NN_TANH, 0)));
    CU_ASSERT(signbit(activated(NN_TANH, (nn_real)-0.0)));
    CU_ASSERT_EQUAL(activated(NN_TANH, smallest), smallest);
    CU_ASSERT_EQUAL(activated(NN_TANH, -smallest / 4), -smallest / 4); /* denormal */
    /* Where e^x is denormal, the sigmoid is e^x. */
    nn_real x = (nn_real)log((double)smallest) - 2;
    CU_ASSERT(units_apart(activated(NN_SIGMOID, x), expl((long double)x)) <= 1);
    CU_ASSERT(activated(NN_SIGMOID, x) > 0);
}

static void nan_stays_nan(void)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT(isnan(activated(all[i], (nn_real)NAN)));
    nn_real logits[3] = {1, (nn_real)NAN, 2};
    nn_softmax_rows(logits, 1, 3, NULL);
    CU_ASSERT(isnan(logits[0]) && isnan(logits[1]) && isnan(logits[2]));
}

/* In vectors, in the rest after them, alone, or on another thread. */
static void position_does_not_change_a_bit(void)
{
    enum { COUNT = 70000 }; /* enough for threads */
    nn_real *x = take_random(COUNT, 12, 1), *together = take(COUNT);
    int usual = omp_get_max_threads();
    for (size_t f = 0; f < sizeof all / sizeof *all; f++)
        for (int threads = 1; threads <= 3; threads++) {
            omp_set_num_threads(threads);
            memcpy(together, x, COUNT * sizeof *x);
            nn_activate(all[f], together, COUNT);
            bool same = true;
            for (size_t i = 0; i < COUNT; i++)
                same = same && activated(all[f], x[i]) == together[i];
            CU_ASSERT(same);
            for (size_t count = 1; count < 70; count++) {
                nn_real some[70];
                memcpy(some, x + count, count * sizeof *some);
                nn_activate(all[f], some, count);
                same = same && memcmp(some, together + count, count * sizeof *some) == 0;
            }
            CU_ASSERT(same);
        }
    omp_set_num_threads(usual);
    nn_release(x), nn_release(together);
}

/* Against the closed forms in double; two or three roundings. */
static void derivatives_are_functions_of_the_output(void)
{
    enum { COUNT = 37 };
    nn_real *outputs = take_random(COUNT, 1, 2), *given = take_random(COUNT, 3, 3);
    outputs[5] = 0;
    for (size_t f = 0; f < sizeof all / sizeof *all; f++) {
        nn_real delta[COUNT];
        memcpy(delta, given, sizeof delta);
        nn_activate_backward(all[f], outputs, delta, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            double a = (double)outputs[i];
            double slope[] = {[NN_LINEAR] = 1, [NN_SIGMOID] = a * (1 - a), [NN_TANH] = 1 - a * a, [NN_RELU] = a > 0};
            double expected = slope[all[f]] * (double)given[i];
            CU_ASSERT(fabs((double)delta[i] - expected) <= 4 * epsilon * fabs(expected));
        }
    }
    nn_release(outputs), nn_release(given);
}

static void softmax_is_that_of_long_double(void)
{
    static const size_t widths[] = {1, 2, 3, 8, 10, 16, 17, 100, 1000};
    enum { ROWS = 5 };
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        size_t columns = widths[w];
        nn_real *x = take_random(ROWS * columns, 20, w), *p = take(ROWS * columns), log_sums[ROWS];
        memcpy(p, x, ROWS * columns * sizeof *p);
        nn_softmax_rows(p, ROWS, columns, log_sums);
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
            CU_ASSERT(fabs((double)log_sums[i] - (double)logl(sum)) <= tolerance);
        }
        nn_release(x), nn_release(p);
    }
}

static void softmax_of_huge_logits_neither_overflows_nor_divides_by_0(void)
{
    nn_real p[6] = {largest, largest, -largest, -largest, -largest / 2, -largest}, log_sums[2];
    nn_softmax_rows(p, 2, 3, log_sums);
    const nn_real expected[6] = {0.5, 0.5, 0, 0, 1, 0};
    CU_ASSERT_EQUAL(memcmp(p, expected, sizeof p), 0);
    CU_ASSERT_EQUAL(log_sums[0], largest);
    CU_ASSERT_EQUAL(log_sums[1], -largest / 2);
    nn_real near[2] = {1000, 999};
    nn_softmax_rows(near, 1, 2, log_sums);
    CU_ASSERT(fabs((double)near[0] - 1 / (1 + exp(-1))) <= 4 * epsilon);
    CU_ASSERT(fabs((double)log_sums[0] - (1000 + log1p(exp(-1)))) <= 1000 * epsilon);
}

static void column_sums_add_rows_in_order_on_any_number_of_threads(void)
{
    static const size_t shapes[][2] = {{0, 5}, {1, 1}, {128, 10}, {7, 513}, {300, 200}};
    int usual = omp_get_max_threads();
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t rows = shapes[s][0], columns = shapes[s][1];
        nn_real *matrix = take_random(rows * columns, 1, s), *sums = take_random(columns, 1, 9),
                *expected = take(columns);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                expected[j] += matrix[i * columns + j];
        for (int threads = 1; threads <= 3; threads++) {
            omp_set_num_threads(threads);
            nn_column_sums(matrix, rows, columns, sums);
            CU_ASSERT_EQUAL(memcmp(sums, expected, columns * sizeof *sums), 0);
        }
        nn_release(matrix), nn_release(sums), nn_release(expected);
    }
    omp_set_num_threads(usual);
}

static void descent_follows_the_formula(void)
{
    enum { COUNT = 50003 };
    nn_real *parameters = take_random(COUNT, 1, 1), *gradients = take_random(COUNT, 1, 2);
    nn_real *velocity = take_random(COUNT, 1, 3);
    nn_real *old = take_random(COUNT, 1, 1), *old_velocity = take_random(COUNT, 1, 3);
    nn_sgd_step(parameters, gradients, velocity, COUNT, (nn_real)0.1, (nn_real)0.9);
    bool right = true;
    for (size_t i = 0; i < COUNT; i++) {
        double v = 0.9 * (double)old_velocity[i] + (double)gradients[i], p = (double)old[i] - 0.1 * v;
        right = right && fabs((double)velocity[i] - v) <= 4 * epsilon && fabs((double)parameters[i] - p) <= 4 * epsilon;
    }
    CU_ASSERT(right);
    nn_release(parameters), nn_release(gradients), nn_release(velocity), nn_release(old), nn_release(old_velocity);
}

static void empty_arrays_are_fine(void)
{
    nn_activate(NN_TANH, NULL, 0);
    nn_activate_backward(NN_TANH, NULL, NULL, 0);
    nn_softmax_rows(NULL, 0, 3, NULL);
    nn_softmax_rows(NULL, 3, 0, NULL);
    nn_column_sums(NULL, 3, 0, NULL);
    nn_sgd_step(NULL, NULL, NULL, 0, 1, 0);
}

int main(void)
{
    const nn_test tests[] = {
        NN_TEST(sigmoid_is_within_3_units_in_the_last_place),
        NN_TEST(tanh_is_within_3_units_in_the_last_place),
        NN_TEST(relu_and_linear_are_exact),
        NN_TEST(ends_of_the_range_are_right),
        NN_TEST(small_values_keep_sign_and_digits),
        NN_TEST(nan_stays_nan),
        NN_TEST(position_does_not_change_a_bit),
        NN_TEST(derivatives_are_functions_of_the_output),
        NN_TEST(softmax_is_that_of_long_double),
        NN_TEST(softmax_of_huge_logits_neither_overflows_nor_divides_by_0),
        NN_TEST(column_sums_add_rows_in_order_on_any_number_of_threads),
        NN_TEST(descent_follows_the_formula),
        NN_TEST(empty_arrays_are_fine),
    };
    return nn_run_suite("elementwise", tests, sizeof tests / sizeof *tests);
}
