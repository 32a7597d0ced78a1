/* SPDX-License-Identifier: MIT */
#include "api/workspace.h"

nn_status nn_network_create(const nn_recipe *recipe, size_t features, nn_network **result, nn_error *error)
{
    const nni_network_settings *settings = &recipe->network;
    nn_network *network = NULL;
    if (settings->from)
        return nn_fail(error, NN_USAGE,
                       "network.from: weights are drawn here, and those of %s are not; nn_train begins with them",
                       settings->from);
    NN_TRY(nni_network_create(features, settings->layers, settings->layers_count, &network, error));
    network->precision = recipe->training.precision;
    nni_network_initialize(network, settings, recipe->seed);
    *result = network;
    return NN_OK;
}

size_t nn_network_inputs(const nn_network *network)
{
    return network->inputs;
}

size_t nn_network_outputs(const nn_network *network)
{
    return network->outputs;
}

size_t nn_network_layers(const nn_network *network)
{
    return network->layer_count;
}

nn_activation nn_network_activation(const nn_network *network, size_t layer)
{
    return network->layers[layer].activation;
}

size_t nn_network_parameters(const nn_network *network)
{
    return network->parameter_count;
}

size_t nn_network_tensors(const nn_network *network)
{
    return network->tensor_count;
}

static nn_tensor tensor_in(const nn_network *network, size_t index, float *flat)
{
    const nni_tensor *tensor = &network->tensors[index];
    return (nn_tensor){
        .name = nni_tensor_name(tensor->role),
        .layer = tensor->layer,
        .rows = tensor->rows,
        .columns = tensor->columns > 0 ? tensor->columns : 1,
        .values = flat + tensor->offset,
    };
}

nn_tensor nn_network_tensor(const nn_network *network, size_t tensor)
{
    return tensor_in(network, tensor, network->parameters);
}

nn_tensor nn_workspace_gradient(const nn_workspace *work, const nn_network *network, size_t tensor)
{
    return tensor_in(network, tensor, work->inside->gradients);
}

/* --- passes --- */

static nni_batch inside_of(const nn_batch *batch)
{
    return (nni_batch){
        .rows = batch->rows,
        .global_rows = batch->global_rows,
        .x = batch->x,
        .y = {.classes = batch->classes, .values = batch->values},
        .weights = batch->weights,
        .samples = batch->samples,
        .epoch = batch->epoch,
    };
}

/* Passes have no way to fail: what failed among the ranks is kept. */
static nn_status status_of(const nn_workspace *work, nn_error *error)
{
    const nni_sync *sync = &work->inside->sync;
    if (sync->status != NN_OK && error)
        *error = sync->error;
    return sync->status;
}

nn_status nn_network_forward(nn_network *network, const nn_batch *batch, nn_workspace *work, nn_error *error)
{
    const nni_batch rows = inside_of(batch);
    if (rows.rows > work->inside->capacity)
        return nn_fail(error, NN_USAGE, "a batch of %zu rows does not fit into a work space for %zu; take a larger one",
                       rows.rows, work->inside->capacity);
    nni_network_forward(network, &rows, work->inside);
    return status_of(work, error);
}

double nn_network_loss(const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    const nni_batch rows = inside_of(batch);
    return nni_loss(&work->recipe->loss, network, &rows, work->inside);
}

nn_status nn_network_backward(const nn_network *network, const nn_batch *batch, nn_workspace *work, nn_error *error)
{
    const nni_batch rows = inside_of(batch);
    nni_network_backward(&work->recipe->loss, network, &rows, work->inside);
    return status_of(work, error);
}

const float *nn_network_infer(const nn_network *network, const float *x, size_t rows, nn_workspace *work)
{
    nni_network_infer(network, x, rows, work->inside);
    nni_network_activate_output(network, rows, work->inside);
    return nni_network_output(network, work->inside);
}
