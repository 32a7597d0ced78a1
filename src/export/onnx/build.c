/* SPDX-License-Identifier: MIT */
#include "export/onnx/build.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "export/onnx/format.h"
#include "support/files.h"
#include "support/memory.h"

/* In front of each piece of memory; as long as its alignment. */
struct nni_onnx_block {
    struct nni_onnx_block *next;
    char padding[NNI_ALIGNMENT - sizeof(struct nni_onnx_block *)];
};

/* @return zeroed memory until the end of the build; NULL where there is none, which stays in build->status */
static void *take(nni_onnx_build *build, size_t count, size_t size)
{
    struct nni_onnx_block *block = NULL;
    size_t bytes = 0;
    if (build->status != NN_OK)
        return NULL;
    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = SIZE_MAX - sizeof *block;
    build->status = nni_allocate(bytes + sizeof *block, 1, "the ONNX graph", &block, build->error);
    if (build->status != NN_OK)
        return NULL;
    block->next = build->blocks;
    build->blocks = block;
    return block + 1;
}

static char *copy_text(nni_onnx_build *build, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = take(build, size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* Appends to an array of pointers, which doubles when its length is a power of two. */
static bool append(nni_onnx_build *build, void *array, size_t *count, void *element)
{
    void **elements = NULL;
    memcpy(&elements, array, sizeof elements);
    if ((*count & (*count - 1)) == 0) {
        void **grown = take(build, *count > 0 ? 2 * *count : 1, sizeof *grown);
        if (!grown)
            return false;
        if (*count > 0)
            memcpy(grown, elements, *count * sizeof *grown);
        elements = grown;
        memcpy(array, &elements, sizeof elements);
    }
    elements[(*count)++] = element;
    return true;
}

void nni_onnx_build_start(nni_onnx_build *build, nn_error *error)
{
    *build = (nni_onnx_build){.error = error};
    nni_onnx__model_proto__init(&build->model);
    nni_onnx__graph_proto__init(&build->graph);
    build->model.graph = &build->graph;
}

void nni_onnx_build_free(nni_onnx_build *build)
{
    for (struct nni_onnx_block *next; build->blocks; build->blocks = next) {
        next = build->blocks->next;
        nni_release(build->blocks);
    }
}

/* --- nodes --- */

static NniOnnx__NodeProto *last_node(const nni_onnx_build *build)
{
    return build->graph.node[build->graph.n_node - 1];
}

const char *nni_onnx_node(nni_onnx_build *build, const char *operator_name, const char *const *inputs)
{
    enum { NAME_SIZE = 48 };
    size_t count = 0;
    while (inputs[count])
        count++;
    NniOnnx__NodeProto *node = take(build, 1, sizeof *node);
    char **values = take(build, count + 1, sizeof *values), *name = take(build, NAME_SIZE, 1);
    if (build->status != NN_OK)
        return "";
    snprintf(name, NAME_SIZE, "%s_%zu", operator_name, build->graph.n_node);
    for (size_t i = 0; i < count; i++)
        values[i] = (char *)inputs[i];
    values[count] = name;
    nni_onnx__node_proto__init(node);
    node->op_type = (char *)operator_name;
    node->name = name;
    node->input = values;
    node->n_input = count;
    node->output = values + count;
    node->n_output = 1;
    return append(build, &build->graph.node, &build->graph.n_node, node) ? name : "";
}

static void set(nni_onnx_build *build, const char *name, int type, int64_t i, float f)
{
    NniOnnx__AttributeProto *attribute = take(build, 1, sizeof *attribute);
    if (!attribute)
        return;
    nni_onnx__attribute_proto__init(attribute);
    attribute->name = (char *)name;
    attribute->type = type;
    attribute->i = i;
    attribute->f = f;
    append(build, &last_node(build)->attribute, &last_node(build)->n_attribute, attribute);
}

void nni_onnx_set_int(nni_onnx_build *build, const char *name, int64_t value)
{
    set(build, name, NNI_ONNX_ATTRIBUTE_INT, value, 0);
}

void nni_onnx_set_float(nni_onnx_build *build, const char *name, float value)
{
    set(build, name, NNI_ONNX_ATTRIBUTE_FLOAT, 0, value);
}

const char *nni_onnx_cast(nni_onnx_build *build, const char *value, int type)
{
    const char *converted = NNI_ONNX_NODE(build, "Cast", value);
    nni_onnx_set_int(build, "to", type);
    return converted;
}

/* --- inputs and outputs of the graph --- */

/* [batch, columns] of a type; the batch is as large as whoever runs the graph has it. */
static NniOnnx__ValueInfoProto *describe(nni_onnx_build *build, const char *name, int element, size_t columns)
{
    struct {
        NniOnnx__ValueInfoProto info;
        NniOnnx__TypeProto type;
        NniOnnx__TypeProto__Tensor tensor;
        NniOnnx__TensorShapeProto shape;
        NniOnnx__TensorShapeProto__Dimension dimension[2], *dimensions[2];
    } *all = take(build, 1, sizeof *all);
    if (!all)
        return NULL;
    nni_onnx__value_info_proto__init(&all->info);
    nni_onnx__type_proto__init(&all->type);
    nni_onnx__type_proto__tensor__init(&all->tensor);
    nni_onnx__tensor_shape_proto__init(&all->shape);
    for (size_t i = 0; i < 2; i++) {
        nni_onnx__tensor_shape_proto__dimension__init(&all->dimension[i]);
        all->dimensions[i] = &all->dimension[i];
    }
    all->dimension[0].value_case = NNI_ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    all->dimension[0].dim_param = (char *)"batch";
    all->dimension[1].value_case = NNI_ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    all->dimension[1].dim_value = (int64_t)columns;
    all->shape.dim = all->dimensions;
    all->shape.n_dim = columns > 0 ? 2 : 1;
    all->tensor.elem_type = element;
    all->tensor.shape = &all->shape;
    all->type.tensor_type = &all->tensor;
    all->info.name = (char *)name;
    all->info.type = &all->type;
    return &all->info;
}

const char *nni_onnx_input(nni_onnx_build *build, const char *name, int type, size_t columns)
{
    NniOnnx__ValueInfoProto *info = describe(build, name, type, columns);
    if (info)
        append(build, &build->graph.input, &build->graph.n_input, info);
    return name;
}

void nni_onnx_name_output(nni_onnx_build *build, const char *name, int type, size_t columns)
{
    NniOnnx__ValueInfoProto *info = describe(build, name, type, columns);
    if (!info || !append(build, &build->graph.output, &build->graph.n_output, info))
        return;
    last_node(build)->output[0] = (char *)name;
}

/* --- constants --- */

/* @return the memory of a constant's elements, to be filled; NULL where there is none */
static void *add_tensor(nni_onnx_build *build, char *name, int type, size_t size, size_t rows, size_t columns,
                        size_t rank)
{
    const size_t count = rows * (columns > 0 ? columns : 1);
    NniOnnx__TensorProto *tensor = take(build, 1, sizeof *tensor);
    int64_t *dims = take(build, 2, sizeof *dims);
    void *elements = take(build, count, size);
    if (build->status != NN_OK || !append(build, &build->graph.initializer, &build->graph.n_initializer, tensor))
        return NULL;
    nni_onnx__tensor_proto__init(tensor);
    dims[0] = (int64_t)rows;
    dims[1] = (int64_t)columns;
    tensor->dims = dims;
    tensor->n_dims = rank;
    tensor->data_type = type;
    tensor->name = name;
    tensor->raw_data = (ProtobufCBinaryData){.len = count * size, .data = elements};
    return elements;
}

const char *nni_onnx_reals(nni_onnx_build *build, const char *name, const nni_real *values, size_t rows, size_t columns)
{
    char *copy = copy_text(build, name);
    float *elements = add_tensor(build, copy, NNI_ONNX_FLOAT, sizeof *elements, rows, columns, columns > 0 ? 2 : 1);
    for (size_t i = 0; elements && i < rows * (columns > 0 ? columns : 1); i++)
        elements[i] = (float)values[i];
    return copy ? copy : "";
}

const char *nni_onnx_doubles(nni_onnx_build *build, const char *name, const double *values, size_t count)
{
    char *copy = copy_text(build, name);
    double *elements = add_tensor(build, copy, NNI_ONNX_DOUBLE, sizeof *elements, count, 0, 1);
    if (elements)
        memcpy(elements, values, count * sizeof *elements);
    return copy ? copy : "";
}

/* @return the constant of this name, where there is one already */
static const char *known(const nni_onnx_build *build, const char *name)
{
    for (size_t i = 0; i < build->graph.n_initializer; i++)
        if (strcmp(build->graph.initializer[i]->name, name) == 0)
            return build->graph.initializer[i]->name;
    return NULL;
}

const char *nni_onnx_scalar(nni_onnx_build *build, double value, int type)
{
    char name[48];
    const bool wide = type == NNI_ONNX_DOUBLE;
    snprintf(name, sizeof name, "%s%.17g", wide ? "double_" : "", wide ? value : (double)(float)value);
    const char *there = known(build, name);
    if (there)
        return there;
    char *copy = copy_text(build, name);
    void *element = add_tensor(build, copy, type, wide ? sizeof(double) : sizeof(float), 1, 0, 0);
    if (element && wide)
        memcpy(element, &value, sizeof value);
    else if (element)
        memcpy(element, &(float){(float)value}, sizeof(float));
    return copy ? copy : "";
}

const char *nni_onnx_axis(nni_onnx_build *build, int64_t axis)
{
    char *name = copy_text(build, "axis");
    int64_t *element = add_tensor(build, name, NNI_ONNX_INT64, sizeof *element, 1, 0, 1);
    if (element)
        *element = axis;
    return name ? name : "";
}

/* --- the file --- */

void nni_onnx_note(nni_onnx_build *build, const char *key, const char *value)
{
    NniOnnx__StringStringEntryProto *entry = take(build, 1, sizeof *entry);
    char *key_copy = copy_text(build, key), *value_copy = copy_text(build, value);
    if (build->status != NN_OK)
        return;
    nni_onnx__string_string_entry_proto__init(entry);
    entry->key = key_copy;
    entry->value = value_copy;
    append(build, &build->model.metadata_props, &build->model.n_metadata_props, entry);
}

nn_status nni_onnx_build_save(nni_onnx_build *build, const char *path)
{
    NN_TRY(build->status);
    /* Weights alone, since the size of the whole is an int in some runtimes and in protobuf. */
    size_t weights = 0;
    for (size_t i = 0; i < build->graph.n_initializer; i++)
        weights += build->graph.initializer[i]->raw_data.len;
    const size_t bytes = weights < INT_MAX ? nni_onnx__model_proto__get_packed_size(&build->model) : weights;
    if (bytes > INT_MAX)
        return nn_fail(build->error, NN_USAGE,
                       "%s: an ONNX file ends at 2 GiB, and this model takes %zu bytes; export safetensors instead",
                       path, bytes);
    uint8_t *packed = NULL;
    NN_TRY(nni_reserve(bytes, 1, "the ONNX file", &packed, build->error));
    nni_onnx__model_proto__pack(&build->model, packed);
    const nn_status status = nni_file_replace(path, packed, bytes, build->error);
    nni_release(packed);
    return status;
}
