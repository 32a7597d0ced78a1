/* SPDX-License-Identifier: MIT */
/** A `state_dict` of PyTorch's as a model. */
#ifndef NNI_EXPORT_SAFETENSORS_STATE_DICT_H
#define NNI_EXPORT_SAFETENSORS_STATE_DICT_H

#include "checkpoint/checkpoint.h"
#include "export/safetensors/layout.h"
#include "nntrain/status.h"
#include "support/string_set.h"

/** What the tensors of a model do not tell. Enumerators of nn_activation; -1: not said. */
typedef struct nni_state_dict_settings {
    int activation; /**< of all layers but the last */
    int output_activation;
    double dropout; /**< of all layers but the last; -1: not said, which is 0 */
} nni_state_dict_settings;

/**
 * Makes a model of the tensors of a `state_dict`: dense layers by the natural order of their names, with the batch or
 * layer norm that stands behind them or has their number, checked against their shapes. Local.
 *
 * @param checkpoint  zeroed; to be freed also where this fails
 */
nn_status nni_state_dict_read(const nni_tensor_file *file, const nni_state_dict_settings *settings,
                              nni_checkpoint *checkpoint, nni_string_set *layers, nn_error *error);

#endif
