/* SPDX-License-Identifier: MIT */
/* A `state_dict` of PyTorch's has weights by names and no layers: these are made of the names and the shapes. */
#include "export/safetensors/state_dict.h"

#include <stdio.h>
#include <string.h>

#include "export/imported.h"
#include "export/safetensors/modules.h"
#include "model/settings.h"
#include "support/memory.h"

/* What is being made. Owns its arrays. */
typedef struct building {
    const nni_tensor_file *file;
    nni_modules modules;
    size_t *norm_of; /* [modules.count] */
    size_t *layers;  /* [layer_count] indices of dense layers, in their order */
    size_t layer_count;
    nni_layer_settings *settings; /* [layer_count] */
} building;

static const nni_module *module_of(const building *b, size_t layer)
{
    return &b->modules.array[b->layers[layer]];
}

static const nni_module *norm_of(const building *b, size_t layer)
{
    const size_t norm = b->norm_of[b->layers[layer]];
    return norm == SIZE_MAX ? NULL : &b->modules.array[norm];
}

/* --- the layers --- */

static nn_status check_settings(const building *b, const nni_state_dict_settings *given, nn_error *error)
{
    if (b->layer_count > 1 && given->activation < 0)
        return nn_fail(error, NN_USAGE,
                       "%s does not tell which activation its layers have; say it: --activation relu, tanh or another",
                       b->file->path);
    if (given->output_activation < 0)
        return nn_fail(error, NN_USAGE,
                       "%s does not tell which activation its last layer has; say it: --output-activation softmax for "
                       "classes, linear for values",
                       b->file->path);
    return NN_OK;
}

static nn_status order_layers(building *b, nn_error *error)
{
    for (size_t i = 0; i < b->modules.count; i++)
        if (!b->modules.array[i].is_norm)
            b->layers[b->layer_count++] = i;
    if (b->layer_count == 0)
        return nn_fail(error, NN_DATA, "%s has no dense layer: no weight of two dimensions", b->file->path);
    for (size_t l = 1; l < b->layer_count; l++)
        if (module_of(b, l)->inputs != module_of(b, l - 1)->outputs)
            return nn_fail(error, NN_DATA,
                           "%s: tensor '%s' takes %zu values, but '%s' before it gives %zu; number the layers in their "
                           "order",
                           b->file->path, module_of(b, l)->weight->name, module_of(b, l)->inputs,
                           module_of(b, l - 1)->weight->name, module_of(b, l - 1)->outputs);
    const nni_module *norm = norm_of(b, b->layer_count - 1);
    if (norm)
        return nn_fail(error, NN_DATA, "%s: '%s' is of a norm behind the last layer, where nntrain has none",
                       b->file->path, norm->weight ? norm->weight->name : norm->mean->name);
    return NN_OK;
}

static void settle(building *b, const nni_state_dict_settings *given)
{
    for (size_t l = 0; l < b->layer_count; l++) {
        const nni_module *norm = norm_of(b, l);
        const bool last = l + 1 == b->layer_count;
        b->settings[l] = (nni_layer_settings){
            .units = module_of(b, l)->outputs,
            .activation = (nn_activation)(last ? given->output_activation : given->activation),
            .normalization = !norm        ? NN_NORM_NONE
                             : norm->mean ? NN_NORM_BATCH
                                          : NN_NORM_LAYER,
            .dropout = last || given->dropout < 0 ? 0 : given->dropout,
        };
    }
}

/* --- their parameters --- */

/* Without a tensor all are alike. */
static nn_status take(const building *b, const nni_safetensor *tensor, nni_real otherwise, nni_real *values,
                      size_t count, nn_error *error)
{
    if (tensor)
        return nni_tensor_values(b->file, tensor, values, error);
    for (size_t i = 0; i < count; i++)
        values[i] = otherwise;
    return NN_OK;
}

/* Batch norm subtracts the mean and any bias with it. */
static nn_status take_bias_into_mean(const building *b, const nni_safetensor *tensor, nni_real *mean, size_t count,
                                     nn_error *error)
{
    nni_real *bias = NULL;
    NN_TRY(nni_allocate(count, sizeof *bias, "a bias", &bias, error));
    const nn_status status = take(b, tensor, 0, bias, count, error);
    for (size_t i = 0; status == NN_OK && i < count; i++)
        mean[i] -= bias[i];
    nni_release(bias);
    return status;
}

