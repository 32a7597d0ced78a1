/* SPDX-License-Identifier: MIT */
#include "export/onnx/assemble.h"

#include <math.h>
#include <string.h>

#include "export/onnx/format.h"
#include "support/memory.h"

/* A layer in the making. Borrows the numbers of the steps, but for its bias. */
typedef struct made_layer {
    size_t inputs, outputs;
    double *weight;                         /* [outputs, inputs] */
    double *bias;                           /* [outputs]; owned */
    double *gamma, *beta, *mean, *variance; /* [outputs] of a norm; owned */
    nn_norm_kind norm;
    nn_activation activation;
    bool activated;
} made_layer;

/* The network in the making. */
typedef struct assembly {
    const nni_onnx_graph *graph;
    const nni_onnx_step *step; /* that is looked at */
    made_layer *layers;        /* [layer_count]; owned */
    size_t layer_count, products;
    size_t inputs;
    nni_feature_scaler *features;
    bool features_end;     /* a limit or a value for missing ones was there: shifts and scales are no more theirs */
    double *scale, *shift; /* [width of now] that come before the next product: x * scale + shift; NULL: none; owned */
    nni_target_scaler *targets;
    bool widened; /* what follows brings targets back */
    nni_onnx_kinds kinds;
    nn_error *error;
} assembly;

static nn_status refuse(const assembly *in, const char *sentence)
{
    return nni_onnx_refuse(in->graph, in->step->node, in->error, "%s", sentence);
}

static made_layer *last_layer(const assembly *in)
{
    return in->layer_count > 0 ? &in->layers[in->layer_count - 1] : NULL;
}

static size_t width(const assembly *in)
{
    return in->layer_count > 0 ? last_layer(in)->outputs : in->inputs;
}

static nn_status take(const assembly *in, size_t count, double value, double **array)
{
    NN_TRY(nni_reserve(count, sizeof **array, "a layer", array, in->error));
    for (size_t i = 0; i < count; i++)
        (*array)[i] = value;
    return NN_OK;
}

/* Number i of a constant, which may be one for all. */
static double at(const nni_onnx_array *array, size_t i)
{
    return array->values[array->rows * array->columns == 1 ? 0 : i];
}

static nn_status check_width(const assembly *in, const nni_onnx_array *array, size_t units)
{
    const size_t count = array->rows * array->columns;
    if (count == 1 || count == units)
        return NN_OK;
    return nni_onnx_refuse(in->graph, in->step->node, in->error, "has %zu numbers for %zu values", count, units);
}

/* --- products --- */

/* [inputs, outputs] to [outputs, inputs] */
static nn_status transpose(const assembly *in, nni_onnx_array *array)
{
    double *turned = NULL;
    NN_TRY(nni_reserve(array->rows * array->columns, sizeof *turned, "a layer", &turned, in->error));
    for (size_t i = 0; i < array->rows; i++)
        for (size_t j = 0; j < array->columns; j++)
            turned[j * array->rows + i] = array->values[i * array->columns + j];
    nni_onnx_array_free(array);
    *array = (nni_onnx_array){turned, array->columns, array->rows};
    return NN_OK;
}

/* The shift and scale of the layer below go into the weights: W (s x + t) = (W s) x + W t. */
static void fold_below(assembly *in, made_layer *layer)
{
    if (!in->scale)
        return;
    for (size_t i = 0; i < layer->outputs; i++)
        for (size_t j = 0; j < layer->inputs; j++) {
            double *weight = &layer->weight[i * layer->inputs + j];
            layer->bias[i] += *weight * in->shift[j];
            *weight *= in->scale[j];
        }
    nni_release(in->scale);
    nni_release(in->shift);
    in->scale = in->shift = NULL;
}

