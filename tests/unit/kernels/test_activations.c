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
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
typedef uint64_t bits;
enum { MANTISSA_BITS = DBL_MANT_DIG, SMALLEST_EXPONENT = DBL_MIN_EXP };
static const nni_real largest = DBL_MAX, smallest = DBL_MIN;
static const double epsilon = DBL_EPSILON;
#define GELU_BOUND 11.3
#else
typedef uint32_t bits;
enum { MANTISSA_BITS = FLT_MANT_DIG, SMALLEST_EXPONENT = FLT_MIN_EXP };
static const nni_real largest = FLT_MAX, smallest = FLT_MIN;
static const double epsilon = FLT_EPSILON;
#define GELU_BOUND 7.7
#endif

static const long double selu_scale = 1.0507009873554804934193349852946L;
static const long double selu_alpha = 1.6732632423543772848170429916717L;
static const long double pi = 3.14159265358979323846264338327950288L;

static nni_real *take(size_t count)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's array", &values, NULL), NN_OK);
    return values;
}

static nni_real activated(nn_activation activation, nni_real value)
{
    nni_activate(activation, &value, 1);
    return value;
}

static nni_real slope(nn_activation activation, nni_real at)
{
    nni_real delta = 1;
    nni_activate_backward(activation, &at, &delta, 1);
    return delta;
}

/* Distance in units of the last place that the true value has as an nni_real; 0 for infinity beyond the largest. */
static double units_apart(nni_real found, long double truth)
{
    int exponent = 0;
    if (fabsl(truth) > (long double)largest)
        return isinf(found) && (found > 0) == (truth > 0) ? 0 : INFINITY;
    frexpl(truth, &exponent);
    if (exponent < SMALLEST_EXPONENT)
        exponent = SMALLEST_EXPONENT;
    return (double)(fabsl((long double)found - truth) / ldexpl(1, exponent - MANTISSA_BITS));
}

static long double true_linear(long double x)
{
    return x;
}

