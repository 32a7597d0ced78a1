/**
 * The loops that the descent files share, compiled by each file's flags; not a header of declarations.
 *
 * Vectorised by the compiler without contraction and without errno: product, quotient and square root are those of IEEE
 * 754 in a vector as in the tail, and the same for every instruction set. Good for float and double alike.
 */
#include <math.h>

#include "kernels/update/update_kernels.h"

static inline nni_real square_root(nni_real x)
{
#ifdef NNTRAIN_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

/* The gradient with all that is done to it first; NaN stays. */
static inline nni_real slope(const nni_update_coefficients *t, nni_real w, nni_real g)
{
    g = g > t->clip ? t->clip : g;
    g = g < -t->clip ? -t->clip : g;
    nni_real sign = (nni_real)(w > 0 ? 1 : 0) - (nni_real)(w < 0 ? 1 : 0);
    return g * t->scale + t->l2 * w + t->l1 * sign;
}

/* w -= rate g */
static void plain(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        at.parameters[i] -= t.rate * slope(&t, at.parameters[i], at.gradients[i]);
}

/* v = momentum v + g; w -= rate v */
static void momentum(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i];
        nni_real v = t.momentum * at.first[i] + slope(&t, w, at.gradients[i]);
        at.first[i] = v;
        at.parameters[i] = w - t.rate * v;
    }
}

/* v = momentum v + g; w -= rate (g + momentum v) */
static void nesterov(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = slope(&t, w, at.gradients[i]);
        nni_real v = t.momentum * at.first[i] + g;
        at.first[i] = v;
        at.parameters[i] = w - t.rate * (g + t.momentum * v);
    }
}

/* s += g^2; w -= rate g / (sqrt(s) + epsilon) */
static void adagrad(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = slope(&t, w, at.gradients[i]);
        nni_real s = at.first[i] + g * g;
        at.first[i] = s;
        at.parameters[i] = w - t.rate * (g / (square_root(s) + t.epsilon));
    }
}

/* s = rho s + (1 - rho) g^2; w -= rate g / (sqrt(s) + epsilon) */
static void rmsprop(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = slope(&t, w, at.gradients[i]);
        nni_real s = t.keep_second * at.first[i] + t.take_second * (g * g);
        at.first[i] = s;
        at.parameters[i] = w - t.rate * (g / (square_root(s) + t.epsilon));
    }
}

/* s as above; v = momentum v + g / (sqrt(s) + epsilon); w -= rate v */
static void rmsprop_momentum(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = slope(&t, w, at.gradients[i]);
        nni_real s = t.keep_second * at.first[i] + t.take_second * (g * g);
        nni_real v = t.momentum * at.second[i] + g / (square_root(s) + t.epsilon);
        at.first[i] = s;
        at.second[i] = v;
        at.parameters[i] = w - t.rate * v;
    }
}

/* m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) g^2; w -= rate m / (root sqrt(s) + epsilon) + decay w */
static void adam(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = slope(&t, w, at.gradients[i]);
        nni_real m = t.keep_first * at.first[i] + t.take_first * g;
        nni_real s = t.keep_second * at.second[i] + t.take_second * (g * g);
        at.first[i] = m;
        at.second[i] = s;
        at.parameters[i] = w - (t.rate * (m / (t.root * square_root(s) + t.epsilon)) + t.decay * w);
    }
}

/* v = momentum v + rate (g + decay w); w -= v */
static void lars(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i];
        nni_real v = t.momentum * at.first[i] + t.rate * (slope(&t, w, at.gradients[i]) + t.decay * w);
        at.first[i] = v;
        at.parameters[i] = w - v;
    }
}

/* m and s of adam; the direction correction m / (root sqrt(s) + epsilon) + decay w takes the gradient's place. */
static void lamb(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = slope(&t, w, at.gradients[i]);
        nni_real m = t.keep_first * at.first[i] + t.take_first * g;
        nni_real s = t.keep_second * at.second[i] + t.take_second * (g * g);
        at.first[i] = m;
        at.second[i] = s;
        at.gradients[i] = t.correction * m / (t.root * square_root(s) + t.epsilon) + t.decay * w;
    }
}

static void follow(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_real rate = terms->rate;
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        at.parameters[i] -= rate * at.gradients[i];
}

/* Sixteen sums of every sixteenth square, in an order that no instruction set changes. */
enum { LANES = 16 };

static double sum_of_lanes(double part[LANES])
{
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t lane = 0; lane < half; lane++)
            part[lane] += part[lane + half];
    return part[0];
}

static double squares(const nni_real *values, size_t count)
{
    double part[LANES] = {0};
    const size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES)
#pragma omp simd
        for (size_t lane = 0; lane < LANES; lane++)
            part[lane] += (double)values[i + lane] * (double)values[i + lane];
    for (size_t i = whole; i < count; i++)
        part[i - whole] += (double)values[i] * (double)values[i];
    return sum_of_lanes(part);
}

static double slope_squares(const nni_update_coefficients *terms, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients t = *terms;
    double part[LANES] = {0};
    const size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES)
#pragma omp simd
        for (size_t lane = 0; lane < LANES; lane++) {
            double g = (double)slope(&t, at.parameters[i + lane], at.gradients[i + lane]);
            part[lane] += g * g;
        }
    for (size_t i = whole; i < count; i++) {
        double g = (double)slope(&t, at.parameters[i], at.gradients[i]);
        part[i - whole] += g * g;
    }
    return sum_of_lanes(part);
}

#define NNI_UPDATE_TABLE                                                                                               \
    {                                                                                                                  \
        .step =                                                                                                        \
            {                                                                                                          \
                [NNI_UPDATE_PLAIN] = plain,       [NNI_UPDATE_MOMENTUM] = momentum,                                    \
                [NNI_UPDATE_NESTEROV] = nesterov, [NNI_UPDATE_ADAGRAD] = adagrad,                                      \
                [NNI_UPDATE_RMSPROP] = rmsprop,   [NNI_UPDATE_RMSPROP_MOMENTUM] = rmsprop_momentum,                    \
                [NNI_UPDATE_ADAM] = adam,         [NNI_UPDATE_LARS] = lars,                                            \
                [NNI_UPDATE_LAMB] = lamb,         [NNI_UPDATE_FOLLOW] = follow,                                        \
            },                                                                                                         \
        .squares = squares, .slope_squares = slope_squares,                                                            \
    }
