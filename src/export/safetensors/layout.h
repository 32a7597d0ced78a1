/* SPDX-License-Identifier: MIT */
/** What the writer and the readers of safetensors files share. */
#ifndef NNI_EXPORT_SAFETENSORS_LAYOUT_H
#define NNI_EXPORT_SAFETENSORS_LAYOUT_H

#include "infer/safetensors.h"
#include "support/real.h"

/** Version of what nntrain writes into __metadata__; raised whenever an older reader would misread it. */
enum { NNI_SAFETENSORS_VERSION = 1 };

/** A file that is being read. */
typedef struct nni_tensor_file {
    const char *path;
    const nni_safetensors *tensors;
} nni_tensor_file;

/**
 * Converts the elements of a tensor of F64, F32, F16 or BF16, rounded where nni_real holds them not.
 *
 * @param values  [tensor->count]
 * @return NN_DATA naming the tensor where it is of another type, or has NaN or infinity
 */
nn_status nni_tensor_values(const nni_tensor_file *file, const nni_safetensor *tensor, nni_real *values,
                            nn_error *error);

/**
 * The same of a tensor by its name and shape.
 *
 * @param columns  0: it has one dimension of `rows`
 * @param values   [rows, columns]
 */
nn_status nni_tensor_read(const nni_tensor_file *file, const char *name, size_t rows, size_t columns, nni_real *values,
                          nn_error *error);

/** The same of a tensor of F64 with one dimension. @param values  [count] */
nn_status nni_tensor_read_doubles(const nni_tensor_file *file, const char *name, size_t count, double *values,
                                  nn_error *error);

#endif
