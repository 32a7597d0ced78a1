/* SPDX-License-Identifier: MIT */
/* The losses, row by row, and their table. */
#include <math.h>

#include "kernels/elementwise/elementwise_kernels.h"
#include "model/losses/loss.h"

/* The target of one output. */
static inline nni_real target_of(const nni_loss_row *row, size_t output)
{
    return row->values ? row->values[output] : (nni_real)(row->class == output);
}

/* The weight of one output. */
static inline double weight_of(const nni_loss_row *row, size_t output)
{
    return row->loss->output_weights ? row->loss->output_weights[output] : 1;
}

/* scale times the weight of one output. */
static inline nni_real scale_of(const nni_loss_row *row, nni_real scale, size_t output)
{
    return row->loss->output_weights ? (nni_real)(row->loss->output_weights[output] * (double)scale) : scale;
}

/* h = a - y */
static inline double distance(const nni_loss_row *row, const nni_real *a, size_t j)
{
    return (double)a[j] - (double)target_of(row, j);
}

/* --- mse: h^2 / 2 --- */

static double mse(const nni_loss_row *row, const nni_real *a, double of_logits)
{
    double sum = 0;
    (void)of_logits;
    for (size_t j = 0; j < row->outputs; j++) {
        const double h = distance(row, a, j);
        sum += weight_of(row, j) * (h * h);
    }
    return 0.5 * sum;
}

static void mse_gradient(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    for (size_t j = 0; j < row->outputs; j++)
        delta[j] = (a[j] - target_of(row, j)) * scale_of(row, scale, j);
}

/* --- mae: |h| --- */

static double mae(const nni_loss_row *row, const nni_real *a, double of_logits)
{
    double sum = 0;
    (void)of_logits;
    for (size_t j = 0; j < row->outputs; j++)
        sum += weight_of(row, j) * fabs(distance(row, a, j));
    return sum;
}

/* A subgradient: 0 at the kink. NaN stays NaN. */
static void mae_gradient(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    for (size_t j = 0; j < row->outputs; j++) {
        const nni_real h = a[j] - target_of(row, j);
        const nni_real gradient = scale_of(row, scale, j);
        delta[j] = h > 0 ? gradient : h < 0 ? -gradient : h * gradient;
    }
}

/* --- huber: h^2 / 2 within delta, the tangent beyond (Huber, 1964) --- */

static double huber(const nni_loss_row *row, const nni_real *a, double of_logits)
{
    const double border = row->loss->delta;
    double sum = 0;
    (void)of_logits;
    for (size_t j = 0; j < row->outputs; j++) {
        const double size = fabs(distance(row, a, j));
        sum += weight_of(row, j) * (size > border ? border * (size - 0.5 * border) : 0.5 * size * size);
    }
    return sum;
}

static void huber_gradient(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    const nni_real border = (nni_real)row->loss->delta;
    for (size_t j = 0; j < row->outputs; j++) {
        const nni_real h = a[j] - target_of(row, j);
        delta[j] = (h > border ? border : h < -border ? -border : h) * scale_of(row, scale, j);
    }
}

/* Cross-entropies are found from the logits: they stay finite and exact where a probability rounds to 0 or 1. */

/* --- cross_entropy, over softmax: -sum_j t_j log a_j with t_j = w_j ((1 - e) y_j + e / C) --- */

static inline double class_weight(const nni_loss_settings *loss, size_t class)
{
    return loss->class_weights && class < loss->class_weights_count ? loss->class_weights[class] : 1;
}

/* e / C: the part of t_j / w_j that label smoothing gives to every output. */
static inline double smoothing_of(const nni_loss_row *row)
{
    return row->loss->label_smoothing / (double)row->outputs;
}

static inline double soft_target(const nni_loss_row *row, double share, size_t j)
{
    const double y = (double)target_of(row, j);
    return class_weight(row->loss, j) * ((1 - row->loss->label_smoothing) * y + share);
}

/* Whether t_j is 0 for all outputs but the class: a row then needs no pass over its outputs. */
static inline bool is_one_hot(const nni_loss_row *row)
{
    return !row->values && row->loss->label_smoothing == 0;
}

/* sum_j t_j */
static double sum_of_targets(const nni_loss_row *row)
{
    if (is_one_hot(row))
        return class_weight(row->loss, row->class);
    const double share = smoothing_of(row);
    double sum = 0;
    for (size_t j = 0; j < row->outputs; j++)
        sum += soft_target(row, share, j);
    return sum;
}

/* Outputs so few that a call costs more than its vectors save. */
enum { FEW = 16 };

static inline nni_real largest_of_few(const nni_real *values, size_t count)
{
    nni_real high = values[0];
    for (size_t j = 1; j < count; j++)
        high = values[j] > high ? values[j] : high;
    return high;
}

