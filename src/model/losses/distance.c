/* Losses of the distance h = a - y between outputs and targets, summed with the weights of the outputs. */
#include <math.h>

#include "model/losses/loss.h"

static inline double distance(const nni_loss_row *row, const nni_real *a, size_t j)
{
    return (double)a[j] - (double)nni_loss_target(row, j);
}

/* --- mse: h^2 / 2 --- */

static double half_squares(const nni_loss_row *row, const nni_real *a, double earlier)
{
    double sum = 0;
    (void)earlier;
    for (size_t j = 0; j < row->outputs; j++) {
        const double h = distance(row, a, j);
        sum += nni_loss_weight(row, j) * (h * h);
    }
    return 0.5 * sum;
}

static void difference(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    for (size_t j = 0; j < row->outputs; j++)
        delta[j] = (a[j] - nni_loss_target(row, j)) * nni_loss_scale(row, scale, j);
}

const nni_loss_rule nni_loss_mse = {.of_outputs = half_squares, .slope = difference};

/* --- mae: |h| --- */

static double sizes(const nni_loss_row *row, const nni_real *a, double earlier)
{
    double sum = 0;
    (void)earlier;
    for (size_t j = 0; j < row->outputs; j++)
        sum += nni_loss_weight(row, j) * fabs(distance(row, a, j));
    return sum;
}

/* A subgradient: 0 at the kink. NaN stays NaN. */
static void signs(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    for (size_t j = 0; j < row->outputs; j++) {
        const nni_real h = a[j] - nni_loss_target(row, j);
        const nni_real slope = nni_loss_scale(row, scale, j);
        delta[j] = h > 0 ? slope : h < 0 ? -slope : h * slope;
    }
}

const nni_loss_rule nni_loss_mae = {.of_outputs = sizes, .slope = signs};

/* --- huber: h^2 / 2 within delta, the tangent beyond (Huber, 1964) --- */

static double square_then_line(const nni_loss_row *row, const nni_real *a, double earlier)
{
    const double border = row->loss->delta;
    double sum = 0;
    (void)earlier;
    for (size_t j = 0; j < row->outputs; j++) {
        const double size = fabs(distance(row, a, j));
        sum += nni_loss_weight(row, j) * (size > border ? border * (size - 0.5 * border) : 0.5 * size * size);
    }
    return sum;
}

static void clipped_difference(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    const nni_real border = (nni_real)row->loss->delta;
    for (size_t j = 0; j < row->outputs; j++) {
        const nni_real h = a[j] - nni_loss_target(row, j);
        delta[j] = (h > border ? border : h < -border ? -border : h) * nni_loss_scale(row, scale, j);
    }
}

const nni_loss_rule nni_loss_huber = {.of_outputs = square_then_line, .slope = clipped_difference};