static nn_status add_product(assembly *in, nni_onnx_step *step)
{
    const size_t rows = step->a.rows, columns = step->a.columns;
    const size_t inputs = step->transposed ? rows : columns, outputs = step->transposed ? columns : rows;
    if (width(in) != inputs)
        return nni_onnx_refuse(in->graph, step->node, in->error, "takes %zu values, and there are %zu", inputs,
                               width(in));
    if (step->transposed)
        NN_TRY(transpose(in, &step->a));
    made_layer *layer = &in->layers[in->layer_count];
    *layer = (made_layer){.inputs = inputs, .outputs = outputs, .weight = step->a.values};
    NN_TRY(take(in, outputs, 0, &layer->bias));
    in->layer_count++;
    for (size_t i = 0; step->alpha != 1 && i < rows * columns; i++)
        layer->weight[i] *= step->alpha;
    if (step->b.values)
        NN_TRY(check_width(in, &step->b, outputs));
    for (size_t i = 0; step->b.values && i < outputs; i++)
        layer->bias[i] = step->beta * at(&step->b, i);
    fold_below(in, layer);
    return NN_OK;
}

/* --- shifts and scales --- */

/* a + b, with the sign of a b that is -0. */
static double sum(double a, double b)
{
    return a == 0 ? b : a + b;
}

/* In front of the network: (x - offset) * scale. */
static nn_status scale_features(assembly *in, nni_onnx_step_kind kind, size_t j, double c)
{
    double *offset = &in->features->offset[j], *scale = &in->features->scale[j];
    const double shift = (kind == NNI_ONNX_SUB ? c : -c) / *scale;
    const bool shifts = kind == NNI_ONNX_ADD || kind == NNI_ONNX_SUB;
    if ((kind == NNI_ONNX_DIV && c == 0) || (shifts && c != 0 && *scale == 0))
        return refuse(in, "divides by 0 what a feature is scaled by");
    if (shifts)
        *offset = sum(*offset, shift);
    else if (kind == NNI_ONNX_MUL)
        *scale *= c;
    else
        *scale /= c;
    return NN_OK;
}

/* Behind the network, as nni_target_scaler_restore has it: a division, then a sum. */
static nn_status scale_targets(assembly *in, nni_onnx_step_kind kind, size_t j, double c)
{
    double *offset = &in->targets->offset[j], *scale = &in->targets->scale[j];
    if (kind == NNI_ONNX_ADD || kind == NNI_ONNX_SUB)
        *offset = sum(*offset, kind == NNI_ONNX_ADD ? c : -c);
    else if (c == 0 || *offset != 0)
        return refuse(in, "scales targets by 0, or after they were shifted");
    else if (kind == NNI_ONNX_DIV)
        *scale *= c;
    else
        *scale /= c;
    return NN_OK;
}

/* x * scale + shift, with one more step. */
static void compose(nni_onnx_step_kind kind, double c, double *scale, double *shift)
{
    if (kind == NNI_ONNX_ADD)
        *shift += c;
    else if (kind == NNI_ONNX_SUB)
        *shift -= c;
    else {
        *scale = kind == NNI_ONNX_MUL ? *scale * c : *scale / c;
        *shift = kind == NNI_ONNX_MUL ? *shift * c : *shift / c;
    }
}

/* A layer without activation as yet takes it into its weights, or behind a norm into gamma and beta. */
static void scale_layer(made_layer *layer, nni_onnx_step_kind kind, size_t i, double c)
{
    double scale = 1, shift = 0;
    compose(kind, c, &scale, &shift);
    double *base = layer->norm == NN_NORM_NONE ? layer->bias : layer->beta;
    if (layer->norm != NN_NORM_NONE)
        layer->gamma[i] *= scale;
    for (size_t j = 0; layer->norm == NN_NORM_NONE && scale != 1 && j < layer->inputs; j++)
        layer->weight[i * layer->inputs + j] *= scale;
    base[i] = base[i] * scale + shift;
}

