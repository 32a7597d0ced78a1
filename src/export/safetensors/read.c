/* SPDX-License-Identifier: MIT */
/* What write.c wrote. The file is believed in nothing: names, numbers and shapes are checked before they are used. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/imported.h"
#include "export/safetensors/layout.h"
#include "export/safetensors/read.h"
#include "infer/map_file.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "model/settings.h"
#include "support/memory.h"

/* The JSON text "model" of the metadata. */
typedef struct description {
    const nni_tensor_file *file;
    const nni_json_document *json;
} description;

/* --- members --- */

static nn_status refuse_member(const description *from, const char *name, nn_error *error)
{
    return nn_fail(error, NN_DATA,
                   "%s: '%s' of its model is missing, or not what nntrain writes; the file is damaged, export it anew",
                   from->file->path, name);
}

static nn_status get_count(const description *from, const nni_json_value *object, const char *name, uint64_t *count,
                           nn_error *error)
{
    const nni_json_value *value = nni_json_member(from->json, object, name);
    if (!value || !value->is_count)
        return refuse_member(from, name, error);
    *count = value->count;
    return NN_OK;
}

static nn_status get_number(const description *from, const nni_json_value *object, const char *name, double most,
                            double *number, nn_error *error)
{
    const nni_json_value *value = nni_json_member(from->json, object, name);
    if (!value || value->type != NNI_JSON_NUMBER || !(value->number >= 0 && value->number < most))
        return refuse_member(from, name, error);
    *number = value->number;
    return NN_OK;
}

/* The enumerator of a name. */
static nn_status get_kind(const description *from, const nni_json_value *object, const char *name,
                          const nni_domain *domain, int *kind, nn_error *error)
{
    const char *text = nni_json_member_text(from->json, object, name);
    const size_t found = text ? nni_domain_find(domain, text) : domain->count;
    if (found < domain->count) {
        *kind = (int)found;
        return NN_OK;
    }
    if (!text)
        return refuse_member(from, name, error);
    return nn_fail(error, NN_DATA, "%s: there is no %s '%s' in this nntrain; read the file with the one that wrote it",
                   from->file->path, domain->noun, text);
}

/* --- the network --- */

static nn_status get_layer(const description *from, const nni_json_value *object, nni_layer_settings *layer,
                           nn_error *error)
{
    uint64_t outputs = 0;
    int activation = 0, norm = 0;
    NN_TRY(get_count(from, object, "outputs", &outputs, error));
    NN_TRY(get_kind(from, object, "activation", &nni_activation_domain, &activation, error));
    NN_TRY(get_kind(from, object, "normalization", &nni_norm_domain, &norm, error));
    layer->units = outputs;
    layer->activation = (nn_activation)activation;
    layer->normalization = (nn_norm_kind)norm;
    return get_number(from, object, "dropout", 1, &layer->dropout, error);
}

/* A file cannot have more weights than bytes for them. */
static nn_status check_size(const description *from, uint64_t inputs, const nni_layer_settings *layers, size_t count,
                            nn_error *error)
{
    enum { LEAST_BYTES = 2 };
    uint64_t below = inputs, room = from->file->tensors->size / LEAST_BYTES;
    for (size_t l = 0; l < count; l++) {
        uint64_t weights = 0;
        if (below == 0 || __builtin_mul_overflow(below, (uint64_t)layers[l].units, &weights) || weights > room)
            return refuse_member(from, "layers", error);
        room -= weights;
        below = layers[l].units;
    }
    return NN_OK;
}

static nn_status get_layers(const description *from, const nni_json_value *array, nni_layer_settings *layers,
                            nn_error *error)
{
    const nni_json_value *object = array + 1;
    for (size_t l = 0; l < array->count; l++, object += object->span)
        NN_TRY(get_layer(from, object, &layers[l], error));
    return NN_OK;
}

