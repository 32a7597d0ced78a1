/* SPDX-License-Identifier: MIT */
/* From features in the units of the data to predictions: what nntrain predict does, in operators. */
#include "export/onnx/write.h"

#include <math.h>
#include <stdio.h>

#include "export/onnx/build.h"
#include "export/onnx/format.h"
#include "export/onnx/notes.h"
#include "export/onnx/operators.h"
#include "nntrain/version.h"
#include "support/memory.h"

/* --- features --- */

static bool all_are(const double *values, size_t count, double value)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != value) /* NOLINT(clang-analyzer-core.uninitialized) */
            return false;
    return true;
}

static int type_of(nni_element element)
{
    return element == NNI_DOUBLE ? NNI_ONNX_DOUBLE : NNI_ONNX_FLOAT;
}

/* An array of doubles, exact in the file, in the type that is computed in. */
static const char *doubles_as(nni_onnx_build *build, const char *name, const double *values, size_t count, int type)
{
    const char *exact = nni_onnx_doubles(build, name, values, count);
    return type == NNI_ONNX_DOUBLE ? exact : nni_onnx_cast(build, exact, type);
}

/* (x - offset) * scale, limited, with what stands for missing values. */
static const char *write_features(nni_onnx_build *build, const nni_feature_scaler *scaler)
{
    const size_t features = scaler->features;
    const nni_scaling_types types = nni_feature_scaler_types(scaler);
    const int type = type_of(types.scaled);
    const char *x = nni_onnx_input(build, "x", type_of(types.x), features);
    if (types.scaled != types.x)
        x = nni_onnx_cast(build, x, type);
    if (!all_are(scaler->offset, features, 0))
        x = NNI_ONNX_NODE(build, "Sub", x, doubles_as(build, "features.offset", scaler->offset, features, type));
    if (!all_are(scaler->scale, features, 1))
        x = NNI_ONNX_NODE(build, "Mul", x, doubles_as(build, "features.scale", scaler->scale, features, type));
    if (type != NNI_ONNX_FLOAT)
        x = nni_onnx_cast(build, x, NNI_ONNX_FLOAT);
    /* Asked before the limit, which a runtime may give NaN. */
    const char *missing = scaler->missing ? NNI_ONNX_NODE(build, "IsNaN", x) : NULL;
    if (scaler->limit > 0)
        x = NNI_ONNX_NODE(build, "Clip", x, nni_onnx_scalar(build, -scaler->limit, NNI_ONNX_FLOAT),
                          nni_onnx_scalar(build, scaler->limit, NNI_ONNX_FLOAT));
    if (missing)
        x = NNI_ONNX_NODE(build, "Where", missing,
                          nni_onnx_reals(build, "features.missing", scaler->missing, features, 0), x);
    return x;
}

/* --- layers --- */

typedef struct writer {
    nni_onnx_build *build;
    const nn_network *network;
    bool keep_norms;
} writer;

static const char *write_tensor(const writer *to, size_t layer, const char *tensor, const nni_real *values, size_t rows,
                                size_t columns)
{
    char name[64];
    snprintf(name, sizeof name, "layers.%zu.%s", layer, tensor);
    return nni_onnx_reals(to->build, name, values, rows, columns);
}

/* What a product of bfloat16 takes of an operand. */
static const char *rounded(const writer *to, const char *value)
{
    if (to->network->precision != NN_BF16)
        return value;
    return nni_onnx_cast(to->build, nni_onnx_cast(to->build, value, NNI_ONNX_BFLOAT16), NNI_ONNX_FLOAT);
}

/* @param bias  [outputs]; NULL: none */
static const char *write_product(const writer *to, size_t index, const nni_real *weight, const nni_real *bias,
                                 const char *x)
{
    const nni_layer *layer = &to->network->layers[index];
    const char *left = rounded(to, x);
    const char *right = rounded(to, write_tensor(to, index, "weight", weight, layer->outputs, layer->inputs));
    const char *shift = bias ? write_tensor(to, index, "bias", bias, layer->outputs, 0) : NULL;
    const char *sums = NNI_ONNX_NODE(to->build, "Gemm", left, right, shift);
    nni_onnx_set_int(to->build, "transB", 1);
    return sums;
}

