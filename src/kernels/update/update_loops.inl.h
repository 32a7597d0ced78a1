/* SPDX-License-Identifier: MIT */
/**
 * The loops of updates of one instruction set, and their table; not a header of declarations. Each instruction set
 * compiles this file by its own flags; see optimizers.inl.h.
 */
#include "kernels/update/optimizers.inl.h"
#include "kernels/update/update_kernels.h"

/* w -= rate u of a direction u in the place of the gradient */
static void apply(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_real rate = coefficients->rate;
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

static double regularized_squares(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
    double part[LANES] = {0};
    const size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES)
#pragma omp simd
        for (size_t lane = 0; lane < LANES; lane++) {
            double g = (double)regularized(&c, at.parameters[i + lane], at.gradients[i + lane]);
            part[lane] += g * g;
        }
    for (size_t i = whole; i < count; i++) {
        double g = (double)regularized(&c, at.parameters[i], at.gradients[i]);
        part[i - whole] += g * g;
    }
    return sum_of_lanes(part);
}

#define NNI_UPDATE_TABLE                                                                                               \
    {                                                                                                                  \
        .optimizers = optimizers, .apply = apply, .squares = squares, .regularized_squares = regularized_squares,      \
    }
