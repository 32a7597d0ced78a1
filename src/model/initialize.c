/* SPDX-License-Identifier: MIT */
/* Initial parameters, a function of seed, layer and position alone, and the table of initialisers. */
#include "model/initialize.h"

#include <math.h>

#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "support/philox.h"

/* The weights of a layer that are drawn. */
typedef struct weight_draw {
    const nni_layer *layer;
    nni_real *weight;      /* [outputs, inputs] */
    double numerator, fan; /* their variance is numerator / fan */
    double constant;
    uint64_t seed, stream;
} weight_draw;

static size_t count_of(const weight_draw *draw)
{
    return draw->layer->inputs * draw->layer->outputs;
}

static void draw_normal(const weight_draw *draw)
{
    const size_t count = count_of(draw);
    const double deviation = sqrt(draw->numerator / draw->fan);
    nni_real *values = draw->weight;
    for (size_t i = 0; i < count; i += 2) {
        double pair[2];
        nni_normal_pair(nni_random_block(draw->seed, NNI_RANDOM_WEIGHTS, draw->stream, i / 2), pair);
        values[i] = (nni_real)(deviation * pair[0]);
        if (i + 1 < count)
            values[i + 1] = (nni_real)(deviation * pair[1]);
    }
}

/* From -bound to bound, of which the variance is bound^2 / 3. */
static void draw_uniform(const weight_draw *draw)
{
    const size_t count = count_of(draw);
    const double bound = sqrt(3 * draw->numerator / draw->fan);
    nni_real *values = draw->weight;
    for (size_t i = 0; i < count; i += 2) {
        nni_philox_block block = nni_random_block(draw->seed, NNI_RANDOM_WEIGHTS, draw->stream, i / 2);
        values[i] = (nni_real)(bound * (2.0 * nni_uniform(block.word[0], block.word[1]) - 1.0));
        if (i + 1 < count)
            values[i + 1] = (nni_real)(bound * (2.0 * nni_uniform(block.word[2], block.word[3]) - 1.0));
    }
}

static void fill(nni_real *values, size_t count, double value)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)value;
}

static void draw_constant(const weight_draw *draw)
{
    fill(draw->weight, count_of(draw), draw->constant);
}

/* The rows of a matrix where they are fewer than its columns, else its columns. */
typedef struct vectors {
    nni_real *data;
    size_t count, length;
    size_t vector_stride, element_stride;
} vectors;

static double dot(const vectors *v, size_t a, size_t b)
{
    double sum = 0;
    for (size_t i = 0; i < v->length; i++)
        sum += (double)v->data[a * v->vector_stride + i * v->element_stride] *
               (double)v->data[b * v->vector_stride + i * v->element_stride];
    return sum;
}

static void subtract(const vectors *v, size_t from, size_t what, double factor)
{
    for (size_t i = 0; i < v->length; i++)
        v->data[from * v->vector_stride + i * v->element_stride] -=
            (nni_real)(factor * (double)v->data[what * v->vector_stride + i * v->element_stride]);
}

/* Makes random vectors orthonormal (Saxe et al., 2014) by Gram-Schmidt, twice: once leaves rounding (Kahan). */
static void make_orthonormal(const vectors *v)
{
    for (size_t a = 0; a < v->count; a++) {
        for (int pass = 0; pass < 2; pass++)
            for (size_t b = 0; b < a; b++)
                subtract(v, a, b, dot(v, a, b));
        const double length = sqrt(dot(v, a, a));
        for (size_t i = 0; i < v->length; i++)
            v->data[a * v->vector_stride + i * v->element_stride] /= (nni_real)length;
    }
}

static void draw_orthogonal(const weight_draw *draw)
{
    const nni_layer *layer = draw->layer;
    nni_real *weight = draw->weight;
    draw_normal(draw);
    if (layer->outputs <= layer->inputs)
        make_orthonormal(&(vectors){weight, layer->outputs, layer->inputs, layer->inputs, 1});
    else
        make_orthonormal(&(vectors){weight, layer->inputs, layer->outputs, 1, layer->inputs});
}

/* --- the table --- */

/* What the variance of weights is divided by: 1, the layer's inputs, or its inputs + outputs. */
typedef enum fan { FAN_ONE, FAN_INPUTS, FAN_BOTH } fan;

/* An initialiser: how weights are drawn, and their variance, numerator / fan. */
typedef struct initializer_entry {
    nni_kind kind;
    void (*draw)(const weight_draw *draw); /* NULL: as the initialiser of the layer's activation does */
    double numerator;
    fan fan;
} initializer_entry;

