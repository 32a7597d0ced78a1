/* SPDX-License-Identifier: MIT */
/**
 * Exponential, logarithm and the tail of the normal distribution for one element; not a header of declarations.
 *
 * Each instruction set compiles this file by its own flags. The functions are written for one element and vectorised by
 * the compiler: without contraction (-ffp-contract=off) every operation is rounded by IEEE 754 alike in a vector and in
 * the tail, so bits do not depend on an element's position, on the length of the array or on threads. Good for float
 * and double alike.
 *
 * elementwise.h states how far the results may be off.
 *
 * `nntrain export c` copies functions of this file into its own, by export/source/excerpt.h: they are C99.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "support/real.h"

/* Arguments beyond exp_low and exp_high are moved to them, where the results are what they are at infinity. */
#ifdef NNTRAIN_DOUBLE
typedef uint64_t bits;
enum { MANTISSA = DBL_MANT_DIG - 1, BIAS = DBL_MAX_EXP - 1, EXP_TERMS = 14, LOG_TERMS = 12 };
static const nni_real exp_low = -746, exp_high = 710; /* beyond, exp is 0 or infinite */
#else
typedef uint32_t bits;
enum { MANTISSA = FLT_MANT_DIG - 1, BIAS = FLT_MAX_EXP - 1, EXP_TERMS = 8, LOG_TERMS = 6 };
static const nni_real exp_low = -104, exp_high = 89; /* beyond, exp is 0 or infinite */
#endif

