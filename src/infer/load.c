/* SPDX-License-Identifier: MIT */
/* A model from a file: nothing in it is used before it is checked. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/model.h"
#include "infer/safetensors.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "support/extremes.h"
#include "support/memory.h"

enum { NEWEST_FORMAT = 1 };

/* Values of a layer for rows that go through the network at once, at most, so that scratch stays within bounds; rows
 * that one reading of the weights serves, at least. */
enum { MOST_ROWS = 256, LEAST_ROWS = 16, VALUES_AT_ONCE = 1 << 16 };

/* What is being read. */
typedef struct loading {
    const char *path;
    const nni_safetensors *file;
    nn_infer_model *model;
    const nni_json_value *root; /* of the description */
} loading;

static const char mend[] = "export the model again by nntrain export safetensors";

/* --- the description --- */

static const nni_json_value *member(const loading *l, const nni_json_value *object, const char *name)
{
    return nni_json_member(l->model->description, object, name);
}

static nn_status read_count(const loading *l, const nni_json_value *object, const char *name, size_t *count,
                            nn_error *error)
{
    const nni_json_value *value = member(l, object, name);
    if (!value || !value->is_count || value->count == 0 || value->count > UINT32_MAX)
        return nn_fail(error, NN_DATA, "%s: '%s' of its model should be a whole number above 0; %s", l->path, name,
                       mend);
    *count = (size_t)value->count;
    return NN_OK;
}

/* A name of a domain. */
static nn_status read_kind(const loading *l, const nni_json_value *object, const char *name, const nni_domain *domain,
                           size_t *kind, nn_error *error)
{
    const char *text = nni_json_member_text(l->model->description, object, name);
    *kind = text ? nni_domain_find(domain, text) : domain->count;
    if (*kind < domain->count)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: its model has no %s named '%s'; %s, or use a newer libnninfer", l->path,
                   domain->noun, text ? text : "", mend);
}

static nn_status read_predicts(const loading *l, nn_error *error)
{
    static const char *const names[] = {
        [NN_PREDICTS_CLASSES] = "classes", [NN_PREDICTS_LABELS] = "labels", [NN_PREDICTS_VALUES] = "values"};
    const char *text = nni_json_member_text(l->model->description, l->root, "predicts");
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            l->model->predicts = (nn_prediction)i;
            return NN_OK;
        }
    return nn_fail(error, NN_DATA, "%s: its model should predict classes, labels or values; %s", l->path, mend);
}

static nn_status read_precision(const loading *l, nn_error *error)
{
    const char *text = nni_json_member_text(l->model->description, l->root, "precision");
    const bool bf16 = text && strcmp(text, "bf16") == 0;
    if (!bf16 && (!text || strcmp(text, "float32") != 0))
        return nn_fail(error, NN_DATA, "%s: the precision of its model should be float32 or bf16; %s", l->path, mend);
    l->model->network.precision = bf16 ? NN_BF16 : NN_FLOAT32;
    return NN_OK;
}

/* @param found  receives an array of texts; NULL where there is none */
static nn_status read_names(const loading *l, const char *key, const nni_json_value **found, nn_error *error)
{
    const nni_json_value *names = member(l, l->root, key);
    bool texts = !names || names->type == NNI_JSON_NULL || names->type == NNI_JSON_ARRAY;
    if (!names || names->type == NNI_JSON_NULL)
        return NN_OK;
    for (size_t i = 1; texts && i <= names->count; i++)
        texts = names[i].type == NNI_JSON_TEXT;
    if (!texts)
        return nn_fail(error, NN_DATA, "%s: the %s of its model should be a list of names; %s", l->path, key, mend);
    *found = names->count > 0 ? names : NULL;
    return NN_OK;
}

static nn_status read_feature_names(const loading *l, nn_error *error)
{
    const size_t inputs = l->model->network.inputs;
    NN_TRY(read_names(l, "features", &l->model->feature_names, error));
    if (l->model->feature_names && l->model->feature_names->count != inputs)
        return nn_fail(error, NN_DATA, "%s: its model names %zu features and takes %zu; %s", l->path,
                       l->model->feature_names->count, inputs, mend);
    return NN_OK;
}

/* --- tensors --- */

