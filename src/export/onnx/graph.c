/* SPDX-License-Identifier: MIT */
#include "export/onnx/graph.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/onnx/format.h"
#include "support/memory.h"

/* What a value's name stands for: a constant of the graph, or an output of a node. */
struct nni_onnx_name {
    const char *name;
    const NniOnnx__TensorProto *tensor;
    const NniOnnx__NodeProto *node;
};

/* Constants behind operators, at most: each is a call within another. */
enum { DEPTH_MAX = 16 };

static int by_name(const void *left, const void *right)
{
    const struct nni_onnx_name *a = left, *b = right;
    return strcmp(a->name, b->name);
}

nn_status nni_onnx_graph_index(const char *path, const NniOnnx__ModelProto *model, size_t *budget,
                               nni_onnx_graph *graph, nn_error *error)
{
    *graph = (nni_onnx_graph){.path = path, .model = model, .graph = model->graph, .budget = budget};
    if (!model->graph || model->graph->n_node == 0)
        return nn_fail(error, NN_DATA, "%s holds no ONNX graph", path);
    size_t count = model->graph->n_initializer;
    for (size_t i = 0; i < model->graph->n_node; i++)
        count += model->graph->node[i]->n_output;
    NN_TRY(nni_allocate(count, sizeof *graph->names, "the names of the ONNX graph", &graph->names, error));
    for (size_t i = 0; i < model->graph->n_initializer; i++)
        graph->names[graph->name_count++] =
            (struct nni_onnx_name){.name = model->graph->initializer[i]->name, .tensor = model->graph->initializer[i]};
    for (size_t i = 0; i < model->graph->n_node; i++)
        for (size_t k = 0; k < model->graph->node[i]->n_output; k++)
            graph->names[graph->name_count++] =
                (struct nni_onnx_name){.name = model->graph->node[i]->output[k], .node = model->graph->node[i]};
    qsort(graph->names, graph->name_count, sizeof *graph->names, by_name);
    return NN_OK;
}

void nni_onnx_graph_free(nni_onnx_graph *graph)
{
    nni_release(graph->names);
    graph->names = NULL;
}

nn_status nni_onnx_refuse(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, nn_error *error,
                          const char *format, ...)
{
    char sentence[NN_MESSAGE_SIZE / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const char *name = *node->name ? node->name : node->n_output > 0 ? node->output[0] : "";
    return nn_fail(error, NN_DATA, "%s: node '%.100s' (%.60s) %s", graph->path, name, node->op_type, sentence);
}

static const struct nni_onnx_name *find(const nni_onnx_graph *graph, const char *value)
{
    const struct nni_onnx_name key = {.name = value};
    return *value ? bsearch(&key, graph->names, graph->name_count, sizeof key, by_name) : NULL;
}

const NniOnnx__NodeProto *nni_onnx_producer(const nni_onnx_graph *graph, const char *value)
{
    const struct nni_onnx_name *name = find(graph, value);
    return name ? name->node : NULL;
}

bool nni_onnx_is(const NniOnnx__NodeProto *node, const char *operator_name)
{
    return node && strcmp(node->op_type, operator_name) == 0 &&
           (*node->domain == '\0' || strcmp(node->domain, "ai.onnx") == 0 || strcmp(node->domain, "ai.onnx.ml") == 0);
}

const char *nni_onnx_input_of(const NniOnnx__NodeProto *node, size_t i)
{
    return i < node->n_input ? node->input[i] : "";
}

const NniOnnx__AttributeProto *nni_onnx_attribute(const NniOnnx__NodeProto *node, const char *name)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, name) == 0)
            return node->attribute[i];
    return NULL;
}

int64_t nni_onnx_int(const NniOnnx__NodeProto *node, const char *name, int64_t otherwise)
{
    const NniOnnx__AttributeProto *attribute = nni_onnx_attribute(node, name);
    return attribute ? attribute->i : otherwise;
}

double nni_onnx_float(const NniOnnx__NodeProto *node, const char *name, double otherwise)
{
    const NniOnnx__AttributeProto *attribute = nni_onnx_attribute(node, name);
    return attribute ? (double)attribute->f : otherwise;
}

/* --- ends --- */