#define DRAWN(name_, help_, by, numerator_, fan_)                                                                      \
    {                                                                                                                  \
        .kind = {.name = (name_), .help = (help_)}, .draw = (by), .numerator = (numerator_), .fan = (fan_)             \
    }

static const initializer_entry initializers[] = {
    [NN_INITIALIZE_AUTO] =
        DRAWN("auto", "as suits the activation: he, glorot, or lecun_normal for selu", NULL, 0, FAN_ONE),
    [NN_INITIALIZE_HE] = DRAWN("he", "the same as he_normal", draw_normal, 2, FAN_INPUTS),
    [NN_INITIALIZE_HE_NORMAL] = DRAWN("he_normal", "normal, variance 2 / inputs", draw_normal, 2, FAN_INPUTS),
    [NN_INITIALIZE_HE_UNIFORM] = DRAWN("he_uniform", "uniform, variance 2 / inputs", draw_uniform, 2, FAN_INPUTS),
    [NN_INITIALIZE_GLOROT] = DRAWN("glorot", "the same as glorot_uniform", draw_uniform, 2, FAN_BOTH),
    [NN_INITIALIZE_GLOROT_NORMAL] =
        DRAWN("glorot_normal", "normal, variance 2 / (inputs + outputs)", draw_normal, 2, FAN_BOTH),
    [NN_INITIALIZE_GLOROT_UNIFORM] =
        DRAWN("glorot_uniform", "uniform, variance 2 / (inputs + outputs)", draw_uniform, 2, FAN_BOTH),
    [NN_INITIALIZE_LECUN_NORMAL] = DRAWN("lecun_normal", "normal, variance 1 / inputs", draw_normal, 1, FAN_INPUTS),
    [NN_INITIALIZE_LECUN_UNIFORM] = DRAWN("lecun_uniform", "uniform, variance 1 / inputs", draw_uniform, 1, FAN_INPUTS),
    [NN_INITIALIZE_ORTHOGONAL] =
        DRAWN("orthogonal", "orthonormal rows or columns, whichever are fewer", draw_orthogonal, 1, FAN_ONE),
    [NN_INITIALIZE_ZEROS] = DRAWN("zeros", "all 0, for networks of one layer", draw_constant, 0, FAN_ONE),
    [NN_INITIALIZE_CONSTANT] = {.kind = {.name = "constant",
                                         .help = "all the same",
                                         .settings = NNI_KIND_SETTINGS({"constant", "0"})},
                                .draw = draw_constant},
};

const nni_domain nni_initializer_domain = NNI_DOMAIN("initializer", initializers);

const char *nn_initializer_name(nn_initializer initializer)
{
    return nni_domain_name(&nni_initializer_domain, initializer);
}

static void draw_weights(const nni_layer *layer, nni_real *weight, const nni_network_settings *recipe, uint64_t seed,
                         uint64_t stream)
{
    const initializer_entry *by = &initializers[recipe->initializer];
    if (!by->draw)
        by = &initializers[nni_activation_of(layer->activation)->initializer];
    const double inputs = (double)layer->inputs, both = (double)layer->inputs + (double)layer->outputs;
    by->draw(&(weight_draw){
        .layer = layer,
        .weight = weight,
        .numerator = by->numerator,
        .fan = by->fan == FAN_BOTH     ? both
               : by->fan == FAN_INPUTS ? inputs
                                       : 1,
        .constant = nni_kind_has(&by->kind, "constant", NULL) ? recipe->constant : 0,
        .seed = seed,
        .stream = stream,
    });
}

void nni_network_initialize(nn_network *network, const nni_network_settings *recipe, uint64_t seed)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        draw_weights(layer, network->parameters + layer->weight, recipe, seed, l);
        if (nni_layer_has_bias(layer))
            fill(network->parameters + layer->bias, layer->outputs, 0);
        if (nni_norm_is_on(layer->norm)) {
            fill(network->parameters + layer->gamma, layer->outputs, 1);
            fill(network->parameters + layer->beta, layer->outputs, 0);
        }
    }
    nni_network_initialize_statistics(network);
}

void nni_network_initialize_statistics(nn_network *network)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        if (!nni_layer_has_statistics(layer))
            continue;
        fill(network->statistics + layer->running_mean, layer->outputs, 0);
        fill(network->statistics + layer->running_variance, layer->outputs, 1);
    }
}