/* Finds a tensor of a type and shape. @param columns  0: one dimension. @param at  receives its elements */
static nn_status find(const loading *l, const char *name, nni_safetensor_type type, size_t rows, size_t columns,
                      const void **at, nn_error *error)
{
    const nni_safetensor *tensor = nni_safetensors_find(l->file, name);
    if (!tensor)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' is missing; %s", l->path, name, mend);
    bool fits = tensor->type == type && tensor->dimensions == (columns > 0 ? 2u : 1u) && tensor->shape[0].count == rows;
    fits = fits && (columns == 0 || tensor->shape[1].count == columns);
    if (!fits && columns > 0)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' should be %s [%zu, %zu]; %s", l->path, name,
                       nni_safetensor_type_name(type), rows, columns, mend);
    if (!fits)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' should be %s [%zu]; %s", l->path, name,
                       nni_safetensor_type_name(type), rows, mend);
    if (tensor->offset % (type == NNI_ST_F64 ? sizeof(double) : sizeof(float)) != 0)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' lies at byte %zu, where a processor cannot read it; %s",
                       l->path, name, tensor->offset, mend);
    *at = l->file->bytes + tensor->offset;
    return NN_OK;
}

/* The same of one that may be missing: NULL. */
static nn_status find_optional(const loading *l, const char *name, nni_safetensor_type type, size_t count,
                               const void **at, nn_error *error)
{
    *at = NULL;
    return nni_safetensors_find(l->file, name) ? find(l, name, type, count, 0, at, error) : NN_OK;
}

/* The offset of a layer's tensor in the network's parameters, which are all of the file as floats. */
static nn_status place(const loading *l, size_t layer, const char *what, size_t columns, size_t *offset,
                       nn_error *error)
{
    char name[64];
    const void *at = NULL;
    snprintf(name, sizeof name, "layers.%zu.%s", layer, what);
    NN_TRY(find(l, name, NNI_ST_F32, l->model->network.layers[layer].outputs, columns, &at, error));
    *offset = (size_t)((const float *)at - l->model->network.parameters);
    return NN_OK;
}

static nn_status place_layer(const loading *l, size_t index, nn_error *error)
{
    nni_layer *layer = &l->model->network.layers[index];
    NN_TRY(place(l, index, "weight", layer->inputs, &layer->weight, error));
    if (nni_layer_has_bias(layer))
        NN_TRY(place(l, index, "bias", 0, &layer->bias, error));
    if (nni_norm_is_on(layer->norm)) {
        NN_TRY(place(l, index, "gamma", 0, &layer->gamma, error));
        NN_TRY(place(l, index, "beta", 0, &layer->beta, error));
    }
    if (nni_layer_has_statistics(layer)) {
        NN_TRY(place(l, index, "running_mean", 0, &layer->running_mean, error));
        NN_TRY(place(l, index, "running_variance", 0, &layer->running_variance, error));
        const float *variance = l->model->network.parameters + layer->running_variance;
        for (size_t j = 0; j < layer->outputs; j++)
            if (!(variance[j] >= 0))
                return nn_fail(error, NN_DATA, "%s: layers.%zu.running_variance of unit %zu is no variance; %s",
                               l->path, index, j, mend);
    }
    return NN_OK;
}

/* --- the network --- */

static nn_status read_layer(const loading *l, const nni_json_value *description, size_t index, nn_error *error)
{
    nn_network *network = &l->model->network;
    nni_layer *layer = &network->layers[index];
    size_t activation = 0, norm = 0;
    NN_TRY(read_count(l, description, "outputs", &layer->outputs, error));
    NN_TRY(read_kind(l, description, "activation", &nni_activation_domain, &activation, error));
    NN_TRY(read_kind(l, description, "normalization", &nni_norm_domain, &norm, error));
    layer->inputs = index > 0 ? network->layers[index - 1].outputs : network->inputs;
    layer->activation = (nn_activation)activation;
    layer->norm = (nn_norm_kind)norm;
    const bool last = index + 1 == network->layer_count;
    if (last ? nni_norm_is_on(layer->norm) : nni_activation_of(layer->activation)->over_rows)
        return nn_fail(error, NN_DATA, "%s: layer %zu should have no %s; %s", l->path, index,
                       last ? "normalization, for it is the last" : "softmax, for it is not the last", mend);
    l->model->has_norms |= nni_norm_is_on(layer->norm);
    l->model->widest = nni_larger(l->model->widest, nni_larger(layer->inputs, layer->outputs));
    return place_layer(l, index, error);
}

static nn_status read_network(const loading *l, nn_error *error)
{
    nn_network *network = &l->model->network;
    const nni_json_value *layers = member(l, l->root, "layers");
    NN_TRY(read_count(l, l->root, "inputs", &network->inputs, error));
    if (!layers || layers->type != NNI_JSON_ARRAY || layers->count == 0 || layers->count > l->file->count)
        return nn_fail(error, NN_DATA, "%s: its model should have layers, each with tensors; %s", l->path, mend);
    network->layer_count = (size_t)layers->count;
    NN_TRY(nni_allocate(network->layer_count, sizeof *network->layers, "the table of layers", &network->layers, error));
    network->parameters = (float *)(void *)l->file->bytes;
    network->statistics = network->parameters;
    const nni_json_value *layer = layers + 1;
    for (size_t index = 0; index < network->layer_count; index++, layer += layer->span)
        NN_TRY(read_layer(l, layer, index, error));
    network->outputs = network->layers[network->layer_count - 1].outputs;
    return NN_OK;
}