static nn_status fill_layer(const building *b, size_t index, nn_network *network, nn_error *error)
{
    const nni_layer *layer = &network->layers[index];
    const nni_module *module = module_of(b, index), *norm = norm_of(b, index);
    nni_real *flat = network->parameters, *statistics = network->statistics;
    const size_t outputs = layer->outputs;
    NN_TRY(take(b, module->weight, 0, flat + layer->weight, outputs * layer->inputs, error));
    if (nni_layer_has_bias(layer))
        NN_TRY(take(b, module->bias, 0, flat + layer->bias, outputs, error));
    if (!norm)
        return NN_OK;
    NN_TRY(take(b, norm->weight, 1, flat + layer->gamma, outputs, error));
    NN_TRY(take(b, norm->bias, 0, flat + layer->beta, outputs, error));
    if (!nni_layer_has_statistics(layer))
        return NN_OK;
    NN_TRY(take(b, norm->mean, 0, statistics + layer->running_mean, outputs, error));
    NN_TRY(take(b, norm->variance, 1, statistics + layer->running_variance, outputs, error));
    return take_bias_into_mean(b, module->bias, statistics + layer->running_mean, outputs, error);
}

/* "layer 0  fc1: 64 -> 128, batch norm bn1, relu" */
static nn_status note_layer(const building *b, size_t index, nni_string_set *lines, nn_error *error)
{
    const nni_module *module = module_of(b, index), *norm = norm_of(b, index);
    const nni_layer_settings *settings = &b->settings[index];
    char line[400], norm_text[160] = "", dropout[40] = "";
    if (norm)
        snprintf(norm_text, sizeof norm_text, ", %s norm %.*s", nn_norm_name(settings->normalization),
                 (int)(norm->length < 100 ? norm->length : 100), norm->name);
    if (settings->dropout > 0)
        snprintf(dropout, sizeof dropout, ", dropout %.6g", settings->dropout);
    snprintf(line, sizeof line, "layer %-2zu %.*s%s%zu -> %zu%s, %s%s", index,
             (int)(module->length < 100 ? module->length : 100), module->name, module->length > 0 ? ": " : "",
             module->inputs, module->outputs, norm_text, nn_activation_name(settings->activation), dropout);
    return nni_string_set_add(lines, line, error);
}

static nn_status build(building *b, const nni_state_dict_settings *given, nni_checkpoint *checkpoint,
                       nni_string_set *lines, nn_error *error)
{
    const size_t count = b->modules.count;
    NN_TRY(nni_allocate(count, sizeof *b->norm_of, "the norms of a model", &b->norm_of, error));
    NN_TRY(nni_allocate(count, sizeof *b->layers, "the layers of a model", &b->layers, error));
    NN_TRY(nni_allocate(count, sizeof *b->settings, "the table of layers", &b->settings, error));
    NN_TRY(nni_modules_match(b->file, &b->modules, b->norm_of, error));
    NN_TRY(order_layers(b, error));
    NN_TRY(check_settings(b, given, error));
    settle(b, given);
    NN_TRY(nni_network_create(module_of(b, 0)->inputs, b->settings, b->layer_count, &checkpoint->network, error));
    for (size_t l = 0; l < b->layer_count; l++) {
        NN_TRY(fill_layer(b, l, checkpoint->network, error));
        NN_TRY(note_layer(b, l, lines, error));
    }
    return nni_imported_complete(checkpoint, b->file->path, error);
}

nn_status nni_state_dict_read(const nni_tensor_file *file, const nni_state_dict_settings *settings,
                              nni_checkpoint *checkpoint, nni_string_set *layers, nn_error *error)
{
    building b = {.file = file};
    NN_TRY(nni_modules_find(file, &b.modules, error));
    const nn_status status = build(&b, settings, checkpoint, layers, error);
    nni_modules_free(&b.modules);
    nni_release(b.norm_of);
    nni_release(b.layers);
    nni_release(b.settings);
    return status;
}
