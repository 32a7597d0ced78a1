/* SPDX-License-Identifier: MIT */
/** A network of dense layers from a graph of ONNX, whoever wrote it. */
#ifndef NNI_EXPORT_ONNX_READ_H
#define NNI_EXPORT_ONNX_READ_H

#include "checkpoint/checkpoint.h"
#include "nntrain/status.h"

/** As nni_model_format.read has it. */
nn_status nni_onnx_read(const char *path, nni_checkpoint **checkpoint, nn_error *error);

#endif
