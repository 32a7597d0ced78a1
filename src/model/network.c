#include "nntrain/network.h"

#include <math.h>
#include <stdlib.h>

#include "base/philox.h"
#include "nntrain/memory.h"

/* Tensors begin on a cache line; counted in elements. */
static size_t padded(size_t count)
{
    const size_t line = NN_ALIGNMENT / sizeof(nn_real);
    return (count + line - 1) / line * line;
}

static nn_status lay_out(nn_network *network, const nn_recipe_layer *layers, nn_error *error)
{
    size_t inputs = network->inputs;
    for (size_t l = 0; l < network->layer_count; l++) {
        if (layers[l].units == 0)
            return nn_fail(error, NN_USAGE, "layer %zu has no units; give it at least 1", l);
        if (layers[l].activation == NN_SOFTMAX && l + 1 < network->layer_count)
            return nn_fail(error, NN_USAGE, "layer %zu: softmax belongs in the last layer only", l);
        size_t weights = 0;
        if (__builtin_mul_overflow(inputs, layers[l].units, &weights) || weights > SIZE_MAX / 64)
            return nn_fail(error, NN_USAGE, "layer %zu: %zu x %zu weights are more than memory can hold", l, inputs,
                           layers[l].units);
        network->layers[l] =
            (nn_layer){.inputs = inputs, .outputs = layers[l].units, .activation = layers[l].activation};
        inputs = layers[l].units;
    }
    network->outputs = inputs;
    for (size_t l = network->layer_count; l-- > 0;) {
        nn_layer *layer = &network->layers[l];
        layer->weight = network->flat_count;
        network->flat_count += padded(layer->inputs * layer->outputs);
        layer->bias = network->flat_count;
        network->flat_count += padded(layer->outputs);
        network->parameter_count += layer->inputs * layer->outputs + layer->outputs;
    }
    return NN_OK;
}

nn_status nn_network_create(size_t inputs, const nn_recipe_layer *layers, size_t layer_count, nn_network **result,
                            nn_error *error)
{
    if (inputs == 0 || layer_count == 0)
        return nn_fail(error, NN_USAGE, "a network needs at least one input and one layer");
    nn_network *network = NULL;
    NN_TRY(nn_allocate(1, sizeof *network, "the network", &network, error));
    network->inputs = inputs;
    network->layer_count = layer_count;
    nn_status status =
        nn_allocate(layer_count, sizeof *network->layers, "the table of layers", &network->layers, error);
    if (status == NN_OK)
        status = lay_out(network, layers, error);
    if (status == NN_OK)
        status =
            nn_allocate(network->flat_count, sizeof(nn_real), "the network's parameters", &network->parameters, error);
    if (status != NN_OK) {
        nn_network_free(network);
        return status;
    }
    *result = network;
    return NN_OK;
}

void nn_network_free(nn_network *network)
{
    if (!network)
        return;
    nn_release(network->layers);
    nn_release(network->parameters);
    nn_release(network);
}

static void draw_he(const nn_layer *layer, nn_real *weight, uint64_t seed, uint64_t stream)
{
    const double deviation = sqrt(2.0 / (double)layer->inputs);
    const size_t count = layer->inputs * layer->outputs;
    for (size_t i = 0; i < count; i += 2) {
        double pair[2];
        nn_normal_pair(nn_random_block(seed, NN_RANDOM_WEIGHTS, stream, i / 2), pair);
        weight[i] = (nn_real)(deviation * pair[0]);
        if (i + 1 < count)
            weight[i + 1] = (nn_real)(deviation * pair[1]);
    }
}

static void draw_glorot(const nn_layer *layer, nn_real *weight, uint64_t seed, uint64_t stream)
{
    const double bound = sqrt(6.0 / ((double)layer->inputs + (double)layer->outputs));
    const size_t count = layer->inputs * layer->outputs;
    for (size_t i = 0; i < count; i += 2) {
        nn_philox_block block = nn_random_block(seed, NN_RANDOM_WEIGHTS, stream, i / 2);
        weight[i] = (nn_real)(bound * (2.0 * nn_uniform(block.word[0], block.word[1]) - 1.0));
        if (i + 1 < count)
            weight[i + 1] = (nn_real)(bound * (2.0 * nn_uniform(block.word[2], block.word[3]) - 1.0));
    }
}

void nn_network_initialize(nn_network *network, nn_initializer initializer, uint64_t seed)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nn_layer *layer = &network->layers[l];
        bool he =
            initializer == NN_INITIALIZE_HE || (initializer == NN_INITIALIZE_AUTO && layer->activation == NN_RELU);
        (he ? draw_he : draw_glorot)(layer, network->parameters + layer->weight, seed, l);
        for (size_t j = 0; j < layer->outputs; j++)
            network->parameters[layer->bias + j] = 0;
    }
}

bool nn_network_is_finite(const nn_network *network)
{
    /* 0 * v is NaN for NaN and infinity and 0 for all else: a sum without branches. */
    nn_real sum = 0;
    for (size_t i = 0; i < network->flat_count; i++)
        sum += 0 * network->parameters[i];
    return sum == 0;
}
