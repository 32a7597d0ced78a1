/* SPDX-License-Identifier: MIT */
/* One row through a small network: what the products of a batch spend on plans, packing and transposes would take
 * longer than the arithmetic. A row of 20-64-64-1 took 0.86 us where weights lie, 0.34 here, on a Xeon with AVX-512.
 */
#include "infer/model.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/kernel.h"
#include "model/infer.h"
#include "model/norms.h"
#include "support/memory.h"

/* Weights that are copied, at most: 1 MiB, as a level 2 cache may hold. A larger network waits for its weights. */
enum { MOST_VALUES = 1 << 18 };

static size_t padded(size_t outputs)
{
    return (outputs + NNI_GEMM_ROW_UNIT - 1) / NNI_GEMM_ROW_UNIT * NNI_GEMM_ROW_UNIT;
}

static void copy_layer(const nn_network *network, const nni_layer *layer, nni_infer_row_layer *row, nni_real *values)
{
    const nni_real *weight = network->parameters + layer->weight;
    *row = (nni_infer_row_layer){.weight = values, .padded = padded(layer->outputs)};
    for (size_t i = 0; i < layer->outputs; i++)
        for (size_t j = 0; j < layer->inputs; j++)
            values[j * row->padded + i] = weight[i * layer->inputs + j];
    values += layer->inputs * row->padded;
    for (size_t i = 0; nni_layer_has_bias(layer) && i < layer->outputs; i++)
        values[i] = network->parameters[layer->bias + i];
    row->bias = nni_layer_has_bias(layer) ? values : NULL;
}

nn_status nni_infer_take_rows(nn_infer_model *model, nn_error *error)
{
    const nn_network *network = &model->network;
    size_t values = 0;
    for (size_t l = 0; l < network->layer_count && values <= MOST_VALUES; l++)
        values += (network->layers[l].inputs + 1) * padded(network->layers[l].outputs);
    if (values > MOST_VALUES || network->precision != NN_FLOAT32)
        return NN_OK;
    NN_TRY(
        nni_allocate(values, sizeof *model->row_values, "the weights of a small network", &model->row_values, error));
    NN_TRY(nni_allocate(network->layer_count, sizeof *model->row_layers, "the weights of a small network",
                        &model->row_layers, error));
    nni_real *at = model->row_values;
    for (size_t l = 0; l < network->layer_count; l++) {
        copy_layer(network, &network->layers[l], &model->row_layers[l], at);
        at += (network->layers[l].inputs + 1) * model->row_layers[l].padded;
    }
    return NN_OK;
}

void nni_infer_row(const nn_infer_model *model, const nni_real *x, nni_workspace *work)
{
    const nn_network *network = &model->network;
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const nni_infer_row_layer *row = &model->row_layers[l];
        const nni_norm_entry *norm = nni_norm_of(layer->norm);
        const bool last = l + 1 == network->layer_count;
        const nni_epilogue epilogue = {.bias = row->bias,
                                       .activation = norm->infer || last ? NN_LINEAR : layer->activation};
        nni_gemm_row(&model->plan_few, row->padded, layer->inputs, nni_layer_input(work, x, l), row->weight,
                     work->activations[l], &epilogue);
        if (!norm->infer)
            continue;
        norm->infer(network, l, 1, work->activations[l], work);
        nni_activate(layer->activation, work->activations[l], layer->outputs);
    }
}