static nn_status add_affine(assembly *in, nni_onnx_step_kind kind, const nni_onnx_array *by)
{
    const size_t units = width(in);
    made_layer *layer = last_layer(in);
    const bool pending = !in->widened && (layer ? layer->activated : in->features_end);
    NN_TRY(check_width(in, by, units));
    if (pending && !in->scale) {
        NN_TRY(take(in, units, 1, &in->scale));
        NN_TRY(take(in, units, 0, &in->shift));
    }
    for (size_t j = 0; j < units; j++) {
        const double c = at(by, j);
        if (in->widened)
            NN_TRY(scale_targets(in, kind, j, c));
        else if (pending)
            compose(kind, c, &in->scale[j], &in->shift[j]);
        else if (layer)
            scale_layer(layer, kind, j, c);
        else
            NN_TRY(scale_features(in, kind, j, c));
    }
    return NN_OK;
}

/* --- norms and activations --- */

static nn_status add_norm(assembly *in, nn_norm_kind norm, nni_onnx_step *step)
{
    made_layer *layer = last_layer(in);
    layer->norm = norm;
    NN_TRY(take(in, layer->outputs, 1, &layer->gamma));
    NN_TRY(take(in, layer->outputs, 0, &layer->beta));
    for (size_t i = 0; i < layer->outputs; i++) {
        layer->gamma[i] = step->a.values ? at(&step->a, i) : 1;
        layer->beta[i] = step->b.values ? at(&step->b, i) : 0;
    }
    return NN_OK;
}

/* Batch norm of an output, of features or behind an activation is a scale and a shift. */
static nn_status add_batch_norm(assembly *in, nni_onnx_step *step)
{
    made_layer *layer = last_layer(in);
    const size_t units = width(in);
    NN_TRY(check_width(in, &step->a, units));
    NN_TRY(check_width(in, &step->b, units));
    NN_TRY(check_width(in, &step->c, units));
    NN_TRY(check_width(in, &step->d, units));
    for (size_t i = 0; i < step->d.rows * step->d.columns; i++)
        if (!(step->d.values[i] + step->epsilon > 0))
            return refuse(in, "has a variance below 0");
    if (layer && !layer->activated && layer->norm == NN_NORM_NONE && in->layer_count < in->products) {
        NN_TRY(take(in, units, 0, &layer->mean));
        NN_TRY(take(in, units, 0, &layer->variance));
        /* nntrain's layer has no bias there, and an epsilon of its own. */
        const double more = fabs(step->epsilon - NNI_ONNX_EPSILON) < 1e-9 ? 0 : step->epsilon - NNI_ONNX_EPSILON;
        for (size_t i = 0; i < units; i++) {
            layer->mean[i] = at(&step->c, i) - layer->bias[i];
            layer->variance[i] = at(&step->d, i) + more;
        }
        return add_norm(in, NN_NORM_BATCH, step);
    }
    for (size_t i = 0; i < step->d.rows * step->d.columns; i++)
        step->d.values[i] = sqrt(step->d.values[i] + step->epsilon);
    NN_TRY(add_affine(in, NNI_ONNX_SUB, &step->c));
    NN_TRY(add_affine(in, NNI_ONNX_DIV, &step->d));
    NN_TRY(add_affine(in, NNI_ONNX_MUL, &step->a));
    return add_affine(in, NNI_ONNX_ADD, &step->b);
}

static nn_status add_layer_norm(assembly *in, nni_onnx_step *step)
{
    const made_layer *layer = last_layer(in);
    if (!layer || layer->activated || layer->norm != NN_NORM_NONE || in->layer_count == in->products)
        return refuse(in, "stands where nntrain has no layer norm: it comes between a product and its activation, and "
                          "not in the last layer");
    if (!(fabs(step->epsilon - NNI_ONNX_EPSILON) <= 1e-9))
        return nni_onnx_refuse(in->graph, step->node, in->error, "has epsilon %g; nntrain's layer norm has %g",
                               step->epsilon, NNI_ONNX_EPSILON);
    if (step->a.values)
        NN_TRY(check_width(in, &step->a, layer->outputs));
    if (step->b.values)
        NN_TRY(check_width(in, &step->b, layer->outputs));
    return add_norm(in, NN_NORM_LAYER, step);
}

static nn_status add_activation(assembly *in, const nni_onnx_step *step)
{
    made_layer *layer = last_layer(in);
    if (!layer || layer->activated)
        return refuse(in, "stands where nntrain has no activation: one comes behind each product");
    layer->activation = step->activation;
    layer->activated = true;
    return NN_OK;
}