static long double true_sigmoid(long double x)
{
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static long double true_relu(long double x)
{
    return x > 0 ? x : 0;
}

static long double true_leaky_relu(long double x)
{
    return x > 0 ? x : 0.01L * x;
}

static long double true_elu(long double x)
{
    return x > 0 ? x : expm1l(x);
}

static long double true_selu(long double x)
{
    return selu_scale * (x > 0 ? x : selu_alpha * expm1l(x));
}

/* Phi(x) by erfc, whose argument's rounding would be a relative error of 2 x^2 of it far to the left; this is what the
 * rounding does to it to first order. */
static long double normal_distribution(long double x)
{
    const long double root = 1.41421356237309504880168872420969808L, root_rest = 3.79e-20L;
    long double t = -x / root;
    long double rest = fmal(-t, root, -x) - t * root_rest;
    long double e = erfcl(t) / 2;
    return x < -2 ? e * (1 - 2 * t * rest / root) : e;
}

static long double true_gelu(long double x)
{
    return x * normal_distribution(x);
}

static long double gelu_tanh_argument(long double x)
{
    return 2 * sqrtl(2 / pi) * (x + 0.044715L * x * x * x);
}

static long double true_gelu_tanh(long double x)
{
    long double s = true_sigmoid(gelu_tanh_argument(x));
    return s > 0 ? x * s : 0;
}

static long double true_silu(long double x)
{
    return x * true_sigmoid(x);
}

static long double true_softplus(long double x)
{
    return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}

static long double slope_of_linear(long double a)
{
    (void)a;
    return 1;
}

static long double slope_of_sigmoid(long double a)
{
    return a * (1 - a);
}

static long double slope_of_tanh(long double a)
{
    return (1 - a) * (1 + a);
}

static long double slope_of_relu(long double a)
{
    return a > 0 ? 1 : 0;
}

static long double slope_of_leaky_relu(long double a)
{
    return a > 0 ? 1 : 0.01L;
}

static long double slope_of_elu(long double a)
{
    return a > 0 ? 1 : a + 1;
}

static long double slope_of_selu(long double a)
{
    return a > 0 ? selu_scale : a + selu_scale * selu_alpha;
}

static long double slope_of_gelu(long double x)
{
    return normal_distribution(x) + x * expl(-x * x / 2) / sqrtl(2 * pi);
}

/* s (1 + (1 - s) w) of s = sigmoid(z) */
static long double gated_slope(long double z, long double w)
{
    long double s = true_sigmoid(z), rest = true_sigmoid(-z);
    return s > 0 && rest > 0 ? s * (1 + rest * w) : s;
}

static long double slope_of_gelu_tanh(long double x)
{
    return gated_slope(gelu_tanh_argument(x), 2 * sqrtl(2 / pi) * (x + 3 * 0.044715L * x * x * x));
}

static long double slope_of_silu(long double x)
{
    return gated_slope(x, x);
}

static long double slope_of_softplus(long double a)
{
    return -expm1l(-a);
}

/* Bounds in units in the last place, those that elementwise.h states. A slope is a function of the output from `low` to
 * `high`, or of any input; where it crosses 0, at `zero`, `near` epsilons are the bound for inputs less than 0.5 away.
 */
static const struct expected {
    nn_activation activation;
    long double (*value)(long double);
    double bound;
    long double (*slope)(long double);
    double slope_bound, low, high, zero, near;
} all[] = {
    {NN_LINEAR, true_linear, 0, slope_of_linear, 0, -INFINITY, INFINITY, 0, 0},
    {NN_SIGMOID, true_sigmoid, 2.5, slope_of_sigmoid, 2, 0, 1, 0, 0},
    {NN_TANH, tanhl, 2.6, slope_of_tanh, 2, -1, 1, 0, 0},
    {NN_RELU, true_relu, 0, slope_of_relu, 0, 0, INFINITY, 0, 0},
    {NN_LEAKY_RELU, true_leaky_relu, 0.9, slope_of_leaky_relu, 1, -INFINITY, INFINITY, 0, 0},
    {NN_ELU, true_elu, 1.2, slope_of_elu, 1, -1, INFINITY, 0, 0},
    {NN_SELU, true_selu, 1.8, slope_of_selu, 1, -1.7, INFINITY, -1.758099340847, 1},
    {NN_GELU, true_gelu, GELU_BOUND, slope_of_gelu, 6.6, -INFINITY, INFINITY, -0.751791524693564, 1},
    {NN_GELU_TANH, true_gelu_tanh, 3.6, slope_of_gelu_tanh, 7.5, -INFINITY, INFINITY, -0.752461, 1},
    {NN_SILU, true_silu, 3.2, slope_of_silu, 5.9, -INFINITY, INFINITY, -1.278464542761, 1},
    {NN_SOFTPLUS, true_softplus, 2.8, slope_of_softplus, 1.2, 0, INFINITY, 0, 0},
};
enum { KINDS = sizeof all / sizeof *all };

/* Number i of SAMPLES finite values: in turn evenly spread bit patterns, so numbers of every size and sign, and evenly
 * spread numbers of [-40, 40). */
enum { SAMPLES = 200000 };

static bool sample(size_t i, nni_real *x)
{
    bits pattern = (bits)i * ((bits)-1 / SAMPLES);
    memcpy(x, &pattern, sizeof *x);
    if (i % 2)
        *x = (nni_real)(((double)i - SAMPLES / 2.0) * (80.0 / SAMPLES));
    return (bool)isfinite(*x);
}

static void every_activation_is_within_its_bound(void)
{
    CU_ASSERT_EQUAL(KINDS + 1, nni_activation_domain.count); /* softmax is tested over rows, in test_elementwise */
    for (size_t f = 0; f < KINDS; f++) {
        double worst = 0;
        nni_real x, where = 0;
        for (size_t i = 0; i < SAMPLES; i++) {
            if (!sample(i, &x))
                continue;
            double units = units_apart(activated(all[f].activation, x), all[f].value((long double)x));
            if (!(units <= worst))
                worst = units, where = x;
        }
        if (!(worst <= all[f].bound))
            printf("%s(%.17g): %g units\n", nn_activation_name(all[f].activation), (double)where, worst);
        CU_ASSERT(worst <= all[f].bound);
    }
}

static void every_derivative_is_within_its_bound(void)
{
    for (size_t f = 0; f < KINDS; f++) {
        double worst = 0, worst_near = 0;
        nni_real x, where = 0;
        for (size_t i = 0; i < SAMPLES; i++) {
            if (!sample(i, &x) || (double)x < all[f].low || (double)x > all[f].high)
                continue;
            nni_real found = slope(all[f].activation, x);
            long double truth = all[f].slope((long double)x);
            if (all[f].zero < 0 && fabs((double)x - all[f].zero) < 0.5)
                worst_near = fmax(worst_near, (double)fabsl((long double)found - truth) / epsilon);
            else if (!(units_apart(found, truth) <= worst))
                worst = units_apart(found, truth), where = x;
        }
        if (!(worst <= all[f].slope_bound && worst_near <= all[f].near))
            printf("%s' at %.17g: %g units, near 0 %g\n", nn_activation_name(all[f].activation), (double)where, worst,
                   worst_near);
        CU_ASSERT(worst <= all[f].slope_bound);
        CU_ASSERT(worst_near <= all[f].near);
    }
}

/* What a network computes: the derivative from the output or the input, against a quotient of differences. */
static void derivatives_are_those_of_the_activations(void)
{
    for (size_t f = 0; f < KINDS; f++)
        for (double x = -6.03; x < 6; x += 0.25) {
            const long double step = 1e-6L, o = (long double)(nni_real)x;
            double expected = (double)((all[f].value(o + step) - all[f].value(o - step)) / (2 * step));
            bool input = nni_activation_of(all[f].activation)->needs_input;
            nni_real at = input ? (nni_real)x : activated(all[f].activation, (nni_real)x);
            CU_ASSERT(fabs((double)slope(all[f].activation, at) - expected) <= 8 * epsilon + 1e-11);
        }
}

static void only_activations_that_are_not_monotone_need_their_input(void)
{
    for (size_t f = 0; f < KINDS; f++) {
        nn_activation k = all[f].activation;
        CU_ASSERT_EQUAL(nni_activation_of(k)->needs_input, k == NN_GELU || k == NN_GELU_TANH || k == NN_SILU);
    }
}

static void ends_of_the_range_are_right(void)
{
    static const nni_real infinite = (nni_real)INFINITY;
    static const struct {
        nn_activation activation;
        double left, right, slope_left, slope_right; /* slopes at the ends, from output or input as it is needed */
    } ends[] = {
        {NN_LINEAR, -INFINITY, INFINITY, 1, 1},
        {NN_SIGMOID, 0, 1, 0, 0},
        {NN_TANH, -1, 1, 0, 0},
        {NN_RELU, 0, INFINITY, 0, 1},
        {NN_LEAKY_RELU, -INFINITY, INFINITY, (double)(nni_real)0.01, 1},
        {NN_ELU, -1, INFINITY, 0, 1},
        {NN_SELU, (double)(nni_real)-1.7580993408473768599, INFINITY, 0, (double)(nni_real)1.0507009873554804934},
        {NN_GELU, 0, INFINITY, 0, 1},
        {NN_GELU_TANH, 0, INFINITY, 0, 1},
        {NN_SILU, 0, INFINITY, 0, 1},
        {NN_SOFTPLUS, 0, INFINITY, 0, 1},
    };
    CU_ASSERT_EQUAL_FATAL(sizeof ends / sizeof *ends, KINDS);
    for (size_t f = 0; f < KINDS; f++) {
        nn_activation k = ends[f].activation;
        bool input = nni_activation_of(k)->needs_input;
        nni_real left = activated(k, -infinite), right = activated(k, infinite);
        CU_ASSERT_EQUAL((double)left, ends[f].left);
        CU_ASSERT_EQUAL((double)right, ends[f].right);
        CU_ASSERT_EQUAL((double)slope(k, input ? -infinite : left), ends[f].slope_left);
        CU_ASSERT_EQUAL((double)slope(k, input ? infinite : right), ends[f].slope_right);
        if (input) {
            CU_ASSERT_EQUAL(slope(k, -largest), 0);
            CU_ASSERT_EQUAL(slope(k, largest), 1);
        }
        if (k != NN_SELU && isinf(ends[f].right))
            CU_ASSERT_EQUAL(activated(k, largest), largest);
        if (isfinite(ends[f].left))
            CU_ASSERT_EQUAL((double)activated(k, -largest), ends[f].left);
    }
}

static void zeros_keep_their_sign_and_denormals_their_digits(void)
{
    static const nn_activation odd[] = {NN_LINEAR, NN_TANH, NN_LEAKY_RELU, NN_ELU,
                                        NN_SELU,   NN_GELU, NN_GELU_TANH,  NN_SILU};
    for (size_t f = 0; f < sizeof odd / sizeof *odd; f++) {
        CU_ASSERT_EQUAL(activated(odd[f], 0), 0);
        CU_ASSERT(!signbit(activated(odd[f], 0)));
        CU_ASSERT_EQUAL(activated(odd[f], (nni_real)-0.0), 0);
        CU_ASSERT(signbit(activated(odd[f], (nni_real)-0.0)));
    }
    CU_ASSERT_EQUAL(activated(NN_SIGMOID, (nni_real)-0.0), (nni_real)0.5);
    CU_ASSERT_EQUAL(activated(NN_TANH, -smallest / 4), -smallest / 4);
    CU_ASSERT_EQUAL(activated(NN_ELU, -smallest / 4), -smallest / 4);
    CU_ASSERT_EQUAL(activated(NN_GELU, -smallest / 4), -smallest / 8);
    CU_ASSERT_EQUAL(activated(NN_SILU, smallest / 4), smallest / 8);
    CU_ASSERT_EQUAL(slope(NN_GELU, 0), (nni_real)0.5);
    CU_ASSERT_EQUAL(slope(NN_GELU_TANH, 0), (nni_real)0.5);
    CU_ASSERT_EQUAL(slope(NN_SILU, 0), (nni_real)0.5);
    /* Where e^x is denormal, the sigmoid and softplus are e^x. */
    nni_real x = (nni_real)log((double)smallest) - 2;
    CU_ASSERT(units_apart(activated(NN_SIGMOID, x), expl((long double)x)) <= 1);
    CU_ASSERT(units_apart(activated(NN_SOFTPLUS, x), expl((long double)x)) <= 1);
    CU_ASSERT(activated(NN_SIGMOID, x) > 0);
}

static void nan_stays_nan(void)
{
    for (size_t f = 0; f < KINDS; f++) {
        CU_ASSERT(isnan(activated(all[f].activation, (nni_real)NAN)));
        CU_ASSERT(all[f].activation == NN_LINEAR || isnan(slope(all[f].activation, (nni_real)NAN)));
    }
}

/* In vectors, in the rest after them, alone, in another place, or on another thread. */
static void position_does_not_change_a_bit(void)
{
    enum { COUNT = 70000, SOME = 70 }; /* enough for threads */
    nni_real *x = take(COUNT), *to = take(COUNT), *together = take(COUNT), *slopes = take(COUNT);
    for (size_t i = 0; i < COUNT; i++)
        x[i] = (nni_real)(12 * sin((double)i));
    int usual = omp_get_max_threads();
    for (size_t f = 0; f < KINDS; f++)
        for (int threads = 1; threads <= 3; threads++) {
            nn_activation k = all[f].activation;
            omp_set_num_threads(threads);
            memcpy(together, x, COUNT * sizeof *x);
            nni_activate(k, together, COUNT);
            nni_activate_to(k, x, to, COUNT);
            CU_ASSERT_EQUAL(memcmp(to, together, COUNT * sizeof *x), 0);
            for (size_t i = 0; i < COUNT; i++)
                slopes[i] = 1;
            nni_activate_backward(k, x, slopes, COUNT);
            bool same = true;
            for (size_t i = 0; i < COUNT; i++)
                same = same && activated(k, x[i]) == together[i] && slope(k, x[i]) == slopes[i];
            CU_ASSERT(same);
            for (size_t count = 1; count < SOME; count++) {
                nni_real some[SOME], delta[SOME];
                for (size_t i = 0; i < SOME; i++)
                    delta[i] = 1;
                nni_activate_to(k, x + count, some, count);
                nni_activate_backward(k, x + count, delta, count);
                same = same && memcmp(some, together + count, count * sizeof *some) == 0 &&
                       memcmp(delta, slopes + count, count * sizeof *some) == 0;
            }
            CU_ASSERT(same);
        }
    omp_set_num_threads(usual);
    nni_release(x), nni_release(to), nni_release(together), nni_release(slopes);
}

static void derivatives_multiply_what_is_given(void)
{
    for (size_t f = 0; f < KINDS; f++)
        for (int i = -3; i <= 3; i++) {
            nni_real at = (nni_real)(0.3 * i), delta = (nni_real)(1.7 - i);
            nni_real expected = delta * slope(all[f].activation, at);
            nni_activate_backward(all[f].activation, &at, &delta, 1);
            CU_ASSERT_EQUAL(delta, expected);
        }
}

static void empty_arrays_are_fine(void)
{
    for (size_t f = 0; f < KINDS; f++) {
        nni_activate(all[f].activation, NULL, 0);
        nni_activate_to(all[f].activation, NULL, NULL, 0);
        nni_activate_backward(all[f].activation, NULL, NULL, 0);
    }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_activation_is_within_its_bound),
        NN_TEST(every_derivative_is_within_its_bound),
        NN_TEST(derivatives_are_those_of_the_activations),
        NN_TEST(only_activations_that_are_not_monotone_need_their_input),
        NN_TEST(ends_of_the_range_are_right),
        NN_TEST(zeros_keep_their_sign_and_denormals_their_digits),
        NN_TEST(nan_stays_nan),
        NN_TEST(position_does_not_change_a_bit),
        NN_TEST(derivatives_multiply_what_is_given),
        NN_TEST(empty_arrays_are_fine),
    };
    return nni_run_suite("activations", tests, sizeof tests / sizeof *tests);
}
