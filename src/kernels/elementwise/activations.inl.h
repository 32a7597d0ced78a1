/* SPDX-License-Identifier: MIT */
/**
 * The activations: functions of one element, loops over arrays, and the table; not a header of declarations.
 *
 * Each instruction set compiles this file by its own flags. To add an activation, see README.md.
 */
#include "kernels/elementwise/activation.h"
#include "kernels/elementwise/math.inl.h"

/* Arguments beyond these bounds are moved to them, where the results are what they are at infinity. */
#ifdef NNTRAIN_DOUBLE
static const nni_real tanh_high = 20;      /* 1 - tanh(20) = 8e-18 */
static const nni_real silu_high = 755;     /* 755 e^-755 is less than half of the smallest number */
static const nni_real gelu_high = 39;      /* 39 Phi(-39) = 8e-332 */
static const nni_real gelu_tanh_high = 22; /* 22 sigmoid(-795) = 1e-344 */
#else
static const nni_real tanh_high = 10;      /* 1 - tanh(10) = 4e-9 */
static const nni_real silu_high = 112;     /* 112 e^-112 = 2e-47 */
static const nni_real gelu_high = 15;      /* 15 Phi(-15) = 6e-50 */
static const nni_real gelu_tanh_high = 11; /* 11 sigmoid(-112.5) = 2e-48 */
#endif

/* Defines the loops of an activation from its function name(x) and name_derivative(at). */
#define ELEMENTWISE(name)                                                                                              \
    static inline void name##_forward(const nni_real *inputs, nni_real *outputs, size_t count)                         \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++) outputs[i] = name(inputs[i]);                           \
    }                                                                                                                  \
    static inline void name##_backward(const nni_real *at, nni_real *delta, size_t count)                              \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++) delta[i] *= name##_derivative(at[i]);                   \
    }

/* Derivatives at 0 are those from below, as in elementwise.h; NaN stays NaN in all functions. */

/* --- linear --- */

static inline void linear_forward(const nni_real *inputs, nni_real *outputs, size_t count)
{
    if (inputs != outputs && count)
        memcpy(outputs, inputs, count * sizeof *outputs);
}

static inline void linear_backward(const nni_real *at, nni_real *delta, size_t count)
{
    (void)at, (void)delta, (void)count;
}

/* --- sigmoid: 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: no overflow, and a small result keeps its digits ---
 */

static inline nni_real sigmoid(nni_real x)
{
    nni_real e = exponential(real_of(bits_of(x) | sign_bit));
    return choose(x < 0, e, 1) / (1 + e);
}

static inline nni_real sigmoid_derivative(nni_real a)
{
    return a * (1 - a);
}

ELEMENTWISE(sigmoid)

/* --- tanh: tanh|x| = -t / (2 + t), t = e^(-2|x|) - 1, which keeps every digit of a small x --- */

static inline nni_real hyperbolic_tangent(nni_real x)
{
    nni_real t = exponential_less_1(-2 * size_up_to(x, tanh_high));
    nni_real result = -t / (2 + t);
    return real_of((bits_of(result) & ~sign_bit) | (bits_of(x) & sign_bit));
}

static inline nni_real hyperbolic_tangent_derivative(nni_real a)
{
    return (1 - a) * (1 + a);
}

ELEMENTWISE(hyperbolic_tangent)

/* --- relu --- */

static inline nni_real relu(nni_real x)
{
    return choose(x <= 0, 0, x);
}

static inline nni_real relu_derivative(nni_real a)
{
    return choose(a > 0, 1, choose(a <= 0, 0, a));
}

ELEMENTWISE(relu)

/* --- leaky_relu --- */

static const nni_real leak = (nni_real)0.01;

static inline nni_real leaky_relu(nni_real x)
{
    return choose(x < 0, leak * x, x);
}

static inline nni_real leaky_relu_derivative(nni_real a)
{
    return choose(a > 0, 1, choose(a <= 0, leak, a));
}

ELEMENTWISE(leaky_relu)

/* --- elu (Clevert et al., 2016) --- */

static inline nni_real elu(nni_real x)
{
    return choose(x < 0, exponential_less_1(-size_up_to(x, 2 * tanh_high)), x);
}

static inline nni_real elu_derivative(nni_real a)
{
    return choose(a > 0, 1, a + 1);
}

ELEMENTWISE(elu)

/* --- selu: constants of Klambauer et al., 2017, appendix 1, to the digits of a double; selu_negative is the product
 * for x below 0, so that the largest negative output plus it is 0, as the derivative there --- */

static const nni_real selu_scale = (nni_real)1.0507009873554804934193349852946;
static const nni_real selu_negative = (nni_real)1.7580993408473768599;

