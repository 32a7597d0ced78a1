/* SPDX-License-Identifier: MIT */
/** The modules of a `state_dict` of PyTorch's: tensors whose names differ in the last word alone. */
#ifndef NNI_EXPORT_SAFETENSORS_MODULES_H
#define NNI_EXPORT_SAFETENSORS_MODULES_H

#include <stdbool.h>

#include "export/safetensors/layout.h"
#include "nntrain/status.h"

/** A module: nn.Linear, nn.BatchNorm1d or nn.LayerNorm. Borrows from the file. */
typedef struct nni_module {
    const char *name; /**< of `length` bytes, such as "layers.0" of "layers.0.weight" */
    size_t length;
    const nni_safetensor *weight, *bias, *mean, *variance; /**< NULL: it has none */
    bool is_norm;
    size_t outputs, inputs; /**< of a norm the same */
} nni_module;

/** The modules of a file in the natural order of their names: 2 before 10. Owns the array. */
typedef struct nni_modules {
    nni_module *array;
    size_t count;
} nni_modules;

/**
 * Groups the tensors of a file.
 *
 * @return NN_DATA naming the tensor that belongs to none of these modules, or whose shape does not fit its module
 */
nn_status nni_modules_find(const nni_tensor_file *file, nni_modules *modules, nn_error *error);

/** Frees the array; zeroed, there is none. */
void nni_modules_free(nni_modules *modules);

/**
 * Finds which layer each norm belongs to: the one whose name has the same numbers, as of fc1 and bn1, else the one that
 * stands before it, as in nn.Sequential.
 *
 * @param norm_of  [count], receives of each layer the index of its norm, or SIZE_MAX; of a norm SIZE_MAX
 * @return NN_DATA naming the norm that belongs to no layer
 */
nn_status nni_modules_match(const nni_tensor_file *file, const nni_modules *modules, size_t *norm_of, nn_error *error);

#endif
