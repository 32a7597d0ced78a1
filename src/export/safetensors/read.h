/* SPDX-License-Identifier: MIT */
/** Readers of safetensors files: nntrain's own, and those of PyTorch. */
#ifndef NNI_EXPORT_SAFETENSORS_READ_H
#define NNI_EXPORT_SAFETENSORS_READ_H

#include "checkpoint/checkpoint.h"
#include "export/exporter.h"
#include "export/safetensors/state_dict.h"
#include "nntrain/status.h"

/** The format, as the registry has it. */
extern const nni_model_format nni_model_format_safetensors;

/**
 * Reads a safetensors file as a checkpoint: one that nntrain wrote, else a `state_dict` of PyTorch's. Local.
 *
 * @param settings    for a `state_dict`; NULL: only nntrain's own are read
 * @param checkpoint  receives it, to be freed with nni_checkpoint_free
 * @param layers      empty; receives what became of each layer of a `state_dict`, a line each
 * @return NN_DATA naming what is wrong with the file; NN_USAGE where a setting is missing, or said of a file that tells
 * it itself
 */
nn_status nni_safetensors_read(const char *path, const nni_state_dict_settings *settings, nni_checkpoint **checkpoint,
                               nni_string_set *layers, nn_error *error);

#endif
