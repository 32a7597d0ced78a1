/* Cross-entropies, found from the logits: they stay finite and exact where a probability rounds to 0 or 1. */
#include <math.h>

#include "model/losses/loss.h"

/* --- over softmax: -sum_j t_j log a_j with t_j = w_j ((1 - e) y_j + e / C) --- */

static inline double class_weight(const nni_loss_settings *loss, size_t class)
{
    return loss->class_weights && class < loss->class_weights_count ? loss->class_weights[class] : 1;
}

/* t_j without y_j's part, which most outputs have nothing of where the target is a class. */
static inline double floor_of(const nni_loss_row *row)
{
    return row->loss->label_smoothing / (double)row->outputs;
}

static inline double pull(const nni_loss_row *row, double floor, size_t j)
{
    const double y = (double)nni_loss_target(row, j);
    return class_weight(row->loss, j) * ((1 - row->loss->label_smoothing) * y + floor);
}

/* Whether t is 0 beside the class itself: then a row costs no pass over its outputs. */
static inline bool single(const nni_loss_row *row)
{
    return !row->values && row->loss->label_smoothing == 0;
}

static double mass_of(const nni_loss_row *row)
{
    if (single(row))
        return class_weight(row->loss, row->class);
    const double floor = floor_of(row);
    double sum = 0;
    for (size_t j = 0; j < row->outputs; j++)
        sum += pull(row, floor, j);
    return sum;
}

/* sum_j t_j (o_j - max): the distance keeps the digits that a sum of large logits would lose. */
static double target_logits(const nni_loss_row *row, const nni_real *logits)
{
    nni_real high = logits[0];
#pragma omp simd reduction(max : high)
    for (size_t j = 0; j < row->outputs; j++)
        high = logits[j] > high ? logits[j] : high;
    if (single(row))
        return class_weight(row->loss, row->class) * ((double)logits[row->class] - (double)high);
    const double floor = floor_of(row);
    double sum = 0;
    for (size_t j = 0; j < row->outputs; j++)
        sum += pull(row, floor, j) * ((double)logits[j] - (double)high);
    return sum;
}

/* Partial sums of every fourth term, joined as a tree: an order that no compiler's choice of vectors changes. */
enum { PARTIAL_SUMS = 4 };

static void add_terms(const nni_real *a, size_t count, double sums[PARTIAL_SUMS])
{
    const size_t whole = count - count % PARTIAL_SUMS;
    for (size_t j = 0; j < whole; j += PARTIAL_SUMS)
        for (size_t lane = 0; lane < PARTIAL_SUMS; lane++)
            sums[lane] += (double)a[j + lane];
    for (size_t j = whole; j < count; j++)
        sums[j - whole] += (double)a[j];
}

/* log sum_k exp(o_k - max) = log(1 + sum_{k != best} a_k / a_best): near 0 it is known to all digits of the a_k, where
 * the logarithm of a rounded sum would be off by one unit of 1. */
static double log_of_shares(const nni_real *a, size_t outputs)
{
    size_t best = 0;
    for (size_t j = 1; j < outputs; j++)
        if (a[j] > a[best])
            best = j;
    double others[PARTIAL_SUMS] = {0};
    add_terms(a, best, others);
    add_terms(a + best + 1, outputs - best - 1, others);
    return log1p(((others[0] + others[2]) + (others[1] + others[3])) / (double)a[best]);
}

static double cross_entropy(const nni_loss_row *row, const nni_real *a, double earlier)
{
    return mass_of(row) * log_of_shares(a, row->outputs) - earlier;
}

/* d/do_j = (sum_k t_k) a_j - t_j */
static void cross_entropy_slope(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    const nni_real mass = (nni_real)mass_of(row);
    if (single(row)) {
        for (size_t j = 0; j < row->outputs; j++)
            delta[j] = mass * a[j] * scale;
        delta[row->class] = (mass * a[row->class] - mass) * scale;
        return;
    }
    const double floor = floor_of(row);
    for (size_t j = 0; j < row->outputs; j++)
        delta[j] = (mass * a[j] - (nni_real)pull(row, floor, j)) * scale;
}

const nni_loss_rule nni_loss_cross_entropy = {
    .of_logits = target_logits,
    .of_outputs = cross_entropy,
    .slope = cross_entropy_slope,
    .joined = true,
};

/* --- over sigmoids: sum_j -w_j (y log a + (1 - y) log(1 - a)) with y (1 - e) + e / 2 for y --- */

static inline double softened(const nni_loss_row *row, size_t j)
{
    const double smoothing = row->loss->label_smoothing;
    return (1 - smoothing) * (double)nni_loss_target(row, j) + 0.5 * smoothing;
}

/* Factors of different weights cannot share a logarithm. */
static double weighted_binary_cross_entropy(const nni_loss_row *row, const nni_real *logits)
{
    double sum = 0;
    for (size_t j = 0; j < row->outputs; j++) {
        const double o = (double)logits[j];
        sum += nni_loss_weight(row, j) * ((o > 0 ? o : 0) - o * softened(row, j) + log1p(exp(-fabs(o))));
    }
    return sum;
}

/*
 * max(o, 0) - o y + log(1 + e^-|o|). Factors 1 + e^-|o| are at most 2, so 512 of them are multiplied before one
 * logarithm is taken of all: it would be two thirds of the time. A product rounds by at most 2^-53 a factor, far below
 * the digits of the logits.
 */
static double binary_cross_entropy(const nni_loss_row *row, const nni_real *logits)
{
    enum { FACTORS = 512 };
    if (row->loss->output_weights)
        return weighted_binary_cross_entropy(row, logits);
    double sum = 0;
    for (size_t first = 0; first < row->outputs; first += FACTORS) {
        const size_t end = row->outputs - first < FACTORS ? row->outputs : first + FACTORS;
        double excess = 0; /* product - 1: small ones keep their digits */
        for (size_t j = first; j < end; j++) {
            const double o = (double)logits[j], e = exp(-fabs(o));
            sum += (o > 0 ? o : 0) - o * softened(row, j);
            excess += e + excess * e;
        }
        sum += log1p(excess);
    }
    return sum;
}

static void binary_cross_entropy_slope(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    for (size_t j = 0; j < row->outputs; j++)
        delta[j] = (a[j] - (nni_real)softened(row, j)) * nni_loss_scale(row, scale, j);
}

const nni_loss_rule nni_loss_binary_cross_entropy = {
    .of_logits = binary_cross_entropy,
    .slope = binary_cross_entropy_slope,
    .joined = true,
};
