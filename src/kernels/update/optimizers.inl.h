/* SPDX-License-Identifier: MIT */
/**
 * The optimizers: loops over arrays, and the table; not a header of declarations.
 *
 * Each instruction set compiles this file by its own flags, without contraction and without errno: the compiler makes
 * vectors of the loops, in which product, quotient and square root are those of IEEE 754, as in the tail, and the same
 * for every instruction set. Good for float and double alike. To add an optimizer, see README.md.
 *
 * In the formulas g is the gradient, regularized, and c the coefficients of the step.
 */
#include <math.h>

#include "kernels/update/optimizers.h"

static inline nni_real square_root(nni_real x)
{
#ifdef NNTRAIN_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

/* The gradient g of a parameter w: clipped, scaled, with those of the L1 and L2 penalties added. NaN stays NaN. */
static inline nni_real regularized(const nni_update_coefficients *c, nni_real w, nni_real g)
{
    g = g > c->clip ? c->clip : g;
    g = g < -c->clip ? -c->clip : g;
    nni_real sign = (nni_real)(w > 0 ? 1 : 0) - (nni_real)(w < 0 ? 1 : 0);
    return g * c->scale + c->l2 * w + c->l1 * sign;
}

/* w -= rate g */
static inline void plain(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        at.parameters[i] -= c.rate * regularized(&c, at.parameters[i], at.gradients[i]);
}

/* v = momentum v + g; w -= rate v */
static inline void momentum(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i];
        nni_real v = c.momentum * at.first[i] + regularized(&c, w, at.gradients[i]);
        at.first[i] = v;
        at.parameters[i] = w - c.rate * v;
    }
}

/* v = momentum v + g; w -= rate (g + momentum v) */
static inline void nesterov(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = regularized(&c, w, at.gradients[i]);
        nni_real v = c.momentum * at.first[i] + g;
        at.first[i] = v;
        at.parameters[i] = w - c.rate * (g + c.momentum * v);
    }
}

/* s += g^2; w -= rate g / (sqrt(s) + epsilon) */
static inline void adagrad(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = regularized(&c, w, at.gradients[i]);
        nni_real s = at.first[i] + g * g;
        at.first[i] = s;
        at.parameters[i] = w - c.rate * (g / (square_root(s) + c.epsilon));
    }
}

/* s = rho s + (1 - rho) g^2; w -= rate g / (sqrt(s) + epsilon) */
static inline void rmsprop(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = regularized(&c, w, at.gradients[i]);
        nni_real s = c.keep_second * at.first[i] + c.take_second * (g * g);
        at.first[i] = s;
        at.parameters[i] = w - c.rate * (g / (square_root(s) + c.epsilon));
    }
}

/* s as above; v = momentum v + g / (sqrt(s) + epsilon); w -= rate v */
static inline void rmsprop_momentum(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = regularized(&c, w, at.gradients[i]);
        nni_real s = c.keep_second * at.first[i] + c.take_second * (g * g);
        nni_real v = c.momentum * at.second[i] + g / (square_root(s) + c.epsilon);
        at.first[i] = s;
        at.second[i] = v;
        at.parameters[i] = w - c.rate * v;
    }
}

/* m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) g^2; w -= rate m / (root sqrt(s) + epsilon) + decay w */
static inline void adam(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = regularized(&c, w, at.gradients[i]);
        nni_real m = c.keep_first * at.first[i] + c.take_first * g;
        nni_real s = c.keep_second * at.second[i] + c.take_second * (g * g);
        at.first[i] = m;
        at.second[i] = s;
        at.parameters[i] = w - (c.rate * (m / (c.root * square_root(s) + c.epsilon)) + c.decay * w);
    }
}

/* v = momentum v + rate (g + decay w); w -= v */
static inline void lars(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i];
        nni_real v = c.momentum * at.first[i] + c.rate * (regularized(&c, w, at.gradients[i]) + c.decay * w);
        at.first[i] = v;
        at.parameters[i] = w - v;
    }
}

/* m and s of adam; the direction correction m / (root sqrt(s) + epsilon) + decay w takes the gradient's place. */
static inline void lamb(const nni_update_coefficients *coefficients, nni_update_arrays at, size_t count)
{
    const nni_update_coefficients c = *coefficients;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        nni_real w = at.parameters[i], g = regularized(&c, w, at.gradients[i]);
        nni_real m = c.keep_first * at.first[i] + c.take_first * g;
        nni_real s = c.keep_second * at.second[i] + c.take_second * (g * g);
        at.first[i] = m;
        at.second[i] = s;
        at.gradients[i] = c.correction * m / (c.root * square_root(s) + c.epsilon) + c.decay * w;
    }
}

