/**
 * The functions that the elementwise files share, compiled by each file's flags; not a header of declarations.
 *
 * They are written for one element and vectorised by the compiler: without contraction (-ffp-contract=off) every
 * operation is rounded by IEEE 754 alike in a vector and in the tail, so bits do not depend on an element's position,
 * on the length of the array or on threads. Good for float and double alike.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise_kernels.h"

#ifdef NNTRAIN_DOUBLE
typedef uint64_t bits;
enum { MANTISSA = DBL_MANT_DIG - 1, BIAS = DBL_MAX_EXP - 1, TERMS = 14 };
static const nn_real exp_low = -746, exp_high = 710; /* beyond, exp is 0 or infinite */
static const nn_real tanh_high = 20;                 /* 1 - tanh(20) = 8e-18 */
#else
typedef uint32_t bits;
enum { MANTISSA = FLT_MANT_DIG - 1, BIAS = FLT_MAX_EXP - 1, TERMS = 8 };
static const nn_real exp_low = -104, exp_high = 89; /* beyond, exp is 0 or infinite */
static const nn_real tanh_high = 10;                /* 1 - tanh(10) = 4e-9 */
#endif

static inline bits bits_of(nn_real value)
{
    bits result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static inline nn_real real_of(bits pattern)
{
    nn_real result;
    memcpy(&result, &pattern, sizeof result);
    return result;
}

static const bits sign_bit = (bits)1 << (sizeof(bits) * 8 - 1);

/* By masks, since a ternary may become a jump, which keeps the compiler from vectorising. */
static inline nn_real choose(bool condition, nn_real yes, nn_real no)
{
    bits mask = -(bits)condition;
    return real_of((bits_of(yes) & mask) | (bits_of(no) & ~mask));
}

/* Fused where the processor does it at the price of one, never by a library call. */
static inline nn_real multiply_add(nn_real a, nn_real b, nn_real c)
{
#if defined(NNTRAIN_DOUBLE) && defined(__FP_FAST_FMA)
    return __builtin_fma(a, b, c);
#elif !defined(NNTRAIN_DOUBLE) && defined(__FP_FAST_FMAF)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* e^x = 2^n e^r, |r| <= ln(2)/2 (Cody and Waite, 1980). */
typedef struct reduced {
    bits n;       /* two's complement */
    nn_real tail; /* e^r - 1 */
} reduced;

static inline reduced reduce(nn_real x)
{
    /* Adding 1.5 * 2^MANTISSA rounds to an integer and leaves it in the low bits. */
    const nn_real shift = (nn_real)(UINT64_C(3) << (MANTISSA - 1));
    const nn_real log2_e = (nn_real)1.44269504088896340736;
    /* ln 2 in two parts; the first has so few bits that its product with n is exact. */
#ifdef NNTRAIN_DOUBLE
    const nn_real ln2_high = 6.93145751953125e-1, ln2_low = 1.42860682030941723212e-6;
#else
    const nn_real ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
#endif
    nn_real shifted = multiply_add(x, log2_e, shift);
    nn_real n = shifted - shift;
    nn_real r = multiply_add(n, -ln2_high, x);
    r = multiply_add(n, -ln2_low, r);
    /* Taylor: the first term left out, r^8/8! or r^14/14!, is 0.09 or 0.04 units in the last place at most. */
    static const double inverse_factorial[14] = {
        1.0,        1.0,         1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
        1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
    };
    nn_real sum = (nn_real)inverse_factorial[TERMS - 1];
#pragma GCC unroll 16
    for (int i = TERMS - 2; i >= 2; i--)
        sum = multiply_add(sum, r, (nn_real)inverse_factorial[i]);
    return (reduced){bits_of(shifted) - bits_of(shift), multiply_add(r * r, sum, r)};
}

/* Overflows to infinity and goes to 0 gradually, as it should. */
static inline nn_real exponential(nn_real x)
{
    nn_real clamped = choose(x < exp_low, exp_low, x); /* NaN stays */
    clamped = choose(clamped > exp_high, exp_high, clamped);
    reduced e = reduce(clamped);
    /* 2^n in two factors, because n exceeds what an exponent holds at both ends. */
    bits biased = e.n + (bits)2 * BIAS;
    bits half = biased >> 1;
    return (1 + e.tail) * real_of(half << MANTISSA) * real_of((biased - half) << MANTISSA);
}

/*
 * tanh|x| = -t / (2 + t), t = e^(-2|x|) - 1, which keeps every digit of a small x. At most 2.50 units in the last place
 * from the truth over all floats, 2.57 over 2e7 doubles.
 */
static inline nn_real hyperbolic_tangent(nn_real x)
{
    nn_real size = real_of(bits_of(x) & ~sign_bit);
    size = choose(size > tanh_high, tanh_high, size); /* NaN stays */
    reduced e = reduce(-2 * size);
    nn_real scale = real_of((e.n + BIAS) << MANTISSA);
    nn_real t = multiply_add(scale, e.tail, scale - 1);
    nn_real result = -t / (2 + t);
    return real_of((bits_of(result) & ~sign_bit) | (bits_of(x) & sign_bit));
}

/*
 * 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: no overflow, and no digits lost where the result is small. At most
 * 2.41 units in the last place from the truth over all floats, 2.35 over 2e7 doubles.
 */
static inline nn_real logistic(nn_real x)
{
    nn_real e = exponential(real_of(bits_of(x) | sign_bit));
    return choose(x < 0, e, 1) / (1 + e);
}

static void keep(nn_real *values, size_t count)
{
    (void)values, (void)count;
}

static void sigmoid(nn_real *values, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        values[i] = logistic(values[i]);
}

static void hyperbolic(nn_real *values, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        values[i] = hyperbolic_tangent(values[i]);
}

static void relu(nn_real *values, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        values[i] = choose(values[i] <= 0, 0, values[i]); /* NaN stays */
}

static void keep_backward(const nn_real *outputs, nn_real *delta, size_t count)
{
    (void)outputs, (void)delta, (void)count;
}

static void sigmoid_backward(const nn_real *outputs, nn_real *delta, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        delta[i] *= outputs[i] * (1 - outputs[i]);
}

static void hyperbolic_backward(const nn_real *outputs, nn_real *delta, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        delta[i] *= (1 - outputs[i]) * (1 + outputs[i]);
}

static void relu_backward(const nn_real *outputs, nn_real *delta, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        delta[i] *= choose(outputs[i] > 0, 1, 0);
}

static void softmax_row(nn_real *logits, size_t columns, nn_real *log_sum)
{
    nn_real high = logits[0];
#pragma omp simd reduction(max : high)
    for (size_t j = 1; j < columns; j++)
        high = logits[j] > high ? logits[j] : high;
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        logits[j] = exponential(logits[j] - high);
    /* Eight sums of every eighth term, in an order that no instruction set changes. */
    nn_real part[8] = {0};
    size_t whole = columns - columns % 8;
    for (size_t j = 0; j < whole; j += 8)
        for (size_t lane = 0; lane < 8; lane++)
            part[lane] += logits[j + lane];
    for (size_t j = whole; j < columns; j++)
        part[j - whole] += logits[j];
    nn_real sum = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        logits[j] /= sum;
    if (log_sum)
        *log_sum = high + (nn_real)log((double)sum);
}

static void add(const nn_real *terms, nn_real *sums, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        sums[i] += terms[i];
}

static void sgd_step(nn_real *parameters, const nn_real *gradients, nn_real *velocity, size_t count, nn_real rate,
                     nn_real momentum)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        velocity[i] = momentum * velocity[i] + gradients[i];
        parameters[i] -= rate * velocity[i];
    }
}