static bool is_numbers(const nni_onnx_graph *graph, const NniOnnx__ValueInfoProto *output)
{
    if (nni_onnx_is(nni_onnx_producer(graph, output->name), "ZipMap"))
        return true;
    const NniOnnx__TypeProto__Tensor *tensor = output->type ? output->type->tensor_type : NULL;
    return tensor && (tensor->elem_type == NNI_ONNX_FLOAT || tensor->elem_type == NNI_ONNX_DOUBLE);
}

nn_status nni_onnx_find_output(const nni_onnx_graph *graph, const char **value, nn_error *error)
{
    for (size_t i = 0; i < graph->graph->n_output; i++) {
        const NniOnnx__ValueInfoProto *output = graph->graph->output[i];
        if (!is_numbers(graph, output))
            continue;
        if (*value)
            return nn_fail(error, NN_DATA,
                           "%s: both '%.100s' and '%.100s' are outputs of numbers; a model with one is read",
                           graph->path, *value, output->name);
        *value = output->name;
    }
    return *value ? NN_OK : nn_fail(error, NN_DATA, "%s has no output of floats", graph->path);
}

/* In older files the constants are among the inputs. */
nn_status nni_onnx_find_input(const nni_onnx_graph *graph, const char **value, nn_error *error)
{
    for (size_t i = 0; i < graph->graph->n_input; i++) {
        const char *name = graph->graph->input[i]->name;
        if (nni_onnx_is_constant(graph, name))
            continue;
        if (*value)
            return nn_fail(error, NN_DATA, "%s: both '%.100s' and '%.100s' are inputs; a model with one is read",
                           graph->path, *value, name);
        *value = name;
    }
    return *value ? NN_OK : nn_fail(error, NN_DATA, "%s has no input", graph->path);
}

/* --- constants --- */

static const NniOnnx__TensorProto *constant_behind(const nni_onnx_graph *graph, const char *value, bool *transposed,
                                                   unsigned depth)
{
    static const char *const harmless[] = {"Identity", "Cast", "Squeeze", "Unsqueeze"};
    const struct nni_onnx_name *name = find(graph, value);
    if (!name || depth > DEPTH_MAX)
        return NULL;
    if (name->tensor)
        return name->tensor;
    if (nni_onnx_is(name->node, "Constant")) {
        const NniOnnx__AttributeProto *attribute = nni_onnx_attribute(name->node, "value");
        return attribute ? attribute->t : NULL;
    }
    bool passes = nni_onnx_is(name->node, "Transpose");
    const NniOnnx__AttributeProto *order = nni_onnx_attribute(name->node, "perm");
    *transposed ^= passes && !(order && order->n_ints > 0 && order->ints[0] == 0);
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        passes = passes || nni_onnx_is(name->node, harmless[i]);
    return passes ? constant_behind(graph, nni_onnx_input_of(name->node, 0), transposed, depth + 1) : NULL;
}

const NniOnnx__TensorProto *nni_onnx_tensor(const nni_onnx_graph *graph, const char *value, bool *transposed)
{
    *transposed = false;
    return constant_behind(graph, value, transposed, 0);
}

bool nni_onnx_is_constant(const nni_onnx_graph *graph, const char *value)
{
    bool transposed = false;
    return nni_onnx_tensor(graph, value, &transposed) != NULL;
}

/* The sizes of a tensor as rows and columns, where ones in front of the last two are left out. */
static bool get_shape(const NniOnnx__TensorProto *tensor, size_t *rows, size_t *columns)
{
    size_t sizes[2] = {1, 1};
    for (size_t i = 0; i < tensor->n_dims; i++) {
        if (tensor->dims[i] <= 0 || (i + 2 < tensor->n_dims && tensor->dims[i] != 1))
            return false;
        sizes[0] = sizes[1];
        sizes[1] = (size_t)tensor->dims[i];
    }
    *rows = sizes[0];
    *columns = sizes[1];
    size_t count = 0;
    return !__builtin_mul_overflow(sizes[0], sizes[1], &count);
}

/* Elements in raw bytes, or 0 where these are no whole number of them. */
static size_t raw_count(const NniOnnx__TensorProto *tensor, size_t size)
{
    return tensor->raw_data.len % size == 0 ? tensor->raw_data.len / size : 0;
}