/* --- the table --- */

#ifdef NNI_OPTIMIZERS_WITHOUT_LOOPS
#define LOOP(name) NULL
#else
#define LOOP(name) name
#endif

/* Adam's numbers are its paper's (Kingma and Ba, 2015), trust is that of LARS (You et al., 2017); epsilon of the
 * others and rho are what PyTorch and the authors' programs take, so that results compare. adamw is what a recipe gets
 * that names no optimizer: its rate, and its decay by the rows of the data (see train/run/auto_settings.c), were found
 * by trying them on many data sets. */
static const nni_optimizer_entry optimizers[] = {
    [NN_SGD] = {.kind = {.name = "sgd",
                         .help = "gradient descent, with momentum or Nesterov's where asked for",
                         .settings =
                             NNI_KIND_SETTINGS({"learning_rate", "0.1"}, {"momentum", "0"}, {"nesterov", "false"})},
                .forms = {[NNI_FORM_PLAIN] = {.run = LOOP(plain)},
                          [NNI_FORM_MOMENTUM] = {.run = LOOP(momentum), .states = {"velocity"}},
                          [NNI_FORM_NESTEROV] = {.run = LOOP(nesterov), .states = {"velocity"}}}},
    [NN_ADAGRAD] = {.kind = {.name = "adagrad",
                             .help = "rates fall with the sum of squared gradients (Duchi et al., 2011)",
                             .settings = NNI_KIND_SETTINGS({"learning_rate", "0.01"}, {"epsilon", "1e-10"})},
                    .forms = {{.run = LOOP(adagrad), .states = {"square"}}}},
    [NN_RMSPROP] = {.kind = {.name = "rmsprop",
                             .help = "gradients over the root of their mean square (Tieleman and Hinton, 2012)",
                             .settings = NNI_KIND_SETTINGS({"learning_rate", "0.001"}, {"momentum", "0"},
                                                           {"rho", "0.99"}, {"epsilon", "1e-8"})},
                    .forms = {[NNI_FORM_PLAIN] = {.run = LOOP(rmsprop), .states = {"square"}},
                              [NNI_FORM_MOMENTUM] = {.run = LOOP(rmsprop_momentum), .states = {"square", "velocity"}}},
                    .rho = true},
    [NN_ADAM] = {.kind = {.name = "adam",
                          .help = "mean gradient over the root of the mean square (Kingma and Ba, 2015)",
                          .settings = NNI_KIND_SETTINGS({"learning_rate", "0.001"}, {"beta1", "0.9"},
                                                        {"beta2", "0.999"}, {"epsilon", "1e-8"})},
                 .forms = {{.run = LOOP(adam), .states = {"mean", "square"}}},
                 .corrected_rate = true},
    [NN_ADAMW] = {.kind = {.name = "adamw",
                           .help = "adam with decoupled weight decay (Loshchilov and Hutter, 2019)",
                           .settings =
                               NNI_KIND_SETTINGS({"learning_rate", "0.005"}, {"beta1", "0.9"}, {"beta2", "0.999"},
                                                 {"epsilon", "1e-8"}, {"weight_decay", NULL})},
                  .forms = {{.run = LOOP(adam), .states = {"mean", "square"}}},
                  .corrected_rate = true,
                  .decay = NNI_DECAY_BY_RATE},
    [NN_LARS] = {.kind = {.name = "lars",
                          .help = "sgd with a rate for each layer, for large batches (You et al., 2017)",
                          .settings = NNI_KIND_SETTINGS({"learning_rate", "0.1"}, {"momentum", "0"},
                                                        {"weight_decay", "0"}, {"trust", "0.001"})},
                 .forms = {{.run = LOOP(lars),
                            .states = {"velocity"}}}, /* with momentum 0 too: the loop has no form without */
                 .decay = NNI_DECAY_IN_UPDATE,
                 .layerwise = NNI_LAYERWISE_GRADIENT},
    [NN_LAMB] = {.kind = {.name = "lamb",
                          .help = "adam with a rate for each layer, for large batches (You et al., 2020)",
                          .settings =
                              NNI_KIND_SETTINGS({"learning_rate", "0.001"}, {"beta1", "0.9"}, {"beta2", "0.999"},
                                                {"epsilon", "1e-6"}, {"weight_decay", "0"})},
                 .forms = {{.run = LOOP(lamb), .states = {"mean", "square"}}},
                 .decay = NNI_DECAY_IN_UPDATE,
                 .layerwise = NNI_LAYERWISE_DIRECTION},
};