static nn_status get_network(const description *from, nn_network **network, nn_error *error)
{
    const nni_json_value *root = nni_json_root(from->json), *array = nni_json_member(from->json, root, "layers");
    nni_layer_settings *layers = NULL;
    uint64_t inputs = 0;
    const char *precision = nni_json_member_text(from->json, root, "precision");
    NN_TRY(get_count(from, root, "inputs", &inputs, error));
    if (!array || array->type != NNI_JSON_ARRAY || array->count == 0)
        return refuse_member(from, "layers", error);
    if (!precision ||
        (strcmp(precision, nn_precision_name(NN_BF16)) != 0 && strcmp(precision, nn_precision_name(NN_FLOAT32)) != 0))
        return refuse_member(from, "precision", error);
    NN_TRY(nni_allocate(array->count, sizeof *layers, "the table of layers", &layers, error));
    nn_status status = get_layers(from, array, layers, error);
    if (status == NN_OK)
        status = check_size(from, inputs, layers, array->count, error);
    if (status == NN_OK && nni_network_create(inputs, layers, array->count, network, error) != NN_OK)
        status = refuse_member(from, "layers", error);
    if (status == NN_OK)
        (*network)->precision = strcmp(precision, nn_precision_name(NN_BF16)) == 0 ? NN_BF16 : NN_FLOAT32;
    nni_release(layers);
    return status;
}

/* --- tensors --- */

/* @param columns  0: one dimension */
static nn_status read_part(const nni_tensor_file *file, const nn_network *network, size_t index, const char *part,
                           size_t columns, nni_real *values, nn_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "layers.%zu.%s", index, part);
    return nni_tensor_read(file, name, network->layers[index].outputs, columns, values, error);
}

static nn_status read_layer(const nni_tensor_file *file, const nn_network *network, size_t index, nn_error *error)
{
    const nni_layer *layer = &network->layers[index];
    nni_real *flat = network->parameters, *statistics = network->statistics;
    NN_TRY(read_part(file, network, index, "weight", layer->inputs, flat + layer->weight, error));
    if (nni_layer_has_bias(layer))
        NN_TRY(read_part(file, network, index, "bias", 0, flat + layer->bias, error));
    if (layer->norm != NN_NORM_NONE) {
        NN_TRY(read_part(file, network, index, "gamma", 0, flat + layer->gamma, error));
        NN_TRY(read_part(file, network, index, "beta", 0, flat + layer->beta, error));
    }
    if (!nni_layer_has_statistics(layer))
        return NN_OK;
    NN_TRY(read_part(file, network, index, "running_mean", 0, statistics + layer->running_mean, error));
    NN_TRY(read_part(file, network, index, "running_variance", 0, statistics + layer->running_variance, error));
    for (size_t j = 0; j < layer->outputs; j++)
        if (!(statistics[layer->running_variance + j] >= 0))
            return nn_fail(error, NN_DATA, "%s: layers.%zu.running_variance of unit %zu is no variance", file->path,
                           index, j);
    return NN_OK;
}

/* --- what comes before and after the network --- */

static nn_status get_features(const description *from, size_t inputs, nni_feature_scaler **result, nn_error *error)
{
    const nni_json_value *object = nni_json_member(from->json, nni_json_root(from->json), "feature_scaling");
    const nni_tensor_file *file = from->file;
    int kind = 0;
    NN_TRY(get_kind(from, object, "kind", &nni_feature_scaling_domain, &kind, error));
    NN_TRY(nni_feature_scaler_create((nn_feature_scaling)kind, inputs, result, error));
    nni_feature_scaler *scaler = *result;
    NN_TRY(get_number(from, object, "limit", INFINITY, &scaler->limit, error));
    NN_TRY(nni_tensor_read_doubles(file, "features.offset", inputs, scaler->offset, error));
    NN_TRY(nni_tensor_read_doubles(file, "features.scale", inputs, scaler->scale, error));
    nni_feature_scaler_round(scaler);
    if (nni_safetensors_find(file->tensors, "features.least")) {
        NN_TRY(nni_feature_scaler_take_range(scaler, error));
        NN_TRY(nni_tensor_read_doubles(file, "features.least", inputs, scaler->least, error));
        NN_TRY(nni_tensor_read_doubles(file, "features.most", inputs, scaler->most, error));
    }
    if (!nni_safetensors_find(file->tensors, "features.missing"))
        return NN_OK;
    NN_TRY(nni_feature_scaler_impute(scaler, error));
    return nni_tensor_read(file, "features.missing", inputs, 0, scaler->missing, error);
}