/* --- scalings --- */

/* Offsets and scales: the file's, or those that change nothing. */
static nn_status find_scaling(const loading *l, const char *prefix, size_t count, double **offset, double **scale,
                              bool *owned, nn_error *error)
{
    char offset_name[32], scale_name[32];
    const void *offsets = NULL, *scales = NULL;
    snprintf(offset_name, sizeof offset_name, "%s.offset", prefix);
    snprintf(scale_name, sizeof scale_name, "%s.scale", prefix);
    *owned = !nni_safetensors_find(l->file, offset_name) && !nni_safetensors_find(l->file, scale_name);
    if (!*owned) {
        NN_TRY(find(l, offset_name, NNI_ST_F64, count, 0, &offsets, error));
        NN_TRY(find(l, scale_name, NNI_ST_F64, count, 0, &scales, error));
        *offset = (double *)offsets;
        *scale = (double *)scales;
        return NN_OK;
    }
    NN_TRY(nni_allocate(count, sizeof **offset, "the scaling of a model", offset, error));
    NN_TRY(nni_allocate(count, sizeof **scale, "the scaling of a model", scale, error));
    for (size_t j = 0; j < count; j++)
        (*scale)[j] = 1;
    return NN_OK;
}

static nn_status read_features(const loading *l, nn_error *error)
{
    nni_feature_scaler *features = &l->model->features;
    const nni_json_value *scaling = member(l, l->root, "feature_scaling"), *limit = member(l, scaling, "limit");
    size_t kind = 0;
    const void *missing = NULL, *least = NULL, *most = NULL;
    features->features = l->model->network.inputs;
    NN_TRY(read_kind(l, scaling, "kind", &nni_feature_scaling_domain, &kind, error));
    features->kind = (nn_feature_scaling)kind;
    if (limit && (limit->type != NNI_JSON_NUMBER || !isfinite(limit->number)))
        return nn_fail(error, NN_DATA, "%s: the limit of its features should be a number; %s", l->path, mend);
    features->limit = limit ? limit->number : 0;
    NN_TRY(find_scaling(l, "features", features->features, &features->offset, &features->scale,
                        &l->model->owns_features, error));
    NN_TRY(nni_allocate(features->features, sizeof(nni_real), "the scaling of a model", &features->offset_real, error));
    NN_TRY(nni_allocate(features->features, sizeof(nni_real), "the scaling of a model", &features->scale_real, error));
    nni_feature_scaler_round(features);
    NN_TRY(find_optional(l, "features.missing", NNI_ST_F32, features->features, &missing, error));
    NN_TRY(find_optional(l, "features.least", NNI_ST_F64, features->features, &least, error));
    NN_TRY(find_optional(l, "features.most", NNI_ST_F64, features->features, &most, error));
    features->missing = (nni_real *)missing;
    l->model->least = least && most ? least : NULL;
    l->model->most = most;
    return NN_OK;
}

static nn_status read_targets(const loading *l, nn_error *error)
{
    nni_target_scaler *targets = &l->model->targets;
    size_t kind = 0;
    targets->outputs = l->model->network.outputs;
    NN_TRY(read_kind(l, l->root, "target_scaling", &nni_target_scaling_domain, &kind, error));
    targets->kind = (nn_target_scaling)kind;
    NN_TRY(find_scaling(l, "targets", targets->outputs, &targets->offset, &targets->scale, &l->model->owns_targets,
                        error));
    for (size_t j = 0; j < targets->outputs; j++)
        if (targets->scale[j] == 0 || !isfinite(targets->scale[j]))
            return nn_fail(error, NN_DATA, "%s: targets.scale of output %zu should be a number other than 0; %s",
                           l->path, j, mend);
    return NN_OK;
}

/* --- the file --- */

