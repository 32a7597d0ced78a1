/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "export/safetensors/layout.h"
#include "support/bf16.h"

/* IEEE binary16: 5 bits of exponent and 10 of fraction. */
static double widen_half(uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    double value = ldexp(exponent > 0 ? 1024 + fraction : fraction, (exponent > 0 ? exponent : 1) - 25);
    if (exponent == 31)
        value = fraction > 0 ? NAN : INFINITY;
    return half & 0x8000 ? -value : value;
}

static bool is_float(nni_safetensor_type type)
{
    return type == NNI_ST_F64 || type == NNI_ST_F32 || type == NNI_ST_F16 || type == NNI_ST_BF16;
}

/* One element; tensors need not be aligned. */
static double element_at(const nni_tensor_file *file, const nni_safetensor *tensor, size_t i)
{
    const unsigned char *at = file->tensors->bytes + tensor->offset + tensor->bytes / tensor->count * i;
    uint16_t half = 0;
    float single = 0;
    double number = 0;
    switch (tensor->type) {
    case NNI_ST_F64:
        memcpy(&number, at, sizeof number);
        return number;
    case NNI_ST_F32:
        memcpy(&single, at, sizeof single);
        return (double)single;
    default:
        memcpy(&half, at, sizeof half);
        return tensor->type == NNI_ST_F16 ? widen_half(half) : (double)nni_bf16_widen(half);
    }
}

static nn_status check_number(const nni_tensor_file *file, const nni_safetensor *tensor, size_t i, bool finite,
                              nn_error *error)
{
    if (finite)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: element %zu of tensor '%s' is no finite float32; the model cannot predict",
                   file->path, i, tensor->name);
}

nn_status nni_tensor_values(const nni_tensor_file *file, const nni_safetensor *tensor, nni_real *values,
                            nn_error *error)
{
    if (!is_float(tensor->type))
        return nn_fail(error, NN_DATA, "%s: tensor '%s' is of type %s; write it as F64, F32, F16 or BF16", file->path,
                       tensor->name, nni_safetensor_type_name(tensor->type));
    for (size_t i = 0; i < tensor->count; i++) {
        values[i] = (nni_real)element_at(file, tensor, i);
        NN_TRY(check_number(file, tensor, i, isfinite(values[i]), error));
    }
    return NN_OK;
}

/* @param tensor  receives a tensor of that name and shape */
static nn_status find(const nni_tensor_file *file, const char *name, size_t rows, size_t columns,
                      const nni_safetensor **tensor, nn_error *error)
{
    const nni_safetensor *found = nni_safetensors_find(file->tensors, name);
    char by[32] = "";
    if (columns > 0)
        snprintf(by, sizeof by, " x %zu", columns);
    if (!found)
        return nn_fail(error, NN_DATA, "%s: the tensor '%s' of %zu%s numbers is missing; write the file anew",
                       file->path, name, rows, by);
    if (found->dimensions != (columns > 0 ? 2 : 1) || found->shape[0].count != rows ||
        (columns > 0 && found->shape[1].count != columns))
        return nn_fail(error, NN_DATA, "%s: the tensor '%s' should have %zu%s numbers; write the file anew", file->path,
                       name, rows, by);
    *tensor = found;
    return NN_OK;
}

nn_status nni_tensor_read(const nni_tensor_file *file, const char *name, size_t rows, size_t columns, nni_real *values,
                          nn_error *error)
{
    const nni_safetensor *tensor = NULL;
    NN_TRY(find(file, name, rows, columns, &tensor, error));
    return nni_tensor_values(file, tensor, values, error);
}

nn_status nni_tensor_read_doubles(const nni_tensor_file *file, const char *name, size_t count, double *values,
                                  nn_error *error)
{
    const nni_safetensor *tensor = NULL;
    NN_TRY(find(file, name, count, 0, &tensor, error));
    if (tensor->type != NNI_ST_F64)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' is of type %s and should be F64; write the file anew",
                       file->path, name, nni_safetensor_type_name(tensor->type));
    for (size_t i = 0; i < count; i++) {
        values[i] = element_at(file, tensor, i);
        NN_TRY(check_number(file, tensor, i, isfinite(values[i]), error));
    }
    return NN_OK;
}
