/* SPDX-License-Identifier: MIT */
/* Layers and their tensors: the layout of the flat arrays. */
#include "model/network.h"

#include "kernels/elementwise/elementwise.h"
#include "model/norms.h"
#include "support/memory.h"

/* Tensors begin on a cache line; counted in elements. */
static size_t padded(size_t count)
{
    const size_t line = NNI_ALIGNMENT / sizeof(nni_real);
    return (count + line - 1) / line * line;
}

static nn_status check_layer(const nni_layer_settings *layer, size_t index, size_t inputs, bool last, nn_error *error)
{
    if (layer->units == 0)
        return nn_fail(error, NN_USAGE, "layer %zu has no units; give it at least 1", index);
    if (nni_activation_of(layer->activation)->over_rows && !last)
        return nn_fail(error, NN_USAGE, "layer %zu: %s belongs in the last layer only", index,
                       nn_activation_name(layer->activation));
    if (last && (nni_norm_is_on(layer->normalization) || layer->dropout > 0))
        return nn_fail(error, NN_USAGE, "layer %zu is the last: it takes neither normalization nor dropout", index);
    size_t weights = 0;
    if (__builtin_mul_overflow(inputs, layer->units, &weights) || weights > SIZE_MAX / 64)
        return nn_fail(error, NN_USAGE, "layer %zu: %zu x %zu weights are more than memory can hold", index, inputs,
                       layer->units);
    return NN_OK;
}

/* Gives a tensor its place in the flat array. */
static size_t place(nn_network *network, nni_tensor_role role, size_t layer, size_t rows, size_t columns)
{
    const size_t count = columns > 0 ? rows * columns : rows;
    const size_t offset = network->flat_count;
    network->tensors[network->tensor_count++] = (nni_tensor){role, layer, offset, rows, columns, count};
    network->flat_count += padded(count);
    network->parameter_count += count;
    return offset;
}

static void place_layer(nn_network *network, size_t index)
{
    nni_layer *layer = &network->layers[index];
    layer->first = network->flat_count;
    if (nni_layer_has_bias(layer))
        layer->bias = place(network, NNI_TENSOR_BIAS, index, layer->outputs, 0);
    if (nni_norm_is_on(layer->norm)) {
        layer->gamma = place(network, NNI_TENSOR_GAMMA, index, layer->outputs, 0);
        layer->beta = place(network, NNI_TENSOR_BETA, index, layer->outputs, 0);
    }
    layer->weight = place(network, NNI_TENSOR_WEIGHT, index, layer->outputs, layer->inputs);
    if (!nni_layer_has_statistics(layer))
        return;
    layer->running_mean = network->statistics_count;
    layer->running_variance = layer->running_mean + padded(layer->outputs);
    network->statistics_count = layer->running_variance + padded(layer->outputs);
}

static nn_status lay_out(nn_network *network, const nni_layer_settings *layers, nn_error *error)
{
    size_t inputs = network->inputs;
    for (size_t l = 0; l < network->layer_count; l++) {
        NN_TRY(check_layer(&layers[l], l, inputs, l + 1 == network->layer_count, error));
        network->layers[l] = (nni_layer){
            .inputs = inputs,
            .outputs = layers[l].units,
            .activation = layers[l].activation,
            .norm = layers[l].normalization,
            .dropout = layers[l].dropout,
        };
        inputs = layers[l].units;
    }
    network->outputs = inputs;
    for (size_t l = network->layer_count; l-- > 0;)
        place_layer(network, l);
    return NN_OK;
}

nn_status nni_network_create(size_t inputs, const nni_layer_settings *layers, size_t layer_count, nn_network **result,
                             nn_error *error)
{
    if (inputs == 0 || layer_count == 0)
        return nn_fail(error, NN_USAGE, "a network needs at least one input and one layer");
    nn_network *network = NULL;
    NN_TRY(nni_allocate(1, sizeof *network, "the network", &network, error));
    network->inputs = inputs;
    network->layer_count = layer_count;
    nn_status status =
        nni_allocate(layer_count, sizeof *network->layers, "the table of layers", &network->layers, error);
    if (status == NN_OK)
        status =
            nni_allocate(4 * layer_count, sizeof *network->tensors, "the table of tensors", &network->tensors, error);
    if (status == NN_OK)
        status = lay_out(network, layers, error);
    if (status == NN_OK)
        status = nni_allocate(network->flat_count, sizeof(nni_real), "the network's parameters", &network->parameters,
                              error);
    if (status == NN_OK)
        status = nni_allocate(network->statistics_count, sizeof(nni_real), "the running statistics",
                              &network->statistics, error);
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
    nni_release(network->layers);
    nni_release(network->tensors);
    if (!network->parameters_are_elsewhere)
        nni_release(network->parameters);
    nni_release(network->statistics);
    nni_release(network);
}

void nni_network_keep_parameters(nn_network *network, nni_real *parameters)
{
    if (!network->parameters_are_elsewhere)
        nni_release(network->parameters);
    network->parameters = parameters;
    network->parameters_are_elsewhere = true;
}

size_t nni_network_trained(const nn_network *network)
{
    return network->frozen > 0 ? network->layers[network->frozen - 1].first : network->flat_count;
}

bool nni_layer_has_bias(const nni_layer *layer)
{
    return !nni_layer_has_statistics(layer);
}

bool nni_layer_has_statistics(const nni_layer *layer)
{
    return nni_norm_of(layer->norm)->over_batch;
}

const char *nni_tensor_name(nni_tensor_role role)
{
    switch (role) {
    case NNI_TENSOR_WEIGHT:
        return "weight";
    case NNI_TENSOR_BIAS:
        return "bias";
    case NNI_TENSOR_GAMMA:
        return "gamma";
    case NNI_TENSOR_BETA:
        return "beta";
    }
    return "unknown";
}

size_t nni_network_layer_parameters(const nn_network *network, size_t layer)
{
    size_t count = 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        count += network->tensors[t].layer == layer ? network->tensors[t].count : 0;
    return count;
}

bool nni_network_is_finite(const nn_network *network)
{
    return nni_all_finite(network->parameters, network->flat_count) &&
           nni_all_finite(network->statistics, network->statistics_count);
}
