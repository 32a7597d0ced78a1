/* SPDX-License-Identifier: MIT */
/* The pass of inference; libnninfer is made of this and what it calls. */
#include "model/infer.h"

#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/gemm.h"
#include "model/norms.h"

void nni_layer_multiply(const nn_network *network, size_t l, const nni_real *x, size_t rows, nni_partition outputs,
                        nn_activation activation, nni_real *out, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[l];
    const nni_real *weight = network->parameters + layer->weight + outputs.first * layer->inputs;
    nni_view a = {nni_layer_input(work, x, l), layer->inputs, 1};
    nni_view weight_transposed = {weight, 1, layer->inputs};
    nni_epilogue epilogue = {.bias =
                                 nni_layer_has_bias(layer) ? network->parameters + layer->bias + outputs.first : NULL,
                             .activation = activation};
    nni_gemm(work->space, rows, outputs.count, layer->inputs, a, weight_transposed, out + outputs.first, layer->outputs,
             &epilogue);
}

static void multiply(const nn_network *network, size_t l, const nni_real *x, size_t rows, nn_activation activation,
                     nni_real *out, nni_workspace *work)
{
    const nni_partition all = {0, network->layers[l].outputs};
    nni_layer_multiply(network, l, x, rows, all, activation, out, work);
}

void nni_layer_infer(const nn_network *network, size_t l, const nni_real *x, size_t rows, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[l];
    nni_real *out = work->activations[l];
    const nni_norm_entry *norm = nni_norm_of(layer->norm);
    multiply(network, l, x, rows, norm->infer ? NN_LINEAR : layer->activation, out, work);
    if (!norm->infer)
        return;
    norm->infer(network, l, rows, out, work);
    nni_activate(layer->activation, out, rows * layer->outputs);
}

void nni_network_infer(const nn_network *network, const nni_real *x, size_t rows, nni_workspace *work)
{
    const size_t last = network->layer_count - 1;
    for (size_t l = 0; l < last; l++)
        nni_layer_infer(network, l, x, rows, work);
    multiply(network, last, x, rows, NN_LINEAR, work->activations[last], work);
}

void nni_network_activate_output(const nn_network *network, size_t rows, nni_workspace *work)
{
    const nni_layer *last = &network->layers[network->layer_count - 1];
    nni_activate_rows(last->activation, nni_network_output(network, work), rows, last->outputs);
}