/* Batch norm is an affine function of a unit: a product with other weights. Rounded to bfloat16 these would be others
 * than the ones trained. */
static const char *write_folded(const writer *to, size_t index, const char *x)
{
    const nni_layer *layer = &to->network->layers[index];
    const nni_real *parameters = to->network->parameters, *statistics = to->network->statistics;
    nni_real *weight = NULL;
    to->build->status =
        nni_reserve((layer->inputs + 1) * layer->outputs, sizeof *weight, "a layer", &weight, to->build->error);
    if (to->build->status != NN_OK)
        return "";
    nni_real *bias = weight + layer->inputs * layer->outputs;
    for (size_t i = 0; i < layer->outputs; i++) {
        const double variance = (double)statistics[layer->running_variance + i];
        const double scale = (double)parameters[layer->gamma + i] / sqrt(variance + NNI_ONNX_EPSILON);
        for (size_t j = 0; j < layer->inputs; j++)
            weight[i * layer->inputs + j] =
                (nni_real)(scale * (double)parameters[layer->weight + i * layer->inputs + j]);
        bias[i] = (nni_real)((double)parameters[layer->beta + i] - scale * (double)statistics[layer->running_mean + i]);
    }
    const char *sums = write_product(to, index, weight, bias, x);
    nni_release(weight);
    return sums;
}

static const char *write_norm(const writer *to, size_t index, const char *sums)
{
    const nni_layer *layer = &to->network->layers[index];
    const nni_real *parameters = to->network->parameters, *statistics = to->network->statistics;
    if (layer->norm == NN_NORM_NONE)
        return sums;
    const size_t units = layer->outputs;
    const char *gamma = write_tensor(to, index, "gamma", parameters + layer->gamma, units, 0);
    const char *beta = write_tensor(to, index, "beta", parameters + layer->beta, units, 0);
    const char *normalised = NULL;
    if (layer->norm == NN_NORM_LAYER) {
        normalised = NNI_ONNX_NODE(to->build, "LayerNormalization", sums, gamma, beta);
        nni_onnx_set_int(to->build, "axis", -1);
    } else {
        const char *mean = write_tensor(to, index, "running_mean", statistics + layer->running_mean, units, 0);
        const char *variance =
            write_tensor(to, index, "running_variance", statistics + layer->running_variance, units, 0);
        normalised = NNI_ONNX_NODE(to->build, "BatchNormalization", sums, gamma, beta, mean, variance);
    }
    nni_onnx_set_float(to->build, "epsilon", (float)NNI_ONNX_EPSILON);
    return normalised;
}

static const char *write_layer(const writer *to, size_t index, const char *x)
{
    const nni_layer *layer = &to->network->layers[index];
    const bool folds = layer->norm == NN_NORM_BATCH && !to->keep_norms && to->network->precision != NN_BF16;
    const nni_real *parameters = to->network->parameters;
    const char *sums = folds
                           ? write_folded(to, index, x)
                           : write_norm(to, index,
                                        write_product(to, index, parameters + layer->weight,
                                                      nni_layer_has_bias(layer) ? parameters + layer->bias : NULL, x));
    if (to->build->status != NN_OK)
        return "";
    const char *y = nni_onnx_activation(to->build, layer->activation, sums);
    if (y)
        return y;
    to->build->status = nn_fail(to->build->error, NN_USAGE, "layer %zu: ONNX has no operators for %s", index,
                                nn_activation_name(layer->activation));
    return "";
}

/* --- outputs --- */

