/* SPDX-License-Identifier: MIT */
/* safetensors: the length of a header, the header as JSON, and the tensors without gaps. What no tensor says stands in
 * the header's __metadata__, whose values are texts. src/export/README.md has the layout. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export/exporter.h"
#include "export/safetensors/read.h"
#include "nntrain/version.h"
#include "support/files.h"
#include "support/json.h"
#include "support/memory.h"

enum { NAME_SIZE = 64 };

/* A tensor to be written. Borrows its elements. */
typedef struct tensor {
    char name[NAME_SIZE];
    size_t rows, columns;   /* columns 0: one dimension */
    const nni_real *values; /* written as F32; NULL: there are doubles */
    const double *doubles;  /* written as F64 */
} tensor;

/* The tensors, of which `count` are listed; array NULL: they are only counted. Owns the array. */
typedef struct tensor_list {
    tensor *array;
    size_t count;
} tensor_list;

/* --- tensors --- */

static void add(tensor_list *list, const char *name, size_t rows, size_t columns, const nni_real *values,
                const double *doubles)
{
    if (list->array) {
        tensor *entry = &list->array[list->count];
        *entry = (tensor){.rows = rows, .columns = columns, .values = values, .doubles = doubles};
        snprintf(entry->name, sizeof entry->name, "%s", name);
    }
    list->count++;
}

static void add_layer(tensor_list *list, const nn_network *network, size_t index, const char *part, size_t columns,
                      const nni_real *values)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "layers.%zu.%s", index, part);
    add(list, name, network->layers[index].outputs, columns, values, NULL);
}

/* Doubles first, so that each tensor begins on a multiple of its element's size. */
static void add_all(tensor_list *list, const nni_trained *model)
{
    const nn_network *network = model->network;
    const nni_feature_scaler *features = model->feature_scaler;
    const nni_target_scaler *targets = model->target_scaler;
    add(list, "features.offset", features->features, 0, NULL, features->offset);
    add(list, "features.scale", features->features, 0, NULL, features->scale);
    if (features->least) {
        add(list, "features.least", features->features, 0, NULL, features->least);
        add(list, "features.most", features->features, 0, NULL, features->most);
    }
    add(list, "targets.offset", targets->outputs, 0, NULL, targets->offset);
    add(list, "targets.scale", targets->outputs, 0, NULL, targets->scale);
    if (features->missing)
        add(list, "features.missing", features->features, 0, features->missing, NULL);
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const nni_real *parameters = network->parameters;
        add_layer(list, network, l, "weight", layer->inputs, parameters + layer->weight);
        if (nni_layer_has_bias(layer))
            add_layer(list, network, l, "bias", 0, parameters + layer->bias);
        if (layer->norm != NN_NORM_NONE) {
            add_layer(list, network, l, "gamma", 0, parameters + layer->gamma);
            add_layer(list, network, l, "beta", 0, parameters + layer->beta);
        }
        if (nni_layer_has_statistics(layer)) {
            add_layer(list, network, l, "running_mean", 0, network->statistics + layer->running_mean);
            add_layer(list, network, l, "running_variance", 0, network->statistics + layer->running_variance);
        }
    }
}

static size_t count_of(const tensor *entry)
{
    return entry->rows * (entry->columns > 0 ? entry->columns : 1);
}

/* --- the header --- */

static const char *prediction_name(nn_prediction predicts)
{
    return predicts == NN_PREDICTS_CLASSES ? "classes" : predicts == NN_PREDICTS_LABELS ? "labels" : "values";
}

static void put_layer(nni_json *json, const nni_layer *layer)
{
    nni_json_begin(json, NULL, '{');
    nni_json_count(json, "outputs", layer->outputs);
    nni_json_text(json, "activation", nn_activation_name(layer->activation));
    nni_json_text(json, "normalization", nn_norm_name(layer->norm));
    nni_json_number(json, "dropout", layer->dropout);
    nni_json_end(json, '}');
}

/* @param names  NULL or empty: nothing is written */
static void put_names(nni_json *json, const char *key, const nni_string_set *names)
{
    if (!names || names->count == 0)
        return;
    nni_json_begin(json, key, '[');
    for (size_t i = 0; i < names->count; i++)
        nni_json_text(json, NULL, names->text[i]);
    nni_json_end(json, ']');
}

static void put_model(nni_json *json, const nni_trained *model)
{
    const nn_network *network = model->network;
    char digest[24]; /* numbers of JSON are doubles to many readers */
    snprintf(digest, sizeof digest, "%016" PRIx64, model->data_digest);
    nni_json_begin(json, NULL, '{');
    nni_json_count(json, "inputs", network->inputs);
    nni_json_text(json, "precision", nn_precision_name(network->precision));
    nni_json_text(json, "predicts", prediction_name(model->predicts));
    nni_json_begin(json, "layers", '[');
    for (size_t l = 0; l < network->layer_count; l++)
        put_layer(json, &network->layers[l]);
    nni_json_end(json, ']');
    nni_json_begin(json, "feature_scaling", '{');
    nni_json_text(json, "kind", nn_feature_scaling_name(model->feature_scaler->kind));
    nni_json_number(json, "limit", model->feature_scaler->limit);
    nni_json_end(json, '}');
    nni_json_text(json, "target_scaling", nn_target_scaling_name(model->target_scaler->kind));
    put_names(json, "classes", model->class_names);
    put_names(json, "features", model->feature_names);
    nni_json_truth(json, "names_are_labels", model->names_are_labels);
    nni_json_count(json, "class_count", model->classes);
    nni_json_count(json, "epochs", model->epochs);
    nni_json_text(json, "nntrain", nn_version());
    nni_json_text(json, "data_file", model->data_file);
    nni_json_text(json, "data_digest", digest);
    nni_json_end(json, '}');
}