/* --- all steps --- */

static nn_status add_limit(assembly *in, const nni_onnx_step *step)
{
    if (in->layer_count > 0 || in->features_end)
        return refuse(in, "stands where nntrain has no limits: it limits features alone");
    in->features->limit = step->limit;
    in->features_end = true;
    return NN_OK;
}

static nn_status add_missing(assembly *in, const nni_onnx_step *step)
{
    if (in->layer_count > 0 || in->features->missing || in->scale)
        return refuse(in, "stands where nntrain replaces no missing values: it does so with features alone");
    NN_TRY(check_width(in, &step->a, in->inputs));
    NN_TRY(nni_feature_scaler_impute(in->features, in->error));
    for (size_t j = 0; j < in->inputs; j++)
        in->features->missing[j] = (nni_real)at(&step->a, j);
    in->features_end = true;
    return NN_OK;
}

static nn_status add_step(assembly *in, nni_onnx_step *step)
{
    in->step = step;
    switch (step->kind) {
    case NNI_ONNX_PRODUCT:
        return add_product(in, step);
    case NNI_ONNX_ADD:
    case NNI_ONNX_SUB:
    case NNI_ONNX_MUL:
    case NNI_ONNX_DIV:
        return add_affine(in, step->kind, &step->a);
    case NNI_ONNX_ACTIVATE:
        return add_activation(in, step);
    case NNI_ONNX_BATCH_NORM:
        return add_batch_norm(in, step);
    case NNI_ONNX_LAYER_NORM:
        return add_layer_norm(in, step);
    case NNI_ONNX_LIMIT:
        return add_limit(in, step);
    case NNI_ONNX_MISSING:
        return add_missing(in, step);
    case NNI_ONNX_SHAPE:
        if (in->layer_count > 0 && step->columns > 0 && step->columns != width(in))
            return refuse(in, "divides rows otherwise than they are");
        return NN_OK;
    case NNI_ONNX_WIDEN:
        in->widened = in->layer_count == in->products && in->kinds.targets != NN_TARGETS_NONE;
        return NN_OK;
    case NNI_ONNX_EXPM1:
        return in->widened && in->kinds.targets == NN_TARGETS_LOG1P
                   ? NN_OK
                   : refuse(in, "is an exponential, and the file does not say that its targets were logarithms");
    }
    return NN_OK;
}

/* A shift and scale behind the last activation bring values back to the units of the targets. */
static nn_status end_targets(assembly *in)
{
    if (!in->scale)
        return NN_OK;
    if (in->kinds.targets != NN_TARGETS_NONE)
        return refuse(in, "scales outputs otherwise than nntrain does");
    in->targets->kind = NN_TARGETS_STANDARD;
    for (size_t j = 0; j < width(in); j++) {
        in->targets->scale[j] = 1 / in->scale[j];
        in->targets->offset[j] = in->shift[j];
        if (!isfinite(in->targets->scale[j]) || in->targets->scale[j] == 0)
            return refuse(in, "scales outputs by 0");
    }
    return NN_OK;
}

/* Scalings that the file does not name are those that have such numbers. */
static nn_status end_features(assembly *in)
{
    nni_feature_scaler *features = in->features;
    for (size_t j = 0; j < features->features; j++) {
        if (!isfinite(features->offset[j]) || !isfinite(features->scale[j]))
            return nn_fail(in->error, NN_DATA, "%s scales its feature %zu by NaN or infinity", in->graph->path, j);
        if (features->kind == NN_NORMALIZE_NONE && (features->offset[j] != 0 || features->scale[j] != 1))
            features->kind = NN_NORMALIZE_STANDARD;
    }
    if (features->limit > 0)
        features->kind = NN_NORMALIZE_ROBUST;
    nni_feature_scaler_round(features);
    return NN_OK;
}

