/* SPDX-License-Identifier: MIT */
#include "export/source/int8.h"

#include <math.h>
#include <string.h>

#include "support/memory.h"

float nni_int8_scale(const nni_real *row, size_t count)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf((float)row[i]));
    return largest / 127;
}

int nni_int8_of(nni_real weight, float scale)
{
    const float whole = scale > 0 ? roundf((float)weight / scale) : 0;
    return (int)fmaxf(-127, fminf(127, whole));
}

static void round_weights(nn_network *network)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        for (size_t i = 0; i < layer->outputs; i++) {
            nni_real *row = network->parameters + layer->weight + i * layer->inputs;
            const float scale = nni_int8_scale(row, layer->inputs);
            for (size_t k = 0; k < layer->inputs; k++)
                row[k] = (nni_real)(scale * (float)nni_int8_of(row[k], scale));
        }
    }
}

nn_status nni_source_network(const nn_network *network, bool rounded, nn_network **copy, nn_error *error)
{
    nni_layer_settings *layers = NULL;
    NN_TRY(nni_allocate(network->layer_count, sizeof *layers, "the layers", &layers, error));
    for (size_t l = 0; l < network->layer_count; l++)
        layers[l] = (nni_layer_settings){.units = network->layers[l].outputs,
                                         .activation = network->layers[l].activation,
                                         .normalization = network->layers[l].norm};
    const nn_status status = nni_network_create(network->inputs, layers, network->layer_count, copy, error);
    nni_release(layers);
    if (status != NN_OK)
        return status;
    memcpy((*copy)->parameters, network->parameters, network->flat_count * sizeof *network->parameters);
    memcpy((*copy)->statistics, network->statistics, network->statistics_count * sizeof *network->statistics);
    if (rounded)
        round_weights(*copy);
    return NN_OK;
}
