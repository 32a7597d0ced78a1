/* SPDX-License-Identifier: MIT */
#include "infer/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

enum { LENGTH_BYTES = 8, MOST_HEADER = 100000000 };

static const struct {
    const char *name;
    size_t size;
} types[NNI_ST_TYPES] = {
    [NNI_ST_BOOL] = {"BOOL", 1},       [NNI_ST_U8] = {"U8", 1},           [NNI_ST_I8] = {"I8", 1},
    [NNI_ST_F8_E5M2] = {"F8_E5M2", 1}, [NNI_ST_F8_E4M3] = {"F8_E4M3", 1}, [NNI_ST_I16] = {"I16", 2},
    [NNI_ST_U16] = {"U16", 2},         [NNI_ST_F16] = {"F16", 2},         [NNI_ST_BF16] = {"BF16", 2},
    [NNI_ST_I32] = {"I32", 4},         [NNI_ST_U32] = {"U32", 4},         [NNI_ST_F32] = {"F32", 4},
    [NNI_ST_I64] = {"I64", 8},         [NNI_ST_U64] = {"U64", 8},         [NNI_ST_F64] = {"F64", 8},
};

const char *nni_safetensor_type_name(nni_safetensor_type type)
{
    return types[type].name;
}

/* @return bytes of the header, by the first 8 of the file */
static uint64_t header_length(const unsigned char *bytes)
{
    uint64_t length = 0;
    for (int i = LENGTH_BYTES; i-- > 0;)
        length = length << 8 | bytes[i];
    return length;
}

bool nni_safetensors_begins(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    if (size < LENGTH_BYTES + 2)
        return false;
    const uint64_t length = header_length(at);
    return length >= 2 && length <= MOST_HEADER && length <= size - LENGTH_BYTES && at[LENGTH_BYTES] == '{';
}

/* What a member of a tensor's description must be, or NULL. */
static const nni_json_value *member_of_type(const nni_safetensors *file, const nni_json_value *tensor, const char *name,
                                            nni_json_type type)
{
    const nni_json_value *value = nni_json_member(file->header, tensor, name);
    return value && value->type == type ? value : NULL;
}

/* Whether the elements of an array are numbers that a size_t holds. */
static bool are_counts(const nni_json_value *array)
{
    for (size_t i = 1; i <= array->count; i++)
        if (!array[i].is_count || array[i].count > SIZE_MAX)
            return false;
    return true;
}

static nn_status read_type(const char *text, const char *path, nni_safetensor *tensor, nn_error *error)
{
    for (size_t i = 0; text && i < NNI_ST_TYPES; i++)
        if (strcmp(text, types[i].name) == 0) {
            tensor->type = (nni_safetensor_type)i;
            return NN_OK;
        }
    return nn_fail(error, NN_DATA, "%s: tensor '%s' is of type %s, which is not known; write the file with F32 or F64",
                   path, tensor->name, text ? text : "(none)");
}

static nn_status read_tensor(const nni_safetensors *file, const nni_json_value *name, size_t data, const char *path,
                             nni_safetensor *tensor, nn_error *error)
{
    const nni_json_value *shape = member_of_type(file, name + 1, "shape", NNI_JSON_ARRAY);
    const nni_json_value *offsets = member_of_type(file, name + 1, "data_offsets", NNI_JSON_ARRAY);
    const char *type = nni_json_member_text(file->header, name + 1, "dtype");
    *tensor = (nni_safetensor){.name = name->text, .count = 1};
    if (!shape || !offsets || !type || offsets->count != 2 || !are_counts(shape) || !are_counts(offsets))
        return nn_fail(
            error, NN_DATA,
            "%s: tensor '%s' has no proper dtype, shape and data_offsets; the file is damaged, write it anew", path,
            name->text);
    NN_TRY(read_type(type, path, tensor, error));
    const size_t first = (size_t)offsets[1].count, end = (size_t)offsets[2].count;
    bool overflow = false;
    tensor->shape = shape + 1;
    tensor->dimensions = (size_t)shape->count;
    for (size_t i = 0; i < tensor->dimensions; i++)
        overflow |= __builtin_mul_overflow(tensor->count, (size_t)tensor->shape[i].count, &tensor->count);
    overflow |= __builtin_mul_overflow(tensor->count, types[tensor->type].size, &tensor->bytes);
    if (overflow || end < first || end - first != tensor->bytes || end > file->size - data)
        return nn_fail(error, NN_DATA,
                       "%s: tensor '%s' should have as many bytes as its shape and type say, and these within the "
                       "file; the file is damaged or cut off, copy or write it anew",
                       path, name->text);
    tensor->offset = data + first;
    return NN_OK;
}

