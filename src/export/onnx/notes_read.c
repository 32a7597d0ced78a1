/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/imported.h"
#include "export/onnx/format.h"
#include "export/onnx/notes.h"
#include "kernels/elementwise/activation.h"
#include "recipe/recipe.h"
#include "support/json_read.h"
#include "support/memory.h"

static const char *find(const nni_onnx_graph *graph, const char *key)
{
    for (size_t i = 0; i < graph->model->n_metadata_props; i++)
        if (strcmp(graph->model->metadata_props[i]->key, key) == 0)
            return graph->model->metadata_props[i]->value;
    return NULL;
}

static bool is_ours(const nni_onnx_graph *graph)
{
    return strcmp(graph->model->producer_name, "nntrain") == 0;
}

static nn_status refuse(const nni_onnx_graph *graph, const char *key, nn_error *error)
{
    return nn_fail(error, NN_DATA,
                   "%s: '%s' of its metadata is not what nntrain writes; the file is damaged, export it anew",
                   graph->path, key);
}

/* --- kinds --- */

static nn_status get_kind(const nni_onnx_graph *graph, const char *key, const nni_domain *domain, int *kind,
                          nn_error *error)
{
    const char *text = find(graph, key);
    const size_t found = text ? nni_domain_find(domain, text) : (size_t)*kind;
    if (found >= domain->count)
        return refuse(graph, key, error);
    *kind = (int)found;
    return NN_OK;
}

nn_status nni_onnx_notes_kinds(const nni_onnx_graph *graph, nni_onnx_kinds *kinds, nn_error *error)
{
    int features = (int)kinds->features, targets = (int)kinds->targets;
    if (!is_ours(graph))
        return NN_OK;
    NN_TRY(get_kind(graph, NNI_ONNX_KEY_FEATURE_SCALING, &nni_feature_scaling_domain, &features, error));
    NN_TRY(get_kind(graph, NNI_ONNX_KEY_TARGET_SCALING, &nni_target_scaling_domain, &targets, error));
    if (targets == NN_TARGETS_AUTO)
        return refuse(graph, NNI_ONNX_KEY_TARGET_SCALING, error);
    *kinds = (nni_onnx_kinds){(nn_feature_scaling)features, (nn_target_scaling)targets};
    return NN_OK;
}

/* --- numbers --- */

static nn_status get_count(const nni_onnx_graph *graph, const char *key, uint64_t *count, nn_error *error)
{
    const char *text = find(graph, key);
    char *end = NULL;
    if (!text)
        return NN_OK;
    *count = strtoull(text, &end, 10);
    return end != text && *end == '\0' ? NN_OK : refuse(graph, key, error);
}

/* Numbers with spaces between them. @param values  [count], as they are where there is no such entry */
static nn_status get_numbers(const nni_onnx_graph *graph, const char *key, double *values, size_t count,
                             nn_error *error)
{
    const char *text = find(graph, key);
    char *end = NULL;
    for (size_t i = 0; text && i < count; i++, text = end) {
        values[i] = strtod(text, &end);
        if (end == text || !isfinite(values[i]))
            return refuse(graph, key, error);
    }
    return text && *text ? refuse(graph, key, error) : NN_OK;
}

static nn_status get_dropout(const nni_onnx_graph *graph, nn_network *network, nn_error *error)
{
    double *shares = NULL;
    NN_TRY(nni_allocate(network->layer_count, sizeof *shares, "the table of layers", &shares, error));
    nn_status status = get_numbers(graph, NNI_ONNX_KEY_DROPOUT, shares, network->layer_count, error);
    for (size_t l = 0; status == NN_OK && l < network->layer_count; l++) {
        if (!(shares[l] >= 0 && shares[l] < 1))
            status = refuse(graph, NNI_ONNX_KEY_DROPOUT, error);
        network->layers[l].dropout = shares[l];
    }
    nni_release(shares);
    return status;
}

static nn_status get_range(const nni_onnx_graph *graph, nni_feature_scaler *scaler, nn_error *error)
{
    if (!find(graph, NNI_ONNX_KEY_LEAST))
        return NN_OK;
    NN_TRY(nni_feature_scaler_take_range(scaler, error));
    NN_TRY(get_numbers(graph, NNI_ONNX_KEY_LEAST, scaler->least, scaler->features, error));
    return get_numbers(graph, NNI_ONNX_KEY_MOST, scaler->most, scaler->features, error);
}

