/* SPDX-License-Identifier: MIT */
/** Activations and norms that a graph has as several operators. */
#ifndef NNI_EXPORT_ONNX_MATCH_H
#define NNI_EXPORT_ONNX_MATCH_H

#include "export/onnx/graph.h"
#include "nntrain/kinds.h"

/** Recognises silu, gelu and gelu_tanh, which end in a product. @param input  receives the name of the activation's
 * input @param scale  receives the name of a constant that multiplies the activation of each unit, by which an
 * optimiser of graphs may have changed the order of factors; NULL: there is none @return whether `node` is the last
 * operator of one */
bool nni_onnx_match_gate(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, nn_activation *activation,
                         const char **input, const char **scale);

/** Recognises (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon), which ends in a division. @param epsilon  receives
 * the name of the constant */
bool nni_onnx_match_layer_norm(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, const char **input,
                               const char **epsilon);

/** Recognises [1 - p, p], the probabilities of two classes from that of the second. */
bool nni_onnx_match_two_classes(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, const char **input);

#endif
