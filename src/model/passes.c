/* SPDX-License-Identifier: MIT */
/* Forward and backward pass of training. Bias and activation, or the derivative, are applied in the epilogue of each
 * product; layers with normalisation, dropout or an activation whose derivative needs its input read and write memory a
 * few times more.
 */
#include <stdatomic.h>

#include "kernels/elementwise/dropout.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/gemm.h"
#include "model/batch_loss.h"
#include "model/infer.h"
#include "model/layer_work.h"
#include "model/norms.h"
#include "model/partial_sums.h"
#include "support/extremes.h"
#include "support/timeline.h"

/* The array that act' of layer l is found from. */
static const nni_real *derivative_at(const nni_workspace *work, size_t l)
{
    return work->layers[l].at ? work->layers[l].at : work->activations[l];
}

/* Whoever updates parameters may still be at it. */
static void wait_for_parameters(nni_workspace *work, size_t l, size_t end)
{
    nni_sync *sync = &work->sync;
    if (sync->ready && sync->status == NN_OK)
        sync->status = sync->ready(sync->context, l, end, &sync->error);
}

/* The same, as parameters come. By messages they come bit by bit: so many outputs at a time are worth a product. */
static void multiply_as_ready(const nn_network *network, size_t l, const nni_real *x, size_t rows,
                              nn_activation activation, nni_real *out, nni_workspace *work)
{
    enum { PARTS = 8, LEAST = 64 };
    const nni_layer *layer = &network->layers[l];
    const size_t wide = (layer->outputs + PARTS - 1) / PARTS, step = (wide + LEAST - 1) / LEAST * LEAST;
    nni_partition part = {0, work->sync.progress ? step : layer->outputs};
    nni_timeline_layer(work->timeline, l);
    for (; part.first < layer->outputs; part.first += part.count) {
        part.count = nni_smaller(part.count, layer->outputs - part.first);
        wait_for_parameters(work, l, layer->weight + (part.first + part.count) * layer->inputs);
        nni_layer_multiply(network, l, x, rows, part, activation, out, work);
    }
}

/* activations = act(o), dropped out, with o in `at`; `at` receives act(o) where the derivative is found from that. */
static void activate_kept(const nni_layer *layer, nni_real *at, nni_real *activations, const nni_real *mask,
                          size_t count)
{
    if (nni_activation_of(layer->activation)->needs_input) {
        nni_activate_to(layer->activation, at, activations, count);
        if (mask)
            nni_dropout_apply(activations, mask, activations, count);
    } else {
        nni_activate(layer->activation, at, count);
        nni_dropout_apply(at, mask, activations, count);
    }
}

static void forward_layer(nn_network *network, size_t l, const nni_batch *batch, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[l];
    const nni_layer_work *kept = &work->layers[l];
    const nni_norm_entry *norm = nni_norm_of(layer->norm);
    const size_t rows = batch->rows;
    nni_real *sums = kept->at ? kept->at : work->activations[l];
    if (!kept->at && !norm->forward) {
        multiply_as_ready(network, l, batch->x, rows, layer->activation, sums, work);
        return;
    }
    multiply_as_ready(network, l, batch->x, rows, NN_LINEAR, sums, work);
    if (norm->forward) {
        size_t whole[2];
        const nni_leaf_rows leaves = nni_batch_leaves(batch, whole);
        norm->forward(network, l, &leaves, sums, work);
    }
    if (kept->mask)
        nni_dropout_mask(kept->mask, batch->samples, rows, layer->outputs, work->seed, batch->epoch, l, layer->dropout);
    if (kept->at)
        activate_kept(layer, sums, work->activations[l], kept->mask, rows * layer->outputs);
    else
        nni_activate(layer->activation, sums, rows * layer->outputs);
}

/* Nobody updates its parameters, so that there is nothing to wait for, and nothing is kept for a backward pass. */
static void forward_frozen_layer(const nn_network *network, size_t l, const nni_batch *batch, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[l];
    nni_real *mask = work->layers[l].mask, *out = work->activations[l];
    nni_timeline_layer(work->timeline, l);
    nni_layer_infer(network, l, batch->x, batch->rows, work);
    if (!mask)
        return;
    nni_dropout_mask(mask, batch->samples, batch->rows, layer->outputs, work->seed, batch->epoch, l, layer->dropout);
    nni_dropout_apply(out, mask, out, batch->rows * layer->outputs);
}

/* Gradients of weights that a product computes, for whoever uses them at once. */
typedef struct weight_product {
    const nni_sync *sync;
    size_t weight; /* offset of C in the gradients */
} weight_product;

static void use_rows(void *context, size_t first, size_t count)
{
    const weight_product *product = context;
    product->sync->use(product->sync->context, (nni_partition){product->weight + first, count});
}

static void call_after_rows(nni_workspace *work, weight_product *product)
{
    const nni_sync *sync = product->sync;
    const nni_real *fetched[NNI_GEMM_FETCHED];
    for (size_t i = 0; i < sync->used_with_count; i++)
        fetched[i] = sync->used_with[i] + product->weight;
    nni_gemm_workspace_set_after_rows(work->space, sync->use ? use_rows : NULL, product, fetched,
                                      sync->used_with_count);
}

/* dW [outputs, inputs] = delta^T a_below; db [outputs] = column sums of delta. */
static void weight_gradients(const nni_layer *layer, const nni_real *below, const nni_leaf_rows *leaves,
                             nni_workspace *work)
{
    weight_product product = {&work->sync, layer->weight};
    nni_view delta_transposed = {work->delta, 1, layer->outputs};
    nni_view input = {below, layer->inputs, 1};
    if (nni_layer_has_bias(layer))
        nni_partial_column_sums(work->delta, leaves, layer->outputs, nni_gradient_stack(work, layer->bias));
    call_after_rows(work, &product);
    nni_gemm_leaves(work->space, layer->outputs, layer->inputs, leaves, delta_transposed, input,
                    work->gradients + layer->weight, layer->inputs, work->flat_pitch);
    nni_gemm_workspace_set_after_rows(work->space, NULL, NULL, NULL, 0);
    if (work->sync.use)
        work->sync.use(work->sync.context, (nni_partition){layer->first, layer->weight - layer->first});
}