static inline nni_real selu(nni_real x)
{
    nni_real e = exponential_less_1(-size_up_to(x, 2 * tanh_high));
    return choose(x < 0, selu_negative * e, selu_scale * x);
}

static inline nni_real selu_derivative(nni_real a)
{
    return choose(a > 0, selu_scale, a + selu_negative);
}

ELEMENTWISE(selu)

/* --- softplus: log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); its derivative is sigmoid(x) = 1 - e^-a --- */

static inline nni_real softplus(nni_real x)
{
    nni_real e = exponential(real_of(bits_of(x) | sign_bit));
    return choose(x < 0, 0, x) + log_1_plus(e);
}

static inline nni_real softplus_derivative(nni_real a)
{
    return -exponential_less_1(-size_up_to(a, 2 * tanh_high));
}

ELEMENTWISE(softplus)

/* --- x sigmoid(z): silu and gelu_tanh --- */

/* x sigmoid(z) of e = e^-|z|, z of the sign of x: where z is negative, e stays a product until the end, since a tiny
 * one has lost digits that x times it would have. */
static inline nni_real gated(nni_real x, reduced e)
{
    nni_real size = times_power(1 + e.tail, e.n);
    nni_real part = x / (1 + size);
    return choose(x < 0, times_power((1 + e.tail) * part, e.n), part);
}

/* sigmoid(z) (1 + (1 - sigmoid(z)) x z'), with w = |x z'|. */
static inline nni_real gated_derivative(bool negative, nni_real w, reduced e)
{
    nni_real size = times_power(1 + e.tail, e.n), base = 1 + size;
    nni_real above = multiply_add(w, size, base);
    nni_real below = times_power((1 + e.tail) * (base - w), e.n);
    return choose(negative, below, above) / (base * base);
}

static inline nni_real silu(nni_real x)
{
    reduced e = reduce(-size_up_to(x, silu_high));
    return gated(choose(x < -silu_high, -silu_high, x), e);
}

static inline nni_real silu_derivative(nni_real x)
{
    nni_real size = size_up_to(x, silu_high);
    return gated_derivative(x < 0, size, reduce(-size));
}

ELEMENTWISE(silu)

/* e^-z, z = 2 sqrt(2/pi) (t + 0.044715 t^3), with z to twice the digits: it reaches 112 or 795. */
static inline reduced gelu_tanh_exponential(nni_real t)
{
    const long double exact_linear = 1.59576912160573071175978423974L;
    const long double exact_cubic = 0.0713548162726002487638762522799L;
    const nni_real linear = (nni_real)exact_linear, linear_rest = (nni_real)(exact_linear - (long double)linear);
    const nni_real cubic = (nni_real)exact_cubic, cubic_rest = (nni_real)(exact_cubic - (long double)cubic);
    nni_real square = t * t;
    nni_real bent = cubic * square;
    nni_real bent_rest = product_rest(cubic, square, bent) + cubic * product_rest(t, t, square) + cubic_rest * square;
    nni_real sum = linear + bent, taken = sum - linear;
    nni_real sum_rest = (linear - (sum - taken)) + (bent - taken) + (bent_rest + linear_rest);
    nni_real z = t * sum;
    return reduce_sum(-z, -(product_rest(t, sum, z) + t * sum_rest));
}

/* x/2 (1 + tanh(y)) = x sigmoid(2 y) */
static inline nni_real gelu_tanh(nni_real x)
{
    reduced e = gelu_tanh_exponential(size_up_to(x, gelu_tanh_high));
    return gated(choose(x < -gelu_tanh_high, -gelu_tanh_high, x), e);
}

static inline nni_real gelu_tanh_derivative(nni_real x)
{
    nni_real t = size_up_to(x, gelu_tanh_high);
    nni_real steepness = multiply_add(t * t, (nni_real)(3 * 0.07135481627260025), (nni_real)1.5957691216057308);
    return gated_derivative(x < 0, t * steepness, gelu_tanh_exponential(t));
}

ELEMENTWISE(gelu_tanh)

/* --- gelu: x Phi(x) --- */

static inline nni_real gelu(nni_real x)
{
    nni_real t = size_up_to(x, gelu_high);
    normal_tail tail = tail_of_normal(t);
    nni_real factor = (1 + tail.e.tail) * tail.ratio;
    return choose(x < 0, times_power(-t * factor, tail.e.n), x * (1 - times_power(factor, tail.e.n)));
}