/* A JSON text in memory, to be freed with free(); NULL: memory is short. @param put  writes it */
static char *compose(void (*put)(nni_json *json, const void *what), const void *what, size_t *length)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    if (!out)
        return NULL;
    nni_json json = {.out = out, .digits = 17};
    put(&json, what);
    const bool good = !ferror(out);
    if (fclose(out) == 0 && good)
        return text;
    free(text);
    return NULL;
}

static void put_model_text(nni_json *json, const void *what)
{
    put_model(json, what);
}

/* What a header is made of. */
typedef struct header_parts {
    const nni_trained *model;
    const char *model_text;
    const tensor_list *tensors;
} header_parts;

static void put_header(nni_json *json, const void *what)
{
    const header_parts *parts = what;
    size_t offset = 0;
    char version[8];
    snprintf(version, sizeof version, "%d", NNI_SAFETENSORS_VERSION);
    nni_json_begin(json, NULL, '{');
    nni_json_begin(json, "__metadata__", '{');
    nni_json_text(json, "format", "nntrain");
    nni_json_text(json, "format_version", version);
    nni_json_text(json, "model", parts->model_text);
    nni_json_text(json, "recipe", parts->model->recipe);
    nni_json_end(json, '}');
    for (size_t i = 0; i < parts->tensors->count; i++) {
        const tensor *entry = &parts->tensors->array[i];
        const double shape[] = {(double)entry->rows, (double)entry->columns};
        const size_t end = offset + count_of(entry) * (entry->doubles ? sizeof(double) : sizeof(float));
        nni_json_begin(json, entry->name, '{');
        nni_json_text(json, "dtype", entry->doubles ? "F64" : "F32");
        nni_json_numbers(json, "shape", shape, entry->columns > 0 ? 2 : 1);
        nni_json_numbers(json, "data_offsets", (const double[]){(double)offset, (double)end}, 2);
        nni_json_end(json, '}');
        offset = end;
    }
    nni_json_end(json, '}');
}

/* --- the file --- */

/* Little-endian, as they are in memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors are written as they are in memory");

static void write_values(FILE *out, const tensor *entry)
{
    float piece[1024];
    const size_t count = count_of(entry), most = sizeof piece / sizeof *piece;
    if (entry->doubles)
        fwrite(entry->doubles, sizeof(double), count, out);
    for (size_t first = 0; entry->values && first < count; first += most) {
        const size_t left = count - first < most ? count - first : most;
        for (size_t i = 0; i < left; i++)
            piece[i] = (float)entry->values[first + i];
        fwrite(piece, sizeof *piece, left, out);
    }
}

/* Spaces behind the header let the tensors begin on a multiple of NNI_ALIGNMENT. */
static nn_status write_file(const char *path, const char *header, size_t length, const tensor_list *tensors,
                            nn_error *error)
{
    nni_draft draft = {.file = NULL};
    NN_TRY(nni_draft_open(path, &draft, error));
    const size_t behind = (sizeof(uint64_t) + length) % NNI_ALIGNMENT;
    const size_t padding = behind > 0 ? NNI_ALIGNMENT - behind : 0;
    const uint64_t whole = length + padding;
    fwrite(&whole, sizeof whole, 1, draft.file);
    fwrite(header, 1, length, draft.file);
    for (size_t i = 0; i < padding; i++)
        fputc(' ', draft.file);
    for (size_t i = 0; i < tensors->count; i++)
        write_values(draft.file, &tensors->array[i]);
    return nni_draft_commit(&draft, error);
}

static nn_status write_tensors(const nni_trained *model, const tensor_list *tensors, const char *path, nn_error *error)
{
    nn_status status = NN_OK;
    size_t length = 0;
    header_parts parts = {model, NULL, tensors};
    char *model_text = compose(put_model_text, model, &length), *header = NULL;
    parts.model_text = model_text;
    if (model_text)
        header = compose(put_header, &parts, &length);
    if (header)
        status = write_file(path, header, length, tensors, error);
    else
        status = nn_fail(error, NN_SYSTEM, "cannot write %s: memory is short for its header", path);
    free(header);
    free(model_text);
    return status;
}

static nn_status write_safetensors(const nni_trained *model, const nni_export_settings *settings, const char *path,
                                   nn_error *error)
{
    (void)settings;
    tensor_list tensors = {.array = NULL};
    add_all(&tensors, model);
    NN_TRY(nni_allocate(tensors.count, sizeof *tensors.array, "the list of tensors", &tensors.array, error));
    tensors.count = 0;
    add_all(&tensors, model);
    const nn_status status = write_tensors(model, &tensors, path, error);
    nni_release(tensors.array);
    return status;
}

/* A file that is cut off is one, too, and said to be. */
static bool begins(const unsigned char *bytes, size_t count)
{
    return count > 8 && nni_safetensors_begins(bytes, SIZE_MAX);
}

static nn_status read_safetensors(const char *path, nni_checkpoint **checkpoint, nn_error *error)
{
    return nni_safetensors_read(path, NULL, checkpoint, NULL, error);
}

const nni_model_format nni_model_format_safetensors = {
    .name = "safetensors",
    .extension = ".safetensors",
    .help = "tensors with names, for Python and nntrain itself",
    .begins = begins,
    .write = write_safetensors,
    .read = read_safetensors,
};