/* delta_below [rows, inputs] = (delta W) o sigma'(o_below) */
static void multiply_delta(const nn_network *network, size_t l, size_t rows, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[l], *below = &network->layers[l - 1];
    nni_epilogue epilogue = {
        .outputs = derivative_at(work, l - 1),
        .outputs_stride = layer->inputs,
        .derivative = below->activation,
    };
    nni_gemm(work->space, rows, layer->inputs, layer->outputs, (nni_view){work->delta, layer->outputs, 1},
             (nni_view){network->parameters + layer->weight, layer->inputs, 1}, work->delta_below, layer->inputs,
             &epilogue);
}

/* From layer l to the layer below: its delta, through its dropout and its normalisation. */
static void go_below(const nn_network *network, size_t l, const nni_leaf_rows *leaves, nni_workspace *work)
{
    const size_t rows = leaves->begin[leaves->run.count];
    const nni_layer *below = &network->layers[l - 1];
    const nni_layer_work *kept = &work->layers[l - 1];
    nni_real *swap = work->delta;
    work->delta = work->delta_below;
    work->delta_below = swap;
    if (kept->mask)
        nni_dropout_apply(work->delta, kept->mask, work->delta, rows * below->outputs);
    if (nni_norm_is_on(below->norm))
        nni_norm_of(below->norm)->backward(network, l - 1, leaves, work);
}

/* Reports the gradients of layers l and above as complete: those before the tensors of layer l - 1. Those of frozen
 * layers, which there are none of, are complete with the last ones. */
static void report_complete(const nn_network *network, size_t l, nni_workspace *work)
{
    nni_sync *sync = &work->sync;
    const size_t count = l > network->frozen ? network->layers[l - 1].first : network->flat_count;
    if (sync->complete && sync->status == NN_OK)
        sync->status = sync->complete(sync->context, count, &sync->error);
}

/* A product that is being computed, for the callback before each of its tiles. */
typedef struct current_product {
    nni_sync *sync;
    atomic_flag busy;   /* a thread is in the callback: the others compute on */
    atomic_size_t work; /* multiply-adds since the callback was called */
    size_t first;       /* offset of the product's C in the gradients */
    size_t stride;      /* elements between its rows; 0: C is not in the gradients */
    size_t rows;        /* reported as complete */
} current_product;

static void before_tile(void *context, size_t rows, size_t work)
{
    current_product *product = context;
    nni_sync *sync = product->sync;
    atomic_fetch_add_explicit(&product->work, work, memory_order_relaxed);
    if (atomic_flag_test_and_set_explicit(&product->busy, memory_order_acquire))
        return;
    if (product->stride > 0 && rows > product->rows && sync->status == NN_OK) {
        product->rows = rows;
        sync->status = sync->complete(sync->context, product->first + rows * product->stride, &sync->error);
    }
    const size_t done = atomic_exchange_explicit(&product->work, 0, memory_order_relaxed);
    if (sync->status == NN_OK)
        sync->status = sync->progress(sync->context, done, &sync->error);
    atomic_flag_clear_explicit(&product->busy, memory_order_release);
}

/* From now on, until NULL. */
static void call_before_tiles(nni_workspace *work, current_product *product)
{
    const bool calls = product && work->sync.progress;
    nni_gemm_workspace_set_before_tile(work->space, calls ? before_tile : NULL, product);
}

void nni_network_forward(nn_network *network, const nni_batch *batch, nni_workspace *work)
{
    const size_t last = network->layer_count - 1;
    current_product product = {.sync = &work->sync, .busy = ATOMIC_FLAG_INIT};
    call_before_tiles(work, &product);
    for (size_t l = 0; l < network->frozen; l++)
        forward_frozen_layer(network, l, batch, work);
    for (size_t l = network->frozen; l < last; l++)
        forward_layer(network, l, batch, work);
    multiply_as_ready(network, last, batch->x, batch->rows, NN_LINEAR, work->activations[last], work);
    call_before_tiles(work, NULL);
}

void nni_network_backward(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch,
                          nni_workspace *work)
{
    size_t whole[2];
    const nni_leaf_rows leaves = nni_batch_leaves(batch, whole);
    nni_gemm_workspace_round_joins(work->space, work->round_joins);
    nni_output_delta(loss, network, batch, work);
    current_product product = {.sync = &work->sync, .busy = ATOMIC_FLAG_INIT};
    call_before_tiles(work, &product);
    for (size_t l = network->layer_count; l-- > network->frozen;) {
        const nni_layer *layer = &network->layers[l];
        nni_timeline_layer(work->timeline, l);
        /* Who uses gradients at once changes W. Who sends them is served best when dW comes first. */
        if (l > network->frozen && work->sync.use)
            multiply_delta(network, l, batch->rows, work);
        product.first = layer->weight, product.stride = layer->inputs, product.rows = 0;
        weight_gradients(layer, nni_layer_input(work, batch->x, l), &leaves, work);
        product.stride = 0;
        report_complete(network, l, work);
        if (l > network->frozen && !work->sync.use)
            multiply_delta(network, l, batch->rows, work);
        if (l > network->frozen)
            go_below(network, l, &leaves, work);
    }
    call_before_tiles(work, NULL);
}