static inline bits bits_of(nni_real value)
{
    bits result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static inline nni_real real_of(bits pattern)
{
    nni_real result;
    memcpy(&result, &pattern, sizeof result);
    return result;
}

static const bits sign_bit = (bits)1 << (sizeof(bits) * 8 - 1);

/* By masks, since a ternary may become a jump, which keeps the compiler from vectorising. */
static inline nni_real choose(bool condition, nni_real yes, nni_real no)
{
    bits mask = -(bits)condition;
    return real_of((bits_of(yes) & mask) | (bits_of(no) & ~mask));
}

/* |x|, but `high` at most; NaN stays. */
static inline nni_real size_up_to(nni_real x, nni_real high)
{
    nni_real size = real_of(bits_of(x) & ~sign_bit);
    return choose(size > high, high, size);
}

/* Whether the processor fuses at the price of one operation; Clang says so of x86-64 by the instruction set alone. */
#ifdef NNTRAIN_DOUBLE
#if defined(__FMA__) || defined(__FP_FAST_FMA)
#define FUSES 1
#else
#define FUSES 0
#endif
#else
#if defined(__FMA__) || defined(__FP_FAST_FMAF)
#define FUSES 1
#else
#define FUSES 0
#endif
#endif

/* Fused there, never by a library call. */
static inline nni_real multiply_add(nni_real a, nni_real b, nni_real c)
{
#if FUSES
#ifdef NNTRAIN_DOUBLE
    return __builtin_fma(a, b, c);
#else
    return __builtin_fmaf(a, b, c);
#endif
#else
    return a * b + c;
#endif
}

/* The leading half of x's digits: its square is exact. */
static inline nni_real head_of(nni_real x)
{
    return real_of(bits_of(x) & ~(((bits)1 << (MANTISSA / 2 + 1)) - 1));
}

/* What rounding took from product = a * b (Dekker, 1971). */
static inline nni_real product_rest(nni_real a, nni_real b, nni_real product)
{
    if (FUSES)
        return multiply_add(a, b, -product);
    nni_real a_head = head_of(a), b_head = head_of(b);
    nni_real a_rest = a - a_head, b_rest = b - b_head;
    return ((a_head * b_head - product) + a_head * b_rest + a_rest * b_head) + a_rest * b_rest;
}

/* e^x = 2^n e^r, |r| <= ln(2)/2 (Cody and Waite, 1980). */
typedef struct reduced {
    bits n;        /* two's complement */
    nni_real tail; /* e^r - 1 */
} reduced;

static inline nni_real remainder_of(nni_real x, bits *n)
{
    /* Adding 1.5 * 2^MANTISSA rounds to an integer and leaves it in the low bits. */
    const nni_real shift = (nni_real)(UINT64_C(3) << (MANTISSA - 1));
    const nni_real log2_e = (nni_real)1.44269504088896340736;
    /* ln 2 in two parts; the first has so few bits that its product with n is exact. */
#ifdef NNTRAIN_DOUBLE
    const nni_real ln2_high = 6.93145751953125e-1, ln2_low = 1.42860682030941723212e-6;
#else
    const nni_real ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
#endif
    nni_real shifted = multiply_add(x, log2_e, shift);
    nni_real whole = shifted - shift;
    *n = bits_of(shifted) - bits_of(shift);
    return multiply_add(whole, -ln2_low, multiply_add(whole, -ln2_high, x));
}

static inline nni_real exp_tail(nni_real r)
{
    /* Taylor: the first term left out, r^8/8! or r^14/14!, is 0.09 or 0.04 units in the last place at most. */
    static const double inverse_factorial[14] = {
        1.0,        1.0,         1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
        1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
    };
    nni_real sum = (nni_real)inverse_factorial[EXP_TERMS - 1];
#pragma GCC unroll 16
    for (int i = EXP_TERMS - 2; i >= 2; i--)
        sum = multiply_add(sum, r, (nni_real)inverse_factorial[i]);
    return multiply_add(r * r, sum, r);
}

static inline reduced reduce(nni_real x)
{
    bits n;
    nni_real r = remainder_of(x, &n);
    return (reduced){n, exp_tail(r)};
}

/* Of x + rest, where rest is what x lacks in digits: an error of e in a large x would be a relative error of e. */
static inline reduced reduce_sum(nni_real x, nni_real rest)
{
    bits n;
    nni_real r = remainder_of(x, &n) + rest;
    return (reduced){n, exp_tail(r)};
}

/* value * 2^n in two factors, because n exceeds what an exponent holds at both ends; |value| about 1 or more, so that
 * only the second product may round. */
static inline nni_real times_power(nni_real value, bits n)
{
    bits biased = n + (bits)2 * BIAS;
    bits half = biased >> 1;
    return value * real_of(half << MANTISSA) * real_of((biased - half) << MANTISSA);
}

/* Overflows to infinity and goes to 0 gradually, as it should. */
static inline nni_real exponential(nni_real x)
{
    nni_real clamped = choose(x < exp_low, exp_low, x); /* NaN stays */
    clamped = choose(clamped > exp_high, exp_high, clamped);
    reduced e = reduce(clamped);
    return times_power(1 + e.tail, e.n);
}

/* e^x - 1 of a clamped x <= 0, with every digit of a small one. */
static inline nni_real exponential_less_1(nni_real x)
{
    reduced e = reduce(x);
    nni_real scale = real_of((e.n + BIAS) << MANTISSA);
    return multiply_add(scale, e.tail, scale - 1);
}

/*
 * log(1 + e), 0 <= e <= 1: 2 artanh(s), s = e / (2 + e), or ln 2 + 2 artanh(s), s = (e - 1) / (e + 3), above sqrt(2) -
 * 1; so |s| <= 0.1716, where the first term of the series left out is 0.02 units in the last place.
 */
static inline nni_real log_1_plus(nni_real e)
{
    const nni_real ln2 = (nni_real)0.693147180559945309417;
    bool upper = e > (nni_real)0.41421356;
    nni_real s = choose(upper, e - 1, e) / choose(upper, e + 3, e + 2);
    nni_real z = s * s;
    nni_real sum = (nni_real)(2.0 / (2 * LOG_TERMS + 1));
#pragma GCC unroll 16
    for (int i = LOG_TERMS - 1; i >= 1; i--)
        sum = multiply_add(sum, z, (nni_real)(2.0 / (2 * i + 1)));
    nni_real rest = s * z * sum;
    return choose(upper, ln2 + (2 * s + rest), 2 * s + rest);
}

/* 1 - Phi(t) = e^(-t^2/2) ratio(t) for 0 <= t <= 15, or 39 in double, Phi the normal distribution. */
typedef struct normal_tail {
    reduced e;
    nni_real ratio;
} normal_tail;

static inline normal_tail tail_of_normal(nni_real t)
{
    /* ratio(t) = erfcx(t / sqrt(2)) / 2 as a quotient of polynomials, found by interpolation at points that are
     * Chebyshev's in (t - 3) / (t + 3) (in double: 4 for 3). It is off by 7.9e-9 or 1.7e-18 relatively, and as all
     * coefficients are positive nothing cancels. */
#ifdef NNTRAIN_DOUBLE
    static const nni_real above[] = {
        0.5,
        0.82643901167628244237,
        0.67723330520669396116,
        0.35547108497401329118,
        0.13110713751106681543,
        0.035341074639996771196,
        0.007041273528835195047,
        0.0010250715693504379794,
        0.00010474310614534725494,
        6.8301227250702238895e-6,
        2.1841939157224645817e-7,
    };
    static const nni_real below[] = {
        1,
        2.4507625841554303211,
        2.8098922385043354009,
        1.993492032760400027,
        0.97465321348953005227,
        0.34576707665724711578,
        0.091122169470986539354,
        0.017911312346517042275,
        0.0025865939582046200867,
        0.00026309952765603220112,
        0.000017120578741890866853,
        5.4749622264256447185e-7,
    };
#else
    static const nni_real above[] = {0.5f, 0.43867425738206206748f, 0.18347186143016863059f, 0.040700061477378580033f,
                                     0.0041225282030692149665f};
    static const nni_real below[] = {1,
                                     1.6752334168384365051f,
                                     1.2035824337408796611f,
                                     0.47008430523369784589f,
                                     0.10202606508008999256f,
                                     0.010333534103018608766f};
#endif
    enum { ABOVE = sizeof above / sizeof *above };
    nni_real p = above[ABOVE - 1], q = multiply_add(below[ABOVE], t, below[ABOVE - 1]);
#pragma GCC unroll 16
    for (int i = ABOVE - 2; i >= 0; i--) {
        p = multiply_add(p, t, above[i]);
        q = multiply_add(q, t, below[i]);
    }
    nni_real head = head_of(t), half = (nni_real)0.5;
    return (normal_tail){reduce_sum(-half * head * head, -half * (t - head) * (t + head)), p / q};
}