/* @return elements that the tensor really has */
static size_t count_elements(const NniOnnx__TensorProto *tensor)
{
    switch (tensor->data_type) {
    case NNI_ONNX_FLOAT:
        return tensor->raw_data.len > 0 ? raw_count(tensor, sizeof(float)) : tensor->n_float_data;
    case NNI_ONNX_DOUBLE:
        return tensor->raw_data.len > 0 ? raw_count(tensor, sizeof(double)) : tensor->n_double_data;
    case NNI_ONNX_INT32:
        return tensor->raw_data.len > 0 ? raw_count(tensor, sizeof(int32_t)) : tensor->n_int32_data;
    case NNI_ONNX_INT64:
        return tensor->raw_data.len > 0 ? raw_count(tensor, sizeof(int64_t)) : tensor->n_int64_data;
    default:
        return 0;
    }
}

/* Element i of a type that count_elements knows. Raw bytes are little-endian and anywhere. */
static double element(const NniOnnx__TensorProto *tensor, size_t i)
{
    const uint8_t *raw = tensor->raw_data.len > 0 ? tensor->raw_data.data : NULL;
    float narrow = 0;
    double wide = 0;
    int32_t whole = 0;
    int64_t large = 0;
    switch (tensor->data_type) {
    case NNI_ONNX_FLOAT:
        return (double)(raw ? *(float *)memcpy(&narrow, raw + i * sizeof narrow, sizeof narrow)
                            : tensor->float_data[i]);
    case NNI_ONNX_DOUBLE:
        return raw ? *(double *)memcpy(&wide, raw + i * sizeof wide, sizeof wide) : tensor->double_data[i];
    case NNI_ONNX_INT32:
        return (double)(raw ? *(int32_t *)memcpy(&whole, raw + i * sizeof whole, sizeof whole) : tensor->int32_data[i]);
    default:
        return (double)(raw ? *(int64_t *)memcpy(&large, raw + i * sizeof large, sizeof large) : tensor->int64_data[i]);
    }
}

double nni_onnx_number(const nni_onnx_graph *graph, const char *value)
{
    bool transposed = false;
    const NniOnnx__TensorProto *tensor = nni_onnx_tensor(graph, value, &transposed);
    return tensor && tensor->data_location == 0 && count_elements(tensor) == 1 ? element(tensor, 0) : (double)NAN;
}

bool nni_onnx_is_number(const nni_onnx_graph *graph, const char *value, double number)
{
    return fabs(nni_onnx_number(graph, value) - number) <= 1e-6 * fabs(number);
}

nn_status nni_onnx_array_read(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, const char *value,
                              nni_onnx_array *array, nn_error *error)
{
    size_t rows = 0, columns = 0;
    bool transposed = false;
    const NniOnnx__TensorProto *tensor = nni_onnx_tensor(graph, value, &transposed);
    if (!tensor)
        return nni_onnx_refuse(graph, node, error, "takes '%.100s', which is computed; a constant is read there",
                               value);
    if (tensor->data_location != 0)
        return nni_onnx_refuse(graph, node, error,
                               "takes '%.100s', whose numbers are in another file; save the model as one file: "
                               "onnx.save(onnx.load(path), path)",
                               value);
    if (tensor->data_type != NNI_ONNX_FLOAT && tensor->data_type != NNI_ONNX_DOUBLE &&
        tensor->data_type != NNI_ONNX_INT32 && tensor->data_type != NNI_ONNX_INT64)
        return nni_onnx_refuse(graph, node, error,
                               "takes '%.100s' of ONNX's type %d; float, double, int32 and int64 are read", value,
                               tensor->data_type);
    if (!get_shape(tensor, &rows, &columns) || count_elements(tensor) != rows * columns)
        return nni_onnx_refuse(graph, node, error,
                               "takes '%.100s', which is no vector or matrix, or has not the numbers of its shape",
                               value);
    if (rows * columns > *graph->budget)
        return nni_onnx_refuse(graph, node, error,
                               "takes '%.100s', and with it constants are taken many times over; no network does that",
                               value);
    *graph->budget -= rows * columns;
    NN_TRY(nni_reserve(rows * columns, sizeof *array->values, "a constant of the ONNX graph", &array->values, error));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            array->values[transposed ? j * rows + i : i * columns + j] = element(tensor, i * columns + j);
    array->rows = transposed ? columns : rows;
    array->columns = transposed ? rows : columns;
    return NN_OK;
}

void nni_onnx_array_free(nni_onnx_array *array)
{
    nni_release(array->values);
    *array = (nni_onnx_array){.values = NULL};
}
