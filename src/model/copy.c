/* SPDX-License-Identifier: MIT */
/* Layers of one network that go on in another. */
#include <string.h>

#include "model/network.h"

size_t nni_network_layers_alike(const nn_network *network, const nni_layer_settings *layers, size_t layer_count)
{
    size_t l = 0;
    while (l < layer_count && l < network->layer_count && layers[l].units == network->layers[l].outputs &&
           layers[l].activation == network->layers[l].activation && layers[l].normalization == network->layers[l].norm)
        l++;
    return l;
}

void nni_network_copy_parameters(nn_network *to, const nn_network *from, size_t layers)
{
    for (size_t l = 0; l < layers; l++) {
        const nni_layer *layer = &to->layers[l];
        const size_t end = layer->weight + layer->inputs * layer->outputs;
        memcpy(to->parameters + layer->first, from->parameters + from->layers[l].first,
               (end - layer->first) * sizeof *to->parameters);
    }
}

void nni_network_copy_statistics(nn_network *to, const nn_network *from, size_t layers)
{
    for (size_t l = 0; l < layers; l++) {
        const nni_layer *layer = &to->layers[l], *source = &from->layers[l];
        const size_t bytes = layer->outputs * sizeof *to->statistics;
        if (!nni_layer_has_statistics(layer))
            continue;
        memcpy(to->statistics + layer->running_mean, from->statistics + source->running_mean, bytes);
        memcpy(to->statistics + layer->running_variance, from->statistics + source->running_variance, bytes);
    }
}