static nn_status get_targets(const description *from, size_t outputs, nni_target_scaler **result, nn_error *error)
{
    int kind = 0;
    NN_TRY(get_kind(from, nni_json_root(from->json), "target_scaling", &nni_target_scaling_domain, &kind, error));
    if (kind == NN_TARGETS_AUTO)
        return refuse_member(from, "target_scaling", error);
    NN_TRY(nni_target_scaler_create((nn_target_scaling)kind, outputs, result, error));
    NN_TRY(nni_tensor_read_doubles(from->file, "targets.offset", outputs, (*result)->offset, error));
    NN_TRY(nni_tensor_read_doubles(from->file, "targets.scale", outputs, (*result)->scale, error));
    for (size_t j = 0; j < outputs; j++)
        if ((*result)->scale[j] == 0 || !isfinite((*result)->scale[j]))
            return nn_fail(error, NN_DATA, "%s: targets.scale of output %zu should be a number other than 0",
                           from->file->path, j);
    return NN_OK;
}

/* Different texts, if there are any. */
static nn_status get_names(const description *from, const char *key, nni_string_set *names, nn_error *error)
{
    const nni_json_value *array = nni_json_member(from->json, nni_json_root(from->json), key);
    if (!array)
        return NN_OK;
    if (array->type != NNI_JSON_ARRAY)
        return refuse_member(from, key, error);
    for (size_t i = 1; i <= array->count; i++) {
        if (!array[i].text)
            return refuse_member(from, key, error);
        NN_TRY(nni_string_set_add(names, array[i].text, error));
    }
    return names->count == array->count ? NN_OK : refuse_member(from, key, error);
}

static nn_status get_feature_names(const description *from, size_t inputs, nni_string_set *names, nn_error *error)
{
    NN_TRY(get_names(from, "features", names, error));
    return names->count == 0 || names->count == inputs ? NN_OK : refuse_member(from, "features", error);
}

static nn_status get_classes(const description *from, nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_json_value *root = nni_json_root(from->json);
    const nni_json_value *labels = nni_json_member(from->json, root, "names_are_labels");
    checkpoint->names_are_labels = labels && labels->type == NNI_JSON_TRUE;
    NN_TRY(get_count(from, root, "class_count", &checkpoint->provenance.classes, error));
    return get_names(from, "classes", &checkpoint->class_names, error);
}

/* Where the model came from, as far as it is there. */
static nn_status get_origin(const description *from, nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_json_value *root = nni_json_root(from->json);
    const char *version = nni_json_member_text(from->json, root, "nntrain");
    const char *file = nni_json_member_text(from->json, root, "data_file"),
               *digest = nni_json_member_text(from->json, root, "data_digest"),
               *recipe = nni_safetensors_metadata(from->file->tensors, "recipe");
    nni_imported_take_origin(&checkpoint->provenance, version, file, digest);
    if (!recipe)
        return nn_fail(error, NN_DATA, "%s: its recipe is missing; the file is damaged, export it anew",
                       from->file->path);
    NN_TRY(nni_copy_text(recipe, &checkpoint->recipe, error));
    return get_count(from, root, "epochs", &checkpoint->progress.epoch, error);
}