/* By a mask and not a jump: which class is the likeliest is what no processor foresees. */
static inline size_t first_largest_of_few(const nni_real *values, size_t count)
{
    const nni_real high = largest_of_few(values, count);
    size_t best = 0;
    for (size_t j = count; j-- > 0;) {
        const size_t there = -(size_t)(values[j] >= high);
        best = (j & there) | (best & ~there);
    }
    return best;
}

/* sum_j t_j (o_j - max): the distance keeps the digits that a sum of large logits would lose. */
static double cross_entropy_of_logits(const nni_loss_row *row, const nni_real *logits)
{
    const nni_real high = row->outputs <= FEW ? largest_of_few(logits, row->outputs)
                                              : nni_elementwise_kernels_in_use()->largest(logits, row->outputs);
    if (is_one_hot(row))
        return class_weight(row->loss, row->class) * ((double)logits[row->class] - (double)high);
    const double share = smoothing_of(row);
    double sum = 0;
    for (size_t j = 0; j < row->outputs; j++)
        sum += soft_target(row, share, j) * ((double)logits[j] - (double)high);
    return sum;
}

/* Partial sums of every fourth term before `best`, then of every fourth one behind it, joined as a tree: an order that
 * no compiler's choice of vectors changes. */
static inline double joined(const double sums[4])
{
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

static inline double ratio_of_few(const nni_real *a, size_t outputs)
{
    const size_t best = first_largest_of_few(a, outputs);
    double sums[4] = {0};
    for (size_t j = 0; j < outputs; j++)
        sums[(j - ((best + 1) & -(size_t)(j > best))) % 4] += j == best ? 0 : (double)a[j];
    return joined(sums) / (double)a[best];
}

static inline bool has_as_large(const nni_real a[FEW], nni_real high)
{
    int found = 0;
#pragma omp simd reduction(| : found)
    for (size_t j = 0; j < FEW; j++)
        found |= a[j] >= high;
    return found;
}

static double ratio_of_many(const nni_real *a, size_t outputs)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    const nni_real high = kernels->largest(a, outputs);
    size_t best = 0;
    while (best + FEW < outputs && !has_as_large(a + best, high))
        best += FEW;
    while (best + 1 < outputs && a[best] < high)
        best++;
    double sums[4] = {0};
    kernels->add_every_fourth(a, best, sums);
    kernels->add_every_fourth(a + best + 1, outputs - best - 1, sums);
    return joined(sums) / (double)a[best];
}

/* log sum_k exp(o_k - max) = log(1 + sum_{k != best} a_k / a_best): near 0 it is known to all digits of the a_k, where
 * the logarithm of a rounded sum would be off by one unit of 1. */
static double log_sum_exp(const nni_real *a, size_t outputs)
{
    return log1p(outputs <= FEW ? ratio_of_few(a, outputs) : ratio_of_many(a, outputs));
}

static double cross_entropy(const nni_loss_row *row, const nni_real *a, double of_logits)
{
    return sum_of_targets(row) * log_sum_exp(a, row->outputs) - of_logits;
}

/* d/do_j = (sum_k t_k) a_j - t_j */
static void cross_entropy_gradient(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    const nni_real sum = (nni_real)sum_of_targets(row);
    if (is_one_hot(row)) {
        for (size_t j = 0; j < row->outputs; j++)
            delta[j] = sum * a[j] * scale;
        delta[row->class] = (sum * a[row->class] - sum) * scale;
        return;
    }
    const double share = smoothing_of(row);
    for (size_t j = 0; j < row->outputs; j++)
        delta[j] = (sum * a[j] - (nni_real)soft_target(row, share, j)) * scale;
}

/* --- binary_cross_entropy, over sigmoids: sum_j -w_j (y log a + (1 - y) log(1 - a)) with y (1 - e) + e / 2 for y ---
 */

static inline double smoothed_target(const nni_loss_row *row, size_t j)
{
    const double smoothing = row->loss->label_smoothing;
    return (1 - smoothing) * (double)target_of(row, j) + 0.5 * smoothing;
}

/* Factors of different weights cannot share a logarithm. */
static double weighted_binary_cross_entropy(const nni_loss_row *row, const nni_real *logits)
{
    double sum = 0;
    for (size_t j = 0; j < row->outputs; j++) {
        const double o = (double)logits[j];
        sum += weight_of(row, j) * ((o > 0 ? o : 0) - o * smoothed_target(row, j) + log1p(exp(-fabs(o))));
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
            sum += (o > 0 ? o : 0) - o * smoothed_target(row, j);
            excess += e + excess * e;
        }
        sum += log1p(excess);
    }
    return sum;
}