/* Sizes that the checks of steps need before these are looked at. */
static nn_status begin(assembly *in, const nni_onnx_steps *steps, nni_checkpoint *checkpoint)
{
    size_t outputs = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const nni_onnx_step *step = &steps->array[i];
        if (step->kind != NNI_ONNX_PRODUCT)
            continue;
        if (in->products++ == 0)
            in->inputs = step->transposed ? step->a.rows : step->a.columns;
        outputs = step->transposed ? step->a.columns : step->a.rows;
    }
    if (in->products == 0)
        return nn_fail(in->error, NN_DATA, "%s has no dense layer (Gemm or MatMul)", in->graph->path);
    NN_TRY(nni_allocate(in->products, sizeof *in->layers, "the table of layers", &in->layers, in->error));
    NN_TRY(nni_feature_scaler_create(in->kinds.features, in->inputs, &checkpoint->normalization, in->error));
    in->features = checkpoint->normalization;
    NN_TRY(nni_target_scaler_create(in->kinds.targets, outputs, &checkpoint->target_scaling, in->error));
    in->targets = checkpoint->target_scaling;
    return NN_OK;
}

static void copy(const double *from, size_t count, nni_real *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (nni_real)from[i];
}

static nn_status make_network(const assembly *in, nn_network **network)
{
    nni_layer_settings *settings = NULL;
    nn_error reason = {.status = NN_OK};
    NN_TRY(nni_allocate(in->layer_count, sizeof *settings, "the table of layers", &settings, in->error));
    for (size_t l = 0; l < in->layer_count; l++)
        settings[l] = (nni_layer_settings){.units = in->layers[l].outputs,
                                           .activation = in->layers[l].activation,
                                           .normalization = in->layers[l].norm};
    const nn_status status = nni_network_create(in->inputs, settings, in->layer_count, network, &reason);
    nni_release(settings);
    if (status != NN_OK)
        return nn_fail(in->error, status == NN_SYSTEM ? NN_SYSTEM : NN_DATA, "%s: %s", in->graph->path, reason.message);
    for (size_t l = 0; l < in->layer_count; l++) {
        const made_layer *from = &in->layers[l];
        const nni_layer *layer = &(*network)->layers[l];
        nni_real *flat = (*network)->parameters, *statistics = (*network)->statistics;
        copy(from->weight, from->inputs * from->outputs, flat + layer->weight);
        if (nni_layer_has_bias(layer))
            copy(from->bias, from->outputs, flat + layer->bias);
        if (from->gamma) {
            copy(from->gamma, from->outputs, flat + layer->gamma);
            copy(from->beta, from->outputs, flat + layer->beta);
        }
        if (from->mean) {
            copy(from->mean, from->outputs, statistics + layer->running_mean);
            copy(from->variance, from->outputs, statistics + layer->running_variance);
        }
    }
    if (!nni_network_is_finite(*network))
        return nn_fail(in->error, NN_DATA, "%s has weights that are NaN or infinite", in->graph->path);
    return NN_OK;
}

static void free_assembly(assembly *in)
{
    for (size_t l = 0; l < in->layer_count; l++) {
        nni_release(in->layers[l].bias);
        nni_release(in->layers[l].gamma);
        nni_release(in->layers[l].beta);
        nni_release(in->layers[l].mean);
        nni_release(in->layers[l].variance);
    }
    nni_release(in->layers);
    nni_release(in->scale);
    nni_release(in->shift);
}

nn_status nni_onnx_assemble(const nni_onnx_graph *graph, nni_onnx_steps *steps, nni_onnx_kinds kinds,
                            nni_checkpoint *checkpoint, nn_error *error)
{
    assembly in = {.graph = graph, .kinds = kinds, .error = error};
    nn_status status = begin(&in, steps, checkpoint);
    for (size_t i = 0; status == NN_OK && i < steps->count; i++)
        status = add_step(&in, &steps->array[i]);
    if (status == NN_OK)
        status = end_features(&in);
    if (status == NN_OK)
        status = end_targets(&in);
    if (status == NN_OK)
        status = make_network(&in, &checkpoint->network);
    free_assembly(&in);
    return status;
}