static nn_status fill(const description *from, nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(get_network(from, &checkpoint->network, error));
    const nn_network *network = checkpoint->network;
    for (size_t l = 0; l < network->layer_count; l++)
        NN_TRY(read_layer(from->file, network, l, error));
    NN_TRY(get_features(from, network->inputs, &checkpoint->normalization, error));
    NN_TRY(get_targets(from, network->outputs, &checkpoint->target_scaling, error));
    NN_TRY(get_classes(from, checkpoint, error));
    NN_TRY(get_feature_names(from, checkpoint->network->inputs, &checkpoint->feature_names, error));
    NN_TRY(get_origin(from, checkpoint, error));
    return nni_imported_complete(checkpoint, from->file->path, error);
}

/* --- files --- */

static nn_status check_version(const nni_tensor_file *file, nn_error *error)
{
    const char *text = nni_safetensors_metadata(file->tensors, "format_version");
    char *end = NULL;
    const unsigned long version = text ? strtoul(text, &end, 10) : 0;
    if (version == 0 || *end != '\0')
        return nn_fail(error, NN_DATA, "%s: its format_version is missing or no number; export the model anew",
                       file->path);
    if (version > NNI_SAFETENSORS_VERSION)
        return nn_fail(error, NN_DATA, "%s was written by a newer nntrain (format %lu); this one reads up to %d",
                       file->path, version, NNI_SAFETENSORS_VERSION);
    return NN_OK;
}

static nn_status read_own(const nni_tensor_file *file, nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(check_version(file, error));
    const char *text = nni_safetensors_metadata(file->tensors, "model");
    nni_json_document *json = NULL;
    if (!text)
        return nn_fail(error, NN_DATA, "%s: the description of its model is missing; export the model anew",
                       file->path);
    NN_TRY(nni_json_read(text, strlen(text), file->path, &json, error));
    const description from = {file, json};
    const nn_status status = fill(&from, checkpoint, error);
    nni_json_free(json);
    return status;
}

static bool is_said(const nni_state_dict_settings *settings)
{
    return settings->activation >= 0 || settings->output_activation >= 0 || settings->dropout >= 0;
}

static nn_status read_bytes(const char *path, const nni_file_map *map, const nni_state_dict_settings *settings,
                            nni_checkpoint *checkpoint, nni_string_set *layers, nn_error *error)
{
    nni_safetensors *tensors = NULL;
    NN_TRY(nni_safetensors_parse(map->bytes, map->size, path, &tensors, error));
    const nni_tensor_file file = {path, tensors};
    const char *format = nni_safetensors_metadata(tensors, "format");
    nn_status status = NN_OK;
    if (format && strcmp(format, "nntrain") == 0 && settings && is_said(settings))
        status = nn_fail(error, NN_USAGE,
                         "%s was written by nntrain and tells its activations itself; leave the options out", path);
    else if (format && strcmp(format, "nntrain") == 0)
        status = read_own(&file, checkpoint, error);
    else if (settings)
        status = nni_state_dict_read(&file, settings, checkpoint, layers, error);
    else
        status = nn_fail(error, NN_DATA,
                         "%s holds tensors alone, which do not tell the activations; nntrain import-model makes a "
                         "model of them",
                         path);
    nni_safetensors_free(tensors);
    return status;
}

nn_status nni_safetensors_read(const char *path, const nni_state_dict_settings *settings, nni_checkpoint **result,
                               nni_string_set *layers, nn_error *error)
{
    nni_file_map map = {.bytes = NULL};
    nni_checkpoint *checkpoint = NULL;
    NN_TRY(nni_file_map_open(path, &map, error));
    nn_status status = nni_allocate(1, sizeof *checkpoint, "the model", &checkpoint, error);
    if (status == NN_OK)
        status = read_bytes(path, &map, settings, checkpoint, layers, error);
    nni_file_map_close(&map);
    if (status == NN_OK)
        *result = checkpoint;
    else
        nni_checkpoint_free(checkpoint);
    return status;
}