static void binary_cross_entropy_gradient(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    for (size_t j = 0; j < row->outputs; j++)
        delta[j] = (a[j] - (nni_real)smoothed_target(row, j)) * scale_of(row, scale, j);
}

/* --- iou: soft Jaccard distance of a row, 1 - (I + 1) / (U + 1), I = sum_j a y, U = sum_j (a + y - a y) (Rahman and
 * Wang, 2016). For a and y of 0 and 1, I and U count intersection and union; the ones keep a row without any positive
 * defined. --- */

typedef struct overlap {
    double intersection, united; /* with the ones */
} overlap;

static overlap measure(const nni_loss_row *row, const nni_real *a)
{
    overlap sum = {1, 1};
    for (size_t j = 0; j < row->outputs; j++) {
        const double y = (double)target_of(row, j), both = (double)a[j] * y;
        sum.intersection += both;
        sum.united += (double)a[j] + y - both;
    }
    return sum;
}

static double iou(const nni_loss_row *row, const nni_real *a, double of_logits)
{
    const overlap sum = measure(row, a);
    (void)of_logits;
    return 1 - sum.intersection / sum.united;
}

/* d(1 - I/U)/da = (I (1 - y) - U y) / U^2 */
static void iou_gradient(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    const overlap sum = measure(row, a);
    const double factor = (double)scale / (sum.united * sum.united);
    for (size_t j = 0; j < row->outputs; j++) {
        const double y = (double)target_of(row, j);
        delta[j] = (nni_real)(factor * (sum.intersection * (1 - y) - sum.united * y));
    }
}

/* --- the table --- */

static const nni_loss_entry losses[] = {
    [NN_MSE] = {.kind = {.name = "mse",
                         .help = "half the squared error, for values: 1/2 sum (a - y)^2",
                         .settings = NNI_KIND_SETTINGS({"output_weights", NULL})},
                .of_outputs = mse,
                .gradient = mse_gradient},
    [NN_MAE] = {.kind = {.name = "mae",
                         .help = "absolute error, for values: sum |a - y|",
                         .settings = NNI_KIND_SETTINGS({"output_weights", NULL})},
                .of_outputs = mae,
                .gradient = mae_gradient},
    [NN_HUBER] = {.kind = {.name = "huber",
                           .help = "squared error up to delta and absolute error beyond, for values with outliers",
                           .settings = NNI_KIND_SETTINGS({"delta", "1"}, {"output_weights", NULL})},
                  .of_outputs = huber,
                  .gradient = huber_gradient},
    [NN_CROSS_ENTROPY] = {.kind = {.name = "cross_entropy",
                                   .help = "for classes, one of them for each row, under softmax",
                                   .settings = NNI_KIND_SETTINGS({"label_smoothing", "0"}, {"class_weights", NULL})},
                          .of_logits = cross_entropy_of_logits,
                          .of_outputs = cross_entropy,
                          .gradient = cross_entropy_gradient,
                          .from_logits = true,
                          .targets = NNI_DISTRIBUTION,
                          .outputs = 1U << NNI_DISTRIBUTION,
                          .needs = "probabilities"},
    [NN_BINARY_CROSS_ENTROPY] = {.kind = {.name = "binary_cross_entropy",
                                          .help = "for outputs that are each a yes or a no, under sigmoid",
                                          .settings =
                                              NNI_KIND_SETTINGS({"label_smoothing", "0"}, {"output_weights", NULL})},
                                 .of_logits = binary_cross_entropy,
                                 .gradient = binary_cross_entropy_gradient,
                                 .from_logits = true,
                                 .targets = NNI_PROBABILITIES,
                                 .outputs = 1U << NNI_PROBABILITIES,
                                 .needs = "a probability for each output"},
    [NN_IOU] = {.kind = {.name = "iou", .help = "1 - intersection over union, for masks"},
                .of_outputs = iou,
                .gradient = iou_gradient,
                .targets = NNI_PROBABILITIES,
                .outputs = 1U << NNI_PROBABILITIES | 1U << NNI_DISTRIBUTION,
                .needs = "outputs from 0 to 1"},
};

const nni_domain nni_loss_domain = NNI_DOMAIN("loss", losses);

const nni_loss_entry *nni_loss_of(nn_loss_kind loss)
{
    return &losses[loss];
}

const char *nn_loss_name(nn_loss_kind loss)
{
    return nni_domain_name(&nni_loss_domain, loss);
}

nn_loss_kind nni_loss_usual(nni_output_kind outputs)
{
    for (size_t i = 0; i < nni_loss_domain.count; i++)
        if (losses[i].outputs == 1U << outputs)
            return (nn_loss_kind)i;
    return NN_MSE;
}