/* Phi(x) + x phi(x), which is 1 less what it is at -x. */
static inline nni_real gelu_derivative(nni_real x)
{
    nni_real t = size_up_to(x, gelu_high);
    normal_tail tail = tail_of_normal(t);
    nni_real factor = multiply_add((nni_real)-0.398942280401432677940, t, tail.ratio);
    nni_real derivative = times_power((1 + tail.e.tail) * factor, tail.e.n);
    return choose(x < 0, derivative, 1 - derivative);
}

ELEMENTWISE(gelu)

/* --- softmax: p_j = exp(o_j - max) / sum_k exp(o_k - max) --- */

/* Partial sums, each of every eighth term, in an order that no instruction set changes. */
enum { SOFTMAX_SUMS = 8 };

static inline nni_real sum_of_row(const nni_real *row, size_t columns)
{
    nni_real part[SOFTMAX_SUMS] = {0};
    const size_t whole = columns - columns % SOFTMAX_SUMS;
    for (size_t j = 0; j < whole; j += SOFTMAX_SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SOFTMAX_SUMS; lane++)
            part[lane] += row[j + lane];
    for (size_t j = whole; j < columns; j++)
        part[j - whole] += row[j];
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

static inline void softmax_row(nni_real *row, size_t columns)
{
    nni_real high = row[0];
#pragma omp simd reduction(max : high)
    for (size_t j = 1; j < columns; j++)
        high = row[j] > high ? row[j] : high;
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        row[j] = exponential(row[j] - high);
    const nni_real sum = sum_of_row(row, columns);
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        row[j] /= sum;
}

/* Columns of which a row would not fill vectors, and rows that are computed side by side then, where there are several.
 */
enum { NARROW = 16, SIDE_BY_SIDE = 16, SEVERAL = 4 };

/* Up to SIDE_BY_SIDE narrow rows; those that are not there repeat the last one. */
static inline void softmax_narrow_rows(nni_real *values, size_t rows, size_t columns)
{
    nni_real x[NARROW][SIDE_BY_SIDE], high[SIDE_BY_SIDE], sum[SOFTMAX_SUMS][SIDE_BY_SIDE] = {{0}};
    int32_t first[SIDE_BY_SIDE];
    for (size_t i = 0; i < SIDE_BY_SIDE; i++)
        first[i] = (int32_t)((i < rows ? i : rows - 1) * columns);
#pragma omp simd
    for (size_t i = 0; i < SIDE_BY_SIDE; i++)
        high[i] = x[0][i] = values[first[i]];
    for (size_t j = 1; j < columns; j++)
#pragma omp simd
        for (size_t i = 0; i < SIDE_BY_SIDE; i++)
            x[j][i] = values[(size_t)first[i] + j];
    for (size_t j = 1; j < columns; j++)
#pragma omp simd
        for (size_t i = 0; i < SIDE_BY_SIDE; i++)
            high[i] = x[j][i] > high[i] ? x[j][i] : high[i];
    for (size_t j = 0; j < columns; j++)
#pragma omp simd
        for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
            x[j][i] = exponential(x[j][i] - high[i]);
            sum[j % SOFTMAX_SUMS][i] += x[j][i];
        }
#pragma omp simd
    for (size_t i = 0; i < SIDE_BY_SIDE; i++)
        sum[0][i] =
            ((sum[0][i] + sum[4][i]) + (sum[2][i] + sum[6][i])) + ((sum[1][i] + sum[5][i]) + (sum[3][i] + sum[7][i]));
    for (size_t j = 0; j < columns; j++)
#pragma omp simd
        for (size_t i = 0; i < SIDE_BY_SIDE; i++)
            x[j][i] /= sum[0][i];
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            values[i * columns + j] = x[j][i];
}

static inline void softmax_forward(nni_real *values, size_t rows, size_t columns)
{
    size_t i = 0;
    for (; columns < NARROW && i + SEVERAL <= rows; i += SIDE_BY_SIDE)
        softmax_narrow_rows(values + i * columns, rows - i < SIDE_BY_SIDE ? rows - i : SIDE_BY_SIDE, columns);
    for (; i < rows; i++)
        softmax_row(values + i * columns, columns);
}

/* The Jacobian: delta_j <- p_j (delta_j - sum_k delta_k p_k). */
static inline void softmax_backward(const nni_real *p, size_t columns, nni_real *delta)
{
    double mean = 0;
    for (size_t k = 0; k < columns; k++)
        mean += (double)delta[k] * (double)p[k];
    for (size_t j = 0; j < columns; j++)
        delta[j] = (nni_real)((double)p[j] * ((double)delta[j] - mean));
}

/* --- the table --- */

