/* SPDX-License-Identifier: MIT */
/** The activations in operators of ONNX. */
#ifndef NNI_EXPORT_ONNX_OPERATORS_H
#define NNI_EXPORT_ONNX_OPERATORS_H

#include "export/onnx/build.h"
#include "nntrain/kinds.h"

/** Appends an activation, by operators of opset 17. @param value  its input [batch, units] @return its output; NULL
 * where there are none for it */
const char *nni_onnx_activation(nni_onnx_build *build, nn_activation activation, const char *value);

#endif