/* --- names --- */

/* @param most  names that there may be */
static nn_status get_names(const nni_onnx_graph *graph, const char *key, size_t most, nni_string_set *names,
                           nn_error *error)
{
    const char *text = find(graph, key);
    nni_json_document *json = NULL;
    if (!text)
        return NN_OK;
    NN_TRY(nni_json_read(text, strlen(text), graph->path, &json, error));
    const nni_json_value *array = nni_json_root(json);
    nn_status status = array->type == NNI_JSON_ARRAY ? NN_OK : refuse(graph, key, error);
    for (size_t i = 1; status == NN_OK && i <= array->count; i++)
        status = i < array->span && array[i].text ? nni_string_set_add(names, array[i].text, error)
                                                  : refuse(graph, key, error);
    if (status == NN_OK && (names->count != array->count || names->count > most))
        status = refuse(graph, key, error);
    nni_json_free(json);
    return status;
}

static nn_status get_feature_names(const nni_onnx_graph *graph, size_t inputs, nni_string_set *names, nn_error *error)
{
    NN_TRY(get_names(graph, NNI_ONNX_KEY_FEATURES, inputs, names, error));
    return names->count == 0 || names->count == inputs ? NN_OK : refuse(graph, NNI_ONNX_KEY_FEATURES, error);
}

/* @return classes that outputs can speak of: one is of two */
static size_t count_classes(const nn_network *network)
{
    return network->outputs == 1 ? 2 : network->outputs;
}

/* Names of classes as scikit-learn has them: texts, or whole numbers. */
typedef struct foreign_names {
    const ProtobufCBinaryData *texts;
    size_t text_count;
    const int64_t *numbers;
    nni_onnx_array array; /* the same; owned */
    size_t number_count;
} foreign_names;

static nn_status find_names(const nni_onnx_graph *graph, foreign_names *names, nn_error *error)
{
    for (size_t i = 0; i < graph->graph->n_node; i++) {
        const NniOnnx__NodeProto *node = graph->graph->node[i];
        const NniOnnx__AttributeProto *texts = nni_onnx_attribute(node, "classlabels_strings"),
                                      *numbers = nni_onnx_attribute(node, "classlabels_int64s");
        if (nni_onnx_is(node, "ZipMap") && texts && texts->n_strings > 0) {
            nni_onnx_array_free(&names->array);
            *names = (foreign_names){.texts = texts->strings, .text_count = texts->n_strings};
            return NN_OK;
        }
        if (nni_onnx_is(node, "ZipMap") && numbers) {
            nni_onnx_array_free(&names->array);
            *names = (foreign_names){.numbers = numbers->ints, .number_count = numbers->n_ints};
            return NN_OK;
        }
        bool transposed = false;
        const NniOnnx__TensorProto *tensor = nni_onnx_is(node, "ArrayFeatureExtractor") && node->n_input > 0
                                                 ? nni_onnx_tensor(graph, node->input[0], &transposed)
                                                 : NULL;
        if (tensor && tensor->data_type == NNI_ONNX_STRING) {
            nni_onnx_array_free(&names->array);
            *names = (foreign_names){.texts = tensor->string_data, .text_count = tensor->n_string_data};
        } else if (tensor && !names->array.values && !names->texts) {
            NN_TRY(nni_onnx_array_read(graph, node, node->input[0], &names->array, error));
            names->number_count = names->array.rows * names->array.columns;
        }
    }
    return NN_OK;
}

static int64_t number_of(const foreign_names *names, size_t i)
{
    return names->numbers ? names->numbers[i] : (int64_t)names->array.values[i];
}

static nn_status take_names(const nni_onnx_graph *graph, const foreign_names *names, nni_checkpoint *checkpoint,
                            nn_error *error)
{
    const size_t classes = count_classes(checkpoint->network);
    const size_t count = names->texts ? names->text_count : names->number_count;
    bool counted = !names->texts; /* numbers that are those of the outputs need no names */
    if (count == 0)
        return NN_OK;
    if (count != classes)
        return nn_fail(error, NN_DATA, "%s names %zu classes, and its outputs are those of %zu", graph->path, count,
                       classes);
    checkpoint->provenance.classes = classes;
    for (size_t i = 0; names->array.values && i < count; i++)
        if (!(fabs(names->array.values[i]) < 0x1p53))
            return nn_fail(error, NN_DATA, "%s has classes whose numbers are none", graph->path);
    for (size_t i = 0; i < count; i++)
        counted = counted && number_of(names, i) == (int64_t)i;
    for (size_t i = 0; !counted && i < count; i++) {
        char text[256];
        if (names->texts)
            snprintf(text, sizeof text, "%.*s", (int)(names->texts[i].len < 255 ? names->texts[i].len : 255),
                     (const char *)names->texts[i].data);
        else
            snprintf(text, sizeof text, "%" PRId64, number_of(names, i));
        NN_TRY(nni_string_set_add(&checkpoint->class_names, text, error));
    }
    checkpoint->names_are_labels = !names->texts && !counted;
    if (!counted && checkpoint->class_names.count != count)
        return nn_fail(error, NN_DATA, "%s has a name for two of its classes", graph->path);
    return NN_OK;
}

