/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/gemm.h"
#include "model/layer_work.h"
#include "model/norms.h"
#include "support/memory.h"

static size_t widest_layer(const nn_network *network)
{
    size_t widest = 0;
    for (size_t l = 0; l < network->layer_count; l++)
        if (network->layers[l].outputs > widest)
            widest = network->layers[l].outputs;
    return widest;
}

static nn_status take_forward(const nn_network *network, size_t threads, nni_workspace *work, nn_error *error)
{
    const size_t rows = work->capacity;
    NN_TRY(nni_allocate(network->layer_count, sizeof *work->activations, "the table of activations", &work->activations,
                        error));
    for (size_t l = 0; l < network->layer_count; l++)
        NN_TRY(nni_allocate(rows * network->layers[l].outputs, sizeof(nni_real), "the activations of a batch",
                            &work->activations[l], error));
    NN_TRY(nni_allocate(rows, sizeof *work->row_losses, "the losses of a batch", &work->row_losses, error));
    return nni_gemm_workspace_create(network->precision, threads, &work->space, error);
}

/* Allocates what a layer keeps for norms, dropout and activations; a workspace of inference needs that of norms. */
static nn_status take_layer(const nni_layer *layer, bool last, bool backward, size_t rows, nni_layer_work *kept,
                            nn_error *error)
{
    const char what[] = "what a layer keeps of a batch";
    const size_t all = rows * layer->outputs;
    if (!last && backward && (layer->dropout > 0 || nni_activation_of(layer->activation)->needs_input))
        NN_TRY(nni_allocate(all, sizeof(nni_real), what, &kept->at, error));
    if (backward && layer->dropout > 0)
        NN_TRY(nni_allocate(all, sizeof(nni_real), what, &kept->mask, error));
    if (!nni_norm_is_on(layer->norm))
        return NN_OK;
    const size_t scales = nni_layer_has_statistics(layer) ? layer->outputs : rows;
    NN_TRY(nni_allocate(all, sizeof(nni_real), what, &kept->xhat, error));
    NN_TRY(nni_allocate(scales, sizeof(nni_real), what, &kept->inverse, error));
    NN_TRY(nni_allocate(layer->outputs, sizeof(nni_real), what, &kept->mean, error));
    return nni_allocate(layer->outputs, sizeof(nni_real), what, &kept->products, error);
}

static nn_status take_layers(const nn_network *network, nni_workspace *work, nn_error *error)
{
    const bool backward = work->stack_height > 0;
    NN_TRY(nni_allocate(network->layer_count, sizeof *work->layers, "the table of layers", &work->layers, error));
    for (size_t l = 0; l < network->layer_count; l++)
        NN_TRY(take_layer(&network->layers[l], l + 1 == network->layer_count, backward, work->capacity,
                          &work->layers[l], error));
    return nni_allocate(work->stack_height + 1, (2 * widest_layer(network) + 1) * sizeof *work->sums,
                        "the sums of batch norm", &work->sums, error);
}

/* The padding between tensors is summed over ranks with the gradients, and checked for NaN. */
static void clear_padding(const nn_network *network, nni_real *gradients)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const size_t end = network->tensors[t].offset + network->tensors[t].count;
        const size_t next = t + 1 < network->tensor_count ? network->tensors[t + 1].offset : network->flat_count;
        memset(gradients + end, 0, (next - end) * sizeof *gradients);
    }
}

static nn_status take_backward(const nn_network *network, nni_workspace *work, nn_error *error)
{
    const size_t deltas = work->capacity * widest_layer(network);
    NN_TRY(nni_allocate(deltas, sizeof(nni_real), "the deltas of a batch", &work->delta, error));
    NN_TRY(nni_allocate(deltas, sizeof(nni_real), "the deltas of a batch", &work->delta_below, error));
    if (nni_activation_of(network->layers[network->layer_count - 1].activation)->needs_input)
        NN_TRY(nni_allocate(work->capacity * network->outputs, sizeof(nni_real), "the logits of a batch", &work->logits,
                            error));
    /* Upper arrays are reserved and not cleared: little of them is used where the leaves of a tile are joined while it
     * is in the cache. */
    work->flat_pitch = network->flat_count;
    NN_TRY(
        nni_reserve(work->stack_height, work->flat_pitch * sizeof(nni_real), "the gradients", &work->gradients, error));
    memset(work->gradients, 0, work->flat_pitch * sizeof(nni_real));
    for (size_t height = 1; height < work->stack_height; height++)
        clear_padding(network, work->gradients + height * work->flat_pitch);
    return NN_OK;
}

nn_status nni_workspace_create(const nn_network *network, size_t capacity, size_t threads, size_t stack_height,
                               nni_workspace **result, nn_error *error)
{
    size_t elements = 0;
    if (__builtin_mul_overflow(capacity, widest_layer(network), &elements))
        return nn_fail(error, NN_SYSTEM, "out of memory: a batch of %zu rows is too large; make training.batch smaller",
                       capacity);
    nni_workspace *work = NULL;
    NN_TRY(nni_allocate(1, sizeof *work, "the work space", &work, error));
    work->capacity = capacity;
    work->layer_count = network->layer_count;
    work->stack_height = stack_height;
    nn_status status = take_forward(network, threads, work, error);
    if (status == NN_OK)
        status = take_layers(network, work, error);
    if (status == NN_OK && stack_height > 0)
        status = take_backward(network, work, error);
    if (status != NN_OK) {
        nni_workspace_free(work);
        return status;
    }
    *result = work;
    return NN_OK;
}

void nni_workspace_free(nni_workspace *work)
{
    if (!work)
        return;
    for (size_t l = 0; work->activations && l < work->layer_count; l++)
        nni_release(work->activations[l]);
    for (size_t l = 0; work->layers && l < work->layer_count; l++) {
        nni_layer_work *kept = &work->layers[l];
        nni_release(kept->at);
        nni_release(kept->mask);
        nni_release(kept->xhat);
        nni_release(kept->inverse);
        nni_release(kept->mean);
        nni_release(kept->products);
    }
    nni_release(work->activations);
    nni_release(work->layers);
    nni_release(work->logits);
    nni_release(work->sums);
    nni_release(work->delta);
    nni_release(work->delta_below);
    if (!work->gradients_are_elsewhere)
        nni_release(work->gradients);
    nni_release(work->row_losses);
    nni_gemm_workspace_free(work->space);
    nni_release(work);
}

void nni_workspace_keep_gradients(nni_workspace *work, nni_real *gradients, size_t pitch)
{
    if (!work->gradients_are_elsewhere)
        nni_release(work->gradients);
    work->gradients = gradients;
    work->flat_pitch = pitch;
    work->gradients_are_elsewhere = true;
}
