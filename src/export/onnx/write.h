/* SPDX-License-Identifier: MIT */
/** A trained model as a graph of ONNX. */
#ifndef NNI_EXPORT_ONNX_WRITE_H
#define NNI_EXPORT_ONNX_WRITE_H

#include "export/exporter.h"

/** As nni_model_format.write has it. */
nn_status nni_onnx_write(const nni_trained *model, const nni_export_settings *settings, const char *path,
                         nn_error *error);

#endif