static bool has_classes(const nn_network *network)
{
    return nni_activation_of(network->layers[network->layer_count - 1].activation)->outputs != NNI_VALUES;
}

/* --- the recipe --- */

/* "network.layers=[{units: 4, ...}, ...]" of a network, to be released with free; NULL: memory is short */
static char *describe_layers(const nn_network *network)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    fputs("network.layers=[", out);
    for (size_t l = 0; l < network->layer_count; l++)
        fprintf(out, "%s{units: %zu, activation: %s, normalization: %s, dropout: %.17g}", l > 0 ? ", " : "",
                network->layers[l].outputs, nn_activation_name(network->layers[l].activation),
                nn_norm_name(network->layers[l].norm), network->layers[l].dropout);
    fputc(']', out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* The recipe, with the layers as they are now: batch norm may have gone into weights. */
static nn_status take_recipe(const nni_onnx_graph *graph, const char *text, nni_checkpoint *checkpoint, nn_error *error)
{
    nn_recipe *recipe = NULL;
    NN_TRY(nn_recipe_parse(text, graph->path, NULL, NULL, 0, &recipe, error));
    const bool same = nni_imported_recipe_fits(recipe, checkpoint->network);
    nn_recipe_free(recipe);
    if (same)
        return nni_copy_text(text, &checkpoint->recipe, error);
    char *layers = describe_layers(checkpoint->network);
    if (!layers)
        return nn_fail(error, NN_SYSTEM, "%s: memory is short for its recipe", graph->path);
    const char *const overrides[] = {layers};
    nn_status status = nn_recipe_parse(text, graph->path, NULL, overrides, 1, &recipe, error);
    free(layers);
    NN_TRY(status);
    status = nni_copy_text(recipe->text, &checkpoint->recipe, error);
    nn_recipe_free(recipe);
    return status;
}

nn_status nni_onnx_notes_read(const nni_onnx_graph *graph, nni_checkpoint *checkpoint, nn_error *error)
{
    nni_provenance *provenance = &checkpoint->provenance;
    if (!is_ours(graph)) {
        foreign_names names = {.texts = NULL};
        nn_status status = has_classes(checkpoint->network) ? find_names(graph, &names, error) : NN_OK;
        if (status == NN_OK)
            status = take_names(graph, &names, checkpoint, error);
        nni_onnx_array_free(&names.array);
        return status;
    }
    const char *version = find(graph, NNI_ONNX_KEY_VERSION), *file = find(graph, NNI_ONNX_KEY_DATA_FILE),
               *digest = find(graph, NNI_ONNX_KEY_DATA_DIGEST), *labels = find(graph, NNI_ONNX_KEY_LABELS),
               *recipe = find(graph, NNI_ONNX_KEY_RECIPE);
    nni_imported_take_origin(provenance, version, file, digest);
    checkpoint->names_are_labels = labels && strcmp(labels, "true") == 0;
    NN_TRY(get_count(graph, NNI_ONNX_KEY_CLASS_COUNT, &provenance->classes, error));
    NN_TRY(get_count(graph, NNI_ONNX_KEY_EPOCHS, &checkpoint->progress.epoch, error));
    NN_TRY(get_names(graph, NNI_ONNX_KEY_CLASSES, count_classes(checkpoint->network), &checkpoint->class_names, error));
    NN_TRY(get_feature_names(graph, checkpoint->network->inputs, &checkpoint->feature_names, error));
    NN_TRY(get_dropout(graph, checkpoint->network, error));
    NN_TRY(get_range(graph, checkpoint->normalization, error));
    return recipe ? take_recipe(graph, recipe, checkpoint, error) : NN_OK;
}