/* Empty ones before others at the same place. */
static int by_offset(const void *a, const void *b)
{
    const nni_safetensor *left = a, *right = b;
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return left->bytes < right->bytes ? -1 : left->bytes > right->bytes;
}

static int by_name(const void *a, const void *b)
{
    const nni_safetensor *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static nn_status sort_by_name(nni_safetensors *file, nn_error *error)
{
    NN_TRY(nni_allocate(file->count, sizeof(void *), "the tensors of a file", &file->by_name, error));
    for (size_t i = 0; i < file->count; i++)
        file->by_name[i] = &file->tensors[i];
    qsort(file->by_name, file->count, sizeof(void *), by_name);
    return NN_OK;
}

static nn_status read_metadata(nni_safetensors *file, const nni_json_value *metadata, const char *path, nn_error *error)
{
    bool texts = metadata->type == NNI_JSON_OBJECT;
    for (const nni_json_value *name = metadata + 1; texts && name < metadata + metadata->span; name += 2)
        texts = name[1].type == NNI_JSON_TEXT;
    if (!texts)
        return nn_fail(error, NN_DATA, "%s: __metadata__ should be texts by name; write the file anew", path);
    file->metadata = metadata;
    return NN_OK;
}

static nn_status read_tensors(nni_safetensors *file, size_t data, const char *path, nn_error *error)
{
    const nni_json_value *root = nni_json_root(file->header), *end = root + root->span;
    if (root->type != NNI_JSON_OBJECT)
        return nn_fail(error, NN_DATA, "%s: its header is no JSON object; this is no safetensors file", path);
    NN_TRY(nni_allocate((size_t)root->count, sizeof *file->tensors, "the tensors of a file", &file->tensors, error));
    for (const nni_json_value *name = root + 1; name < end; name += 1 + name[1].span) {
        if (strcmp(name->text, "__metadata__") == 0)
            NN_TRY(read_metadata(file, name + 1, path, error));
        else
            NN_TRY(read_tensor(file, name, data, path, &file->tensors[file->count++], error));
    }
    qsort(file->tensors, file->count, sizeof *file->tensors, by_offset);
    NN_TRY(sort_by_name(file, error));
    size_t at = data;
    for (size_t i = 0; i < file->count; at += file->tensors[i++].bytes)
        if (file->tensors[i].offset != at)
            return nn_fail(error, NN_DATA,
                           "%s: tensor '%s' overlaps another, or there is a gap before it; the file is damaged, write "
                           "it anew",
                           path, file->tensors[i].name);
    if (at != file->size)
        return nn_fail(error, NN_DATA, "%s has %zu bytes that belong to no tensor; the file is damaged, write it anew",
                       path, file->size - at);
    return NN_OK;
}

static nn_status parse(nni_safetensors *file, const char *path, nn_error *error)
{
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return nn_fail(error, NN_SYSTEM, "%s: this machine is big-endian, and the file is little-endian", path);
    if (!nni_safetensors_begins(file->bytes, file->size))
        return nn_fail(error, NN_DATA,
                       "%s is no safetensors file, or cut off; write one with nntrain export safetensors", path);
    const size_t length = (size_t)header_length(file->bytes);
    NN_TRY(nni_json_read((const char *)file->bytes + LENGTH_BYTES, length, path, &file->header, error));
    return read_tensors(file, LENGTH_BYTES + length, path, error);
}

nn_status nni_safetensors_parse(const void *bytes, size_t size, const char *name, nni_safetensors **result,
                                nn_error *error)
{
    nni_safetensors *file = NULL;
    NN_TRY(nni_allocate(1, sizeof *file, "the tensors of a file", &file, error));
    file->bytes = bytes, file->size = size;
    const nn_status status = parse(file, name, error);
    if (status != NN_OK) {
        nni_safetensors_free(file);
        return status;
    }
    *result = file;
    return NN_OK;
}

void nni_safetensors_free(nni_safetensors *file)
{
    if (!file)
        return;
    nni_json_free(file->header);
    nni_release(file->tensors);
    nni_release(file->by_name);
    nni_release(file);
}

const nni_safetensor *nni_safetensors_find(const nni_safetensors *file, const char *name)
{
    const nni_safetensor wanted = {.name = name}, *key = &wanted;
    const nni_safetensor **found = bsearch(&key, file->by_name, file->count, sizeof(void *), by_name);
    return found ? *found : NULL;
}

const char *nni_safetensors_metadata(const nni_safetensors *file, const char *key)
{
    return nni_json_member_text(file->header, file->metadata, key);
}