static nn_status check_version(const loading *l, nn_error *error)
{
    const char *format = nni_safetensors_metadata(l->file, "format");
    const char *text = nni_safetensors_metadata(l->file, "format_version");
    if (!format || strcmp(format, "nntrain") != 0)
        return nn_fail(error, NN_DATA,
                       "%s: a safetensors file, but not of nntrain's; import it with nntrain import, or %s", l->path,
                       mend);
    char *end = NULL;
    const unsigned long version = text ? strtoul(text, &end, 10) : 0;
    if (version == 0 || *end != '\0')
        return nn_fail(error, NN_DATA, "%s: its format_version is missing or no number; %s", l->path, mend);
    if (version > NEWEST_FORMAT)
        return nn_fail(error, NN_DATA,
                       "%s was written by a newer nntrain (format %lu); this one reads up to %d: use a newer one",
                       l->path, version, NEWEST_FORMAT);
    return NN_OK;
}

static nn_status read_model(loading *l, nn_error *error)
{
    nn_infer_model *model = l->model;
    NN_TRY(check_version(l, error));
    const char *text = nni_safetensors_metadata(l->file, "model");
    if (!text)
        return nn_fail(error, NN_DATA, "%s: it has no description of its model; %s", l->path, mend);
    NN_TRY(nni_json_read(text, strlen(text), l->path, &model->description, error));
    l->root = nni_json_root(model->description);
    NN_TRY(read_precision(l, error));
    NN_TRY(read_predicts(l, error));
    NN_TRY(read_network(l, error));
    NN_TRY(read_names(l, "classes", &model->class_names, error));
    NN_TRY(read_feature_names(l, error));
    NN_TRY(read_features(l, error));
    NN_TRY(read_targets(l, error));
    const nn_network *network = &model->network;
    model->piece_rows = nni_smaller(MOST_ROWS, nni_larger(LEAST_ROWS, VALUES_AT_ONCE / model->widest));
    model->plan_few = nni_gemm_plan_for(network->precision, NNI_INFER_FEW, model->widest, model->widest);
    model->plan_many = nni_gemm_plan_for(network->precision, model->piece_rows, model->widest, model->widest);
    return nni_infer_take_rows(model, error);
}

static nn_status load(const void *bytes, size_t size, const char *path, nn_infer_model *model, nn_error *error)
{
    nni_safetensors *file = NULL;
    NN_TRY(nni_safetensors_parse(bytes, size, path, &file, error));
    loading l = {.path = path, .file = file, .model = model};
    const nn_status status = read_model(&l, error);
    nni_safetensors_free(file);
    return status;
}

nn_status nn_infer_load_memory(const void *bytes, size_t size, nn_infer_model **result, nn_error *error)
{
    nn_infer_model *model = NULL;
    if ((size_t)bytes % sizeof(double) != 0)
        return nn_fail(error, NN_USAGE, "the model in memory begins at no multiple of %zu; move it to one",
                       sizeof(double));
    NN_TRY(nni_allocate(1, sizeof *model, "the model", &model, error));
    const nn_status status = load(bytes, size, "the model in memory", model, error);
    if (status != NN_OK) {
        nn_infer_free(model);
        return status;
    }
    *result = model;
    return NN_OK;
}

nn_status nn_infer_load(const char *path, nn_infer_model **result, nn_error *error)
{
    nn_infer_model *model = NULL;
    NN_TRY(nni_allocate(1, sizeof *model, "the model", &model, error));
    nn_status status = nni_file_map_open(path, &model->map, error);
    if (status == NN_OK)
        status = load(model->map.bytes, model->map.size, path, model, error);
    if (status != NN_OK) {
        nn_infer_free(model);
        return status;
    }
    *result = model;
    return NN_OK;
}

void nn_infer_free(nn_infer_model *model)
{
    if (!model)
        return;
    nni_release(model->network.layers);
    nni_release(model->features.offset_real);
    nni_release(model->features.scale_real);
    if (model->owns_features) {
        nni_release(model->features.offset);
        nni_release(model->features.scale);
    }
    if (model->owns_targets) {
        nni_release(model->targets.offset);
        nni_release(model->targets.scale);
    }
    nni_release(model->row_layers);
    nni_release(model->row_values);
    nni_json_free(model->description);
    nni_file_map_close(&model->map);
    nni_release(model);
}

/* --- what it is --- */

nn_prediction nn_infer_predicts(const nn_infer_model *model)
{
    return model->predicts;
}

size_t nn_infer_features(const nn_infer_model *model)
{
    return model->network.inputs;
}

size_t nn_infer_outputs(const nn_infer_model *model)
{
    return model->network.outputs;
}

const char *nn_infer_class_name(const nn_infer_model *model, size_t class_number)
{
    const nni_json_value *names = model->class_names;
    return names && class_number < names->count ? names[1 + class_number].text : NULL;
}

const char *nn_infer_feature_name(const nn_infer_model *model, size_t feature)
{
    const nni_json_value *names = model->feature_names;
    return names && feature < names->count ? names[1 + feature].text : NULL;
}
