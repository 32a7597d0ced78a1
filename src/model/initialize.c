/* Initial parameters: a function of seed, layer and position alone. */
#include <math.h>

#include "model/network.h"
#include "support/philox.h"

static void draw_normal(nni_real *values, size_t count, double deviation, uint64_t seed, uint64_t stream)
{
    for (size_t i = 0; i < count; i += 2) {
        double pair[2];
        nni_normal_pair(nni_random_block(seed, NNI_RANDOM_WEIGHTS, stream, i / 2), pair);
        values[i] = (nni_real)(deviation * pair[0]);
        if (i + 1 < count)
            values[i + 1] = (nni_real)(deviation * pair[1]);
    }
}

static void draw_uniform(nni_real *values, size_t count, double bound, uint64_t seed, uint64_t stream)
{
    for (size_t i = 0; i < count; i += 2) {
        nni_philox_block block = nni_random_block(seed, NNI_RANDOM_WEIGHTS, stream, i / 2);
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

/* A vector of the matrix: its rows where they are fewer, else its columns. */
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

/* Gaussian vectors made orthonormal (Saxe et al., 2014) by Gram and Schmidt, twice, for once is not enough (Kahan). */
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

static void draw_orthogonal(const nni_layer *layer, nni_real *weight, uint64_t seed, uint64_t stream)
{
    draw_normal(weight, layer->inputs * layer->outputs, 1, seed, stream);
    if (layer->outputs <= layer->inputs)
        make_orthonormal(&(vectors){weight, layer->outputs, layer->inputs, layer->inputs, 1});
    else
        make_orthonormal(&(vectors){weight, layer->inputs, layer->outputs, 1, layer->inputs});
}

/* What auto means for an activation. */
static nn_initializer choose(nn_initializer initializer, nn_activation activation)
{
    if (initializer == NN_INITIALIZE_HE)
        return NN_INITIALIZE_HE_NORMAL;
    if (initializer == NN_INITIALIZE_GLOROT)
        return NN_INITIALIZE_GLOROT_UNIFORM;
    if (initializer != NN_INITIALIZE_AUTO)
        return initializer;
    switch (activation) {
    case NN_RELU:
    case NN_LEAKY_RELU:
    case NN_ELU:
    case NN_GELU:
    case NN_GELU_TANH:
    case NN_SILU:
    case NN_SOFTPLUS:
        return NN_INITIALIZE_HE_NORMAL;
    case NN_SELU:
        return NN_INITIALIZE_LECUN_NORMAL;
    default:
        return NN_INITIALIZE_GLOROT_UNIFORM;
    }
}

static void draw_weights(const nni_layer *layer, nni_real *weight, const nni_network_settings *recipe, uint64_t seed,
                         uint64_t stream)
{
    const size_t count = layer->inputs * layer->outputs;
    const double in = (double)layer->inputs, both = (double)layer->inputs + (double)layer->outputs;
    switch (choose(recipe->initializer, layer->activation)) {
    case NN_INITIALIZE_HE_UNIFORM:
        draw_uniform(weight, count, sqrt(6 / in), seed, stream);
        break;
    case NN_INITIALIZE_GLOROT_NORMAL:
        draw_normal(weight, count, sqrt(2 / both), seed, stream);
        break;
    case NN_INITIALIZE_GLOROT_UNIFORM:
        draw_uniform(weight, count, sqrt(6 / both), seed, stream);
        break;
    case NN_INITIALIZE_LECUN_NORMAL:
        draw_normal(weight, count, sqrt(1 / in), seed, stream);
        break;
    case NN_INITIALIZE_LECUN_UNIFORM:
        draw_uniform(weight, count, sqrt(3 / in), seed, stream);
        break;
    case NN_INITIALIZE_ORTHOGONAL:
        draw_orthogonal(layer, weight, seed, stream);
        break;
    case NN_INITIALIZE_ZEROS:
        fill(weight, count, 0);
        break;
    case NN_INITIALIZE_CONSTANT:
        fill(weight, count, recipe->constant);
        break;
    default: /* he_normal; auto and the short names are resolved */
        draw_normal(weight, count, sqrt(2 / in), seed, stream);
        break;
    }
}

void nni_network_initialize(nn_network *network, const nni_network_settings *recipe, uint64_t seed)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        draw_weights(layer, network->parameters + layer->weight, recipe, seed, l);
        if (nni_layer_has_bias(layer))
            fill(network->parameters + layer->bias, layer->outputs, 0);
        if (layer->norm != NN_NORM_NONE) {
            fill(network->parameters + layer->gamma, layer->outputs, 1);
            fill(network->parameters + layer->beta, layer->outputs, 0);
        }
        if (layer->norm == NN_NORM_BATCH) {
            fill(network->statistics + layer->running_mean, layer->outputs, 0);
            fill(network->statistics + layer->running_variance, layer->outputs, 1);
        }
    }
}
