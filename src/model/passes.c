/* The two passes: forward with bias and activation on the way out of each product, backward with the derivative. */
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "model/output_delta.h"
#include "nntrain/network.h"

/* What enters layer l: the batch itself or the activations of the layer below. */
static const nn_real *layer_input(const nn_workspace *work, const nn_real *x, size_t l)
{
    return l == 0 ? x : work->activations[l - 1];
}

void nn_network_forward(const nn_network *network, const nn_real *x, size_t rows, nn_workspace *work)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nn_layer *layer = &network->layers[l];
        const bool last = l + 1 == network->layer_count;
        nn_view a = {layer_input(work, x, l), layer->inputs, 1};
        nn_view weight_transposed = {network->parameters + layer->weight, 1, layer->inputs};
        nn_epilogue epilogue = {
            .bias = network->parameters + layer->bias,
            .activation = last ? NN_LINEAR : layer->activation,
        };
        nn_gemm(work->space, rows, layer->outputs, layer->inputs, a, weight_transposed, work->activations[l],
                layer->outputs, &epilogue);
    }
}

void nn_network_activate_output(const nn_network *network, size_t rows, nn_workspace *work)
{
    const nn_layer *last = &network->layers[network->layer_count - 1];
    nn_real *output = nn_network_output(network, work);
    if (last->activation == NN_SOFTMAX)
        nn_softmax_rows(output, rows, last->outputs, work->log_sums);
    else
        nn_activate(last->activation, output, rows * last->outputs);
}

/* dW [outputs, inputs] = delta^T a_below; db [outputs] = column sums of delta. */
static void weight_gradients(const nn_layer *layer, const nn_real *below, size_t rows, nn_workspace *work)
{
    nn_view delta_transposed = {work->delta, 1, layer->outputs};
    nn_view input = {below, layer->inputs, 1};
    nn_gemm(work->space, layer->outputs, layer->inputs, rows, delta_transposed, input, work->gradients + layer->weight,
            layer->inputs, NULL);
    nn_column_sums(work->delta, rows, layer->outputs, work->gradients + layer->bias);
}

/* delta_below [rows, inputs] = (delta W) o sigma'(o_below), the derivative taken from the activation below. */
static void delta_below(const nn_layer *layer, const nn_real *weight, nn_activation activation_below,
                        const nn_real *below, size_t rows, nn_workspace *work)
{
    nn_epilogue epilogue = {
        .outputs = below,
        .outputs_stride = layer->inputs,
        .derivative = activation_below,
    };
    nn_gemm(work->space, rows, layer->inputs, layer->outputs, (nn_view){work->delta, layer->outputs, 1},
            (nn_view){weight, layer->inputs, 1}, work->delta_below, layer->inputs, &epilogue);
    nn_real *swap = work->delta;
    work->delta = work->delta_below;
    work->delta_below = swap;
}

void nn_network_backward(nn_loss_kind loss, const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    nn_output_delta(loss, network, batch, work);
    for (size_t l = network->layer_count; l-- > 0;) {
        const nn_layer *layer = &network->layers[l];
        weight_gradients(layer, layer_input(work, batch->x, l), batch->rows, work);
        if (l > 0)
            delta_below(layer, network->parameters + layer->weight, network->layers[l - 1].activation,
                        work->activations[l - 1], batch->rows, work);
    }
}
