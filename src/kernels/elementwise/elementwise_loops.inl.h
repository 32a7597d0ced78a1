/**
 * The table of functions over arrays, under the name NNI_ELEMENTWISE_TABLE that a file defines before it includes this;
 * compiled by that file's flags; not a header of declarations. See elementwise_math.h on why bits do not depend on
 * positions.
 */
#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/elementwise/math.inl.h"
#include "kernels/random/random_words.inl.h"

static void keep(const nni_real *inputs, nni_real *outputs, size_t count)
{
    if (inputs != outputs && count)
        memcpy(outputs, inputs, count * sizeof *outputs);
}

static void keep_backward(const nni_real *at, nni_real *delta, size_t count)
{
    (void)at, (void)delta, (void)count;
}

/* The loop over arrays of a function of one element. */
#define FORWARD(name, function)                                                                                        \
    static void name(const nni_real *inputs, nni_real *outputs, size_t count)                                          \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++) outputs[i] = function(inputs[i]);                       \
    }

/* The same of a derivative, an expression in a = at[i]. */
#define BACKWARD(name, slope)                                                                                          \
    static void name(const nni_real *at, nni_real *delta, size_t count)                                                \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++)                                                         \
        {                                                                                                              \
            nni_real a = at[i];                                                                                        \
            delta[i] *= slope;                                                                                         \
        }                                                                                                              \
    }

FORWARD(sigmoid, logistic)
FORWARD(hyperbolic, hyperbolic_tangent)
FORWARD(relu, rectified)
FORWARD(leaky_relu, leaky)
FORWARD(elu, exponential_linear)
FORWARD(selu, scaled_exponential_linear)
FORWARD(gelu, gaussian_linear)
FORWARD(gelu_tanh, gaussian_linear_tanh)
FORWARD(silu, sigmoid_linear)
FORWARD(softplus, soft_plus)

/* At 0 the derivatives from below, as elsewhere; NaN stays. */
BACKWARD(sigmoid_backward, a *(1 - a))
BACKWARD(hyperbolic_backward, (1 - a) * (1 + a))
BACKWARD(relu_backward, choose(a > 0, 1, choose(a <= 0, 0, a)))
BACKWARD(leaky_relu_backward, choose(a > 0, 1, choose(a <= 0, leak, a)))
BACKWARD(elu_backward, choose(a > 0, 1, a + 1))
BACKWARD(selu_backward, choose(a > 0, selu_scale, a + selu_negative))
BACKWARD(softplus_backward, soft_plus_slope(a))
BACKWARD(gelu_backward, gaussian_linear_slope(a))
BACKWARD(gelu_tanh_backward, gaussian_linear_tanh_slope(a))
BACKWARD(silu_backward, sigmoid_linear_slope(a))

/* sum[lane] of every eighth term, in an order that no instruction set changes. */
static nni_real sum_of_row(const nni_real *row, size_t columns)
{
    nni_real part[8] = {0};
    const size_t whole = columns - columns % 8;
    for (size_t j = 0; j < whole; j += 8)
        for (size_t lane = 0; lane < 8; lane++)
            part[lane] += row[j + lane];
    for (size_t j = whole; j < columns; j++)
        part[j - whole] += row[j];
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

/* Exponentials of all rows at once: those of ten classes would not fill vectors. */
static void softmax_rows(nni_real *logits, size_t rows, size_t columns, nni_real *log_sums)
{
    for (size_t i = 0; i < rows; i++) {
        nni_real *row = logits + i * columns, high = row[0];
#pragma omp simd reduction(max : high)
        for (size_t j = 1; j < columns; j++)
            high = row[j] > high ? row[j] : high;
#pragma omp simd
        for (size_t j = 0; j < columns; j++)
            row[j] -= high;
        if (log_sums)
            log_sums[i] = high;
    }
#pragma omp simd
    for (size_t j = 0; j < rows * columns; j++)
        logits[j] = exponential(logits[j]);
    for (size_t i = 0; i < rows; i++) {
        nni_real *row = logits + i * columns;
        const nni_real sum = sum_of_row(row, columns);
#pragma omp simd
        for (size_t j = 0; j < columns; j++)
            row[j] /= sum;
        if (log_sums)
            log_sums[i] += (nni_real)log((double)sum);
    }
}

static void add(const nni_real *terms, nni_real *sums, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        sums[i] += terms[i];
}

/* NaN and infinity have all bits of the exponent set. Without a way out in the middle, so that vectors are compared. */
static bool all_finite(const nni_real *values, size_t count)
{
    const bits exponent = bits_of((nni_real)INFINITY);
    bits odd = 0;
#pragma omp simd reduction(| : odd)
    for (size_t i = 0; i < count; i++)
        odd |= -(bits)((bits_of(values[i]) & exponent) == exponent);
    return odd == 0;
}

#include "kernels/elementwise/normalize_loops.inl.h"
#include "kernels/random/dropout_loops.inl.h"
#include "kernels/random/noise_loops.inl.h"

const nni_elementwise_kernels NNI_ELEMENTWISE_TABLE = {
    .activate = {[NN_LINEAR] = keep,
                 [NN_SIGMOID] = sigmoid,
                 [NN_TANH] = hyperbolic,
                 [NN_RELU] = relu,
                 [NN_LEAKY_RELU] = leaky_relu,
                 [NN_ELU] = elu,
                 [NN_SELU] = selu,
                 [NN_GELU] = gelu,
                 [NN_GELU_TANH] = gelu_tanh,
                 [NN_SILU] = silu,
                 [NN_SOFTPLUS] = softplus},
    .activate_backward = {[NN_LINEAR] = keep_backward,
                          [NN_SIGMOID] = sigmoid_backward,
                          [NN_TANH] = hyperbolic_backward,
                          [NN_RELU] = relu_backward,
                          [NN_LEAKY_RELU] = leaky_relu_backward,
                          [NN_ELU] = elu_backward,
                          [NN_SELU] = selu_backward,
                          [NN_GELU] = gelu_backward,
                          [NN_GELU_TANH] = gelu_tanh_backward,
                          [NN_SILU] = silu_backward,
                          [NN_SOFTPLUS] = softplus_backward},
    .softmax_rows = softmax_rows,
    .add = add,
    .add_products = add_products,
    .add_moments = add_moments,
    .all_finite = all_finite,
    .normalize_columns = normalize_columns,
    .normalize_columns_backward = normalize_columns_backward,
    .normalize_row = normalize_row,
    .normalize_row_backward = normalize_row_backward,
    .dropout_row = dropout_row,
    .noise_row = noise_row,
};
