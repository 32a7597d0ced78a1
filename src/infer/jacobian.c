/* SPDX-License-Identifier: MIT */
/* Derivatives of the outputs by the features: one pass forward, then the chain rule in reverse for some outputs at a
 * time, with the derivatives that training uses; scalings in double. */
#include <math.h>
#include <string.h>

#include "infer/model.h"
#include "kernels/elementwise/elementwise.h"
#include "model/infer.h"
#include "model/layer_work.h"
#include "model/norms.h"
#include "support/extremes.h"

typedef struct buffers {
    nni_workspace work;
    nni_real *x;                  /* [features], scaled */
    double *y;                    /* [outputs] */
    double *slopes;               /* [features] of x by the feature */
    nni_real *delta, *next_delta; /* [NNI_INFER_DELTAS, widest] */
} buffers;

static buffers *lay_out(const nn_infer_model *model, nni_infer_memory *memory)
{
    const nn_network *network = &model->network;
    buffers *s = nni_infer_take(memory, 1, sizeof *s);
    buffers to = {.x = nni_infer_take(memory, network->inputs, sizeof(nni_real))};
    to.y = nni_infer_take(memory, network->outputs, sizeof *to.y);
    to.slopes = nni_infer_take(memory, network->inputs, sizeof *to.slopes);
    to.delta = nni_infer_take(memory, NNI_INFER_DELTAS * model->widest, sizeof *to.delta);
    to.next_delta = nni_infer_take(memory, NNI_INFER_DELTAS * model->widest, sizeof *to.next_delta);
    to.work.activations = nni_infer_take(memory, network->layer_count, sizeof *to.work.activations);
    to.work.layers = nni_infer_take(memory, network->layer_count, sizeof *to.work.layers);
    for (size_t l = 0; l < network->layer_count; l++) {
        const size_t outputs = network->layers[l].outputs, kept = nni_norm_is_on(network->layers[l].norm) ? outputs : 0;
        nni_real *activations = nni_infer_take(memory, outputs, sizeof *activations);
        const nni_layer_work layer = {.at = nni_infer_take(memory, outputs, sizeof(nni_real)),
                                      .xhat = nni_infer_take(memory, kept, sizeof(nni_real)),
                                      .inverse = nni_infer_take(memory, kept, sizeof(nni_real))};
        if (s) {
            to.work.activations[l] = activations;
            to.work.layers[l] = layer;
        }
    }
    void *space = nni_infer_take(memory, nni_gemm_plan_bytes(&model->plan_few), 1);
    if (!s)
        return NULL;
    to.work.space = nni_gemm_workspace_place(&model->plan_few, space);
    *s = to;
    return s;
}

size_t nni_infer_jacobian_bytes(const nn_infer_model *model)
{
    nni_infer_memory memory = {.at = NULL};
    lay_out(model, &memory);
    return memory.bytes;
}

/* The slope of a feature's scaling: none where it does not move what the network sees. */
static double slope_of(const nni_feature_scaler *by, size_t j, double x)
{
    const double scaled = (x - by->offset[j]) * by->scale[j];
    const bool limited = by->limit > 0 && (scaled > by->limit || scaled < -by->limit);
    return limited || x != x ? 0 : by->scale[j];
}

/* As nni_network_infer goes, with all kept that derivatives are found from. */
static void forward(const nn_network *network, const nni_real *x, nni_workspace *work)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        nni_real *sums = work->activations[l];
        nni_layer_multiply(network, l, x, 1, (nni_partition){0, layer->outputs}, NN_LINEAR, sums, work);
        if (nni_norm_is_on(layer->norm))
            nni_norm_of(layer->norm)->infer(network, l, 1, sums, work);
        memcpy(work->layers[l].at, sums, layer->outputs * sizeof *sums);
        nni_activate_rows(layer->activation, sums, 1, layer->outputs);
    }
}

/* Delta of a row, from the activations of a layer to its sums. */
static void through_layer(const nn_network *network, size_t l, nni_real *delta, const nni_workspace *work)
{
    const nni_layer *layer = &network->layers[l];
    const nni_activation_entry *entry = nni_activation_of(layer->activation);
    if (entry->over_rows)
        nni_activate_row_backward(layer->activation, work->activations[l], layer->outputs, delta);
    else
        nni_activate_backward(layer->activation, entry->needs_input ? work->layers[l].at : work->activations[l], delta,
                              layer->outputs);
    if (nni_norm_is_on(layer->norm))
        nni_norm_of(layer->norm)->infer_backward(network, l, delta, work);
}

/* Derivatives of `count` outputs by the scaled features. @return [count, features] */
static const nni_real *backward(const nn_network *network, size_t first, size_t count, buffers *s)
{
    nni_real *delta = s->delta, *next = s->next_delta;
    memset(delta, 0, count * network->outputs * sizeof *delta);
    for (size_t k = 0; k < count; k++)
        delta[k * network->outputs + first + k] = 1;
    for (size_t l = network->layer_count; l-- > 0;) {
        const nni_layer *layer = &network->layers[l];
        for (size_t k = 0; k < count; k++)
            through_layer(network, l, delta + k * layer->outputs, &s->work);
        nni_gemm(s->work.space, count, layer->inputs, layer->outputs, (nni_view){delta, layer->outputs, 1},
                 (nni_view){network->parameters + layer->weight, layer->inputs, 1}, next, layer->inputs, NULL);
        nni_real *swap = delta;
        delta = next, next = swap;
    }
    return delta;
}

void nn_infer_jacobian(const nn_infer_model *model, const double *x, double *jacobian, void *memory)
{
    const nn_network *network = &model->network;
    const nni_target_scaler *targets = &model->targets;
    const size_t inputs = network->inputs, outputs = network->outputs;
    buffers *s = lay_out(model, &(nni_infer_memory){.at = memory});
    nni_feature_scaler_apply(&model->features, NNI_DOUBLE, x, s->x);
    for (size_t j = 0; j < inputs; j++)
        s->slopes[j] = slope_of(&model->features, j, x[j]);
    forward(network, s->x, &s->work);
    nni_target_scaler_restore(targets, nni_network_output(network, &s->work), 1, s->y);
    for (size_t first = 0; first < outputs; first += NNI_INFER_DELTAS) {
        const size_t count = nni_smaller(outputs - first, NNI_INFER_DELTAS);
        const nni_real *derivatives = backward(network, first, count, s);
        for (size_t k = 0; k < count; k++) {
            const double steep = targets->kind == NN_TARGETS_LOG1P ? 1 + s->y[first + k] : 1;
            const double factor = steep / targets->scale[first + k];
            for (size_t j = 0; j < inputs; j++)
                jacobian[(first + k) * inputs + j] =
                    s->slopes[j] == 0 ? 0 : factor * (double)derivatives[k * inputs + j] * s->slopes[j];
        }
    }
}
