/* SPDX-License-Identifier: MIT */
/* Predictions: the trainer's pass of inference, in the caller's scratch. */
#include "infer/model.h"
#include "model/class_of.h"
#include "model/layer_work.h"
#include "model/norms.h"
#include "support/element.h"
#include "support/extremes.h"

/* The scratch of a prediction. */
typedef struct buffers {
    nni_workspace work;
    nni_real *x;    /* [rows, features], scaled */
    double *y;      /* [outputs] of a row */
    void *gathered; /* [features] of a row, of the caller's type */
} buffers;

/* Two arrays take turns as input and output of layers; what norms keep for a training, every layer may overwrite. */
static buffers *lay_out(const nn_infer_model *model, size_t rows, nni_infer_memory *memory)
{
    const nn_network *network = &model->network;
    const nni_gemm_plan *plan = rows > NNI_INFER_FEW ? &model->plan_many : &model->plan_few;
    buffers *s = nni_infer_take(memory, 1, sizeof *s);
    double *y = nni_infer_take(memory, network->outputs, sizeof *y);
    void *gathered = nni_infer_take(memory, network->inputs, sizeof(double));
    nni_real **activations = nni_infer_take(memory, network->layer_count, sizeof *activations);
    nni_layer_work *layers = nni_infer_take(memory, network->layer_count, sizeof *layers);
    nni_real *turns[2];
    for (int i = 0; i < 2; i++)
        turns[i] = nni_infer_take(memory, rows * model->widest, sizeof **turns);
    nni_real *xhat = nni_infer_take(memory, model->has_norms ? rows * model->widest : 0, sizeof *xhat);
    nni_real *inverse = nni_infer_take(memory, model->has_norms ? nni_larger(rows, model->widest) : 0, sizeof *inverse);
    void *space = nni_infer_take(memory, nni_gemm_plan_bytes(plan), 1);
    if (!s)
        return NULL;
    for (size_t l = 0; l < network->layer_count; l++) {
        activations[l] = turns[l % 2];
        layers[l] = (nni_layer_work){.xhat = xhat, .inverse = inverse};
    }
    /* The rest of a workspace, a KiB with its error, is not read by the pass of inference. */
    s->x = turns[1], s->y = y, s->gathered = gathered;
    s->work.activations = activations;
    s->work.layers = layers;
    s->work.space = nni_gemm_workspace_place(plan, space);
    return s;
}

size_t nn_infer_scratch_bytes(const nn_infer_model *model, size_t rows)
{
    nni_infer_memory memory = {.at = NULL};
    lay_out(model, nni_smaller(rows, model->piece_rows), &memory);
    /* A plan for more rows may take less than one for a few. */
    nni_infer_memory few = {.at = NULL};
    lay_out(model, nni_smaller(rows, NNI_INFER_FEW), &few);
    return nni_larger(nni_larger(memory.bytes, few.bytes), nni_infer_jacobian_bytes(model));
}

static nni_element element_of(nn_infer_type type)
{
    return type == NN_INFER_DOUBLE ? NNI_DOUBLE : NNI_FLOAT;
}

/* Features of a row, side by side. */
static const void *features_of(const nn_infer_input *x, size_t row, size_t features, void *gathered)
{
    const ptrdiff_t first = (ptrdiff_t)row * x->row_stride;
    const float *floats = x->data;
    const double *doubles = x->data;
    if (x->column_stride == 1)
        return x->type == NN_INFER_DOUBLE ? (const void *)(doubles + first) : floats + first;
    for (size_t j = 0; j < features; j++) {
        const ptrdiff_t at = first + (ptrdiff_t)j * x->column_stride;
        if (x->type == NN_INFER_DOUBLE)
            ((double *)gathered)[j] = doubles[at];
        else
            ((float *)gathered)[j] = floats[at];
    }
    return gathered;
}

static void put_row(const nn_infer_output *y, size_t row, const double *values, size_t outputs)
{
    float *floats = y->data;
    double *doubles = y->data;
    for (size_t j = 0; j < outputs; j++) {
        const ptrdiff_t at = (ptrdiff_t)row * y->row_stride + (ptrdiff_t)j * y->column_stride;
        if (y->type == NN_INFER_DOUBLE)
            doubles[at] = values[j];
        else
            floats[at] = (float)values[j];
    }
}

/* Rows first ... first + rows - 1. */
static void predict_piece(const nn_infer_model *model, size_t first, size_t rows, const nn_infer_input *x,
                          const nn_infer_output *y, void *memory)
{
    const nn_network *network = &model->network;
    const size_t inputs = network->inputs, outputs = network->outputs;
    buffers *s = lay_out(model, rows, &(nni_infer_memory){.at = memory});
    for (size_t i = 0; i < rows; i++)
        nni_feature_scaler_apply(&model->features, element_of(x->type), features_of(x, first + i, inputs, s->gathered),
                                 s->x + i * inputs);
    if (rows == 1 && model->row_layers)
        nni_infer_row(model, s->x, &s->work);
    else
        nni_network_infer(network, s->x, rows, &s->work);
    nni_network_activate_output(network, rows, &s->work);
    const nni_real *a = nni_network_output(network, &s->work);
    for (size_t i = 0; i < rows; i++) {
        nni_target_scaler_restore(&model->targets, a + i * outputs, 1, s->y);
        put_row(y, first + i, s->y, outputs);
    }
}

void nn_infer_predict(const nn_infer_model *model, size_t rows, nn_infer_input x, nn_infer_output y, void *scratch)
{
    for (size_t first = 0; first < rows; first += model->piece_rows)
        predict_piece(model, first, nni_smaller(rows - first, model->piece_rows), &x, &y, scratch);
}

void nn_infer_predict_float(const nn_infer_model *model, size_t rows, const float *x, float *y, void *scratch)
{
    const nn_infer_input from = {x, NN_INFER_FLOAT, (ptrdiff_t)model->network.inputs, 1};
    const nn_infer_output to = {y, NN_INFER_FLOAT, (ptrdiff_t)model->network.outputs, 1};
    nn_infer_predict(model, rows, from, to, scratch);
}

void nn_infer_predict_double(const nn_infer_model *model, size_t rows, const double *x, double *y, void *scratch)
{
    const nn_infer_input from = {x, NN_INFER_DOUBLE, (ptrdiff_t)model->network.inputs, 1};
    const nn_infer_output to = {y, NN_INFER_DOUBLE, (ptrdiff_t)model->network.outputs, 1};
    nn_infer_predict(model, rows, from, to, scratch);
}

size_t nn_infer_class(const nn_infer_model *model, const double *y)
{
    return nni_class_of_values(y, model->network.outputs);
}

size_t nn_infer_check_range(const nn_infer_model *model, const double *x, unsigned char *outside)
{
    size_t count = 0;
    for (size_t j = 0; j < model->network.inputs; j++) {
        const bool missing = x[j] != x[j] && !model->features.missing;
        const bool out = model->least && (missing || x[j] < model->least[j] || x[j] > model->most[j]);
        count += out;
        if (outside)
            outside[j] = out;
    }
    return count;
}