/* What nni_target_scaler_restore does, in double as there. */
static const char *write_restored(nni_onnx_build *build, const nni_target_scaler *scaler, const char *y)
{
    if (!scaler || scaler->kind == NN_TARGETS_NONE)
        return y;
    y = nni_onnx_cast(build, y, NNI_ONNX_DOUBLE);
    y = NNI_ONNX_NODE(build, "Div", y, nni_onnx_doubles(build, "targets.scale", scaler->scale, scaler->outputs));
    y = NNI_ONNX_NODE(build, "Add", y, nni_onnx_doubles(build, "targets.offset", scaler->offset, scaler->outputs));
    if (scaler->kind == NN_TARGETS_LOG1P)
        y = NNI_ONNX_NODE(build, "Sub", NNI_ONNX_NODE(build, "Exp", y), nni_onnx_scalar(build, 1, NNI_ONNX_DOUBLE));
    return nni_onnx_cast(build, y, NNI_ONNX_FLOAT);
}

/* The most probable class, the first of equals; of one output whether it is at least 0.5, and so of each label. */
static void write_decision(nni_onnx_build *build, nn_prediction predicts, size_t outputs, const char *y)
{
    if (predicts == NN_PREDICTS_CLASSES && outputs > 1) {
        NNI_ONNX_NODE(build, "ArgMax", y);
        nni_onnx_set_int(build, "axis", 1);
        nni_onnx_set_int(build, "keepdims", 0);
        nni_onnx_name_output(build, "class", NNI_ONNX_INT64, 0);
        return;
    }
    const char *yes = NNI_ONNX_NODE(build, "GreaterOrEqual", y, nni_onnx_scalar(build, 0.5, NNI_ONNX_FLOAT));
    const char *decided = nni_onnx_cast(build, yes, NNI_ONNX_INT64);
    if (predicts == NN_PREDICTS_LABELS) {
        nni_onnx_name_output(build, "labels", NNI_ONNX_INT64, outputs);
        return;
    }
    NNI_ONNX_NODE(build, "Squeeze", decided, nni_onnx_axis(build, 1));
    nni_onnx_name_output(build, "class", NNI_ONNX_INT64, 0);
}

static void write_outputs(nni_onnx_build *build, const nni_trained *model, const char *y)
{
    const bool values = model->predicts == NN_PREDICTS_VALUES;
    const char *name = values ? "values" : "probabilities";
    const size_t outputs = model->network->outputs;
    /* A node of its own, since the last one's output may have consumers, or the graph no node at all. */
    NNI_ONNX_NODE(build, "Identity", write_restored(build, model->target_scaler, y));
    if (build->status != NN_OK)
        return;
    nni_onnx_name_output(build, name, NNI_ONNX_FLOAT, outputs);
    if (!values)
        write_decision(build, model->predicts, outputs, name);
}

static void write_graph(nni_onnx_build *build, const nni_trained *model, const nni_export_settings *settings)
{
    const writer to = {build, model->network, settings->keep_norms};
    const char *value = write_features(build, model->feature_scaler);
    for (size_t l = 0; l < model->network->layer_count && build->status == NN_OK; l++)
        value = write_layer(&to, l, value);
    write_outputs(build, model, value);
}

nn_status nni_onnx_write(const nni_trained *model, const nni_export_settings *settings, const char *path,
                         nn_error *error)
{
    nni_onnx_build build;
    NniOnnx__OperatorSetIdProto operators = NNI_ONNX__OPERATOR_SET_ID_PROTO__INIT, *sets[] = {&operators};
    nni_onnx_build_start(&build, error);
    operators.version = NNI_ONNX_OPSET;
    build.model.ir_version = NNI_ONNX_IR_VERSION;
    build.model.producer_name = (char *)"nntrain";
    build.model.producer_version = (char *)NNTRAIN_VERSION;
    build.model.opset_import = sets;
    build.model.n_opset_import = 1;
    build.graph.name = (char *)"nntrain";
    write_graph(&build, model, settings);
    nni_onnx_notes_write(&build, model);
    const nn_status status = nni_onnx_build_save(&build, path);
    nni_onnx_build_free(&build);
    return status;
}