#ifdef NNI_ACTIVATIONS_WITHOUT_LOOPS
#define LOOPS(name)     .function = #name
#define ROW_LOOPS(name) .function = #name
#else
#define LOOPS(name)     .function = #name, .forward = name##_forward, .backward = name##_backward
#define ROW_LOOPS(name) .function = #name, .forward_rows = name##_forward, .backward_row = name##_backward
#endif

/* Targets of one side are scaled and not shifted: of prices, of which most then lie near 0, relu learnt nothing from 0
 * ... 1 with six seeds of six (R2 below 0, of deviation 1 above 0.91), for its unit soon gave 0 for all rows. */
#define ANY_TARGET       .least = -INFINITY, .most = INFINITY, .within = NN_TARGETS_STANDARD, .beyond = NN_TARGETS_STANDARD
#define POSITIVE_TARGETS .least = 0, .most = INFINITY, .within = NN_TARGETS_SCALE, .beyond = NN_TARGETS_MINMAX
#define TARGETS(low, high)                                                                                             \
    .least = (low), .most = (high), .within = NN_TARGETS_NONE, .beyond = NN_TARGETS_MINMAX, .margin = 0.001

static const nni_activation_entry activations[] = {
    [NN_LINEAR] = {.kind = {.name = "linear", .help = "x, for outputs that are values"},
                   LOOPS(linear),
                   .initializer = NN_INITIALIZE_GLOROT,
                   ANY_TARGET},
    [NN_SIGMOID] = {.kind = {.name = "sigmoid", .help = "1 / (1 + e^-x), for outputs that are each a yes or a no"},
                    LOOPS(sigmoid),
                    .initializer = NN_INITIALIZE_GLOROT,
                    .outputs = NNI_PROBABILITIES,
                    TARGETS(0, 1)},
    [NN_TANH] = {.kind = {.name = "tanh", .help = "hyperbolic tangent, from -1 to 1"},
                 LOOPS(hyperbolic_tangent),
                 .initializer = NN_INITIALIZE_GLOROT,
                 TARGETS(-1, 1)},
    [NN_RELU] = {.kind = {.name = "relu", .help = "x, or 0 where x is negative"},
                 LOOPS(relu),
                 .initializer = NN_INITIALIZE_HE,
                 POSITIVE_TARGETS,
                 .margin = DBL_TRUE_MIN /* 0 and nothing else */},
    [NN_LEAKY_RELU] = {.kind = {.name = "leaky_relu", .help = "x, or 0.01 x where x is negative"},
                       LOOPS(leaky_relu),
                       .initializer = NN_INITIALIZE_HE,
                       .most = INFINITY,
                       .within = NN_TARGETS_SCALE,
                       .beyond = NN_TARGETS_STANDARD},
    [NN_ELU] = {.kind = {.name = "elu", .help = "x, or e^x - 1 where x is negative"},
                LOOPS(elu),
                .initializer = NN_INITIALIZE_HE,
                POSITIVE_TARGETS},
    [NN_SELU] = {.kind = {.name = "selu", .help = "elu scaled so that layers keep mean 0 and variance 1"},
                 LOOPS(selu),
                 .initializer = NN_INITIALIZE_LECUN_NORMAL,
                 POSITIVE_TARGETS},
    [NN_GELU] = {.kind = {.name = "gelu", .help = "x Phi(x), Phi the normal distribution"},
                 LOOPS(gelu),
                 .needs_input = true,
                 .initializer = NN_INITIALIZE_HE,
                 POSITIVE_TARGETS},
    [NN_GELU_TANH] = {.kind = {.name = "gelu_tanh", .help = "approximation of gelu by tanh"},
                      LOOPS(gelu_tanh),
                      .needs_input = true,
                      .initializer = NN_INITIALIZE_HE,
                      POSITIVE_TARGETS},
    [NN_SILU] = {.kind = {.name = "silu", .help = "x sigmoid(x), also called swish"},
                 LOOPS(silu),
                 .needs_input = true,
                 .initializer = NN_INITIALIZE_HE,
                 POSITIVE_TARGETS},
    [NN_SOFTPLUS] = {.kind = {.name = "softplus", .help = "log(1 + e^x), a smooth relu"},
                     LOOPS(softplus),
                     .initializer = NN_INITIALIZE_HE,
                     POSITIVE_TARGETS},
    [NN_SOFTMAX] = {.kind = {.name = "softmax",
                             .help = "e^x / sum of e^x over the units: probabilities of classes; last layer only"},
                    ROW_LOOPS(softmax),
                    .over_rows = true,
                    .initializer = NN_INITIALIZE_GLOROT,
                    .outputs = NNI_DISTRIBUTION,
                    .most = 1},
};
