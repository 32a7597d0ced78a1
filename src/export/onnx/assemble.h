/* SPDX-License-Identifier: MIT */
/** A network from the steps of a graph. */
#ifndef NNI_EXPORT_ONNX_ASSEMBLE_H
#define NNI_EXPORT_ONNX_ASSEMBLE_H

#include "checkpoint/checkpoint.h"
#include "export/onnx/graph.h"
#include "export/onnx/walk.h"

/** What a graph does not tell of the kinds of scalings. */
typedef struct nni_onnx_kinds {
    nn_feature_scaling features; /**< of what comes before the first product */
    nn_target_scaling targets;   /**< of what comes after the last one in double; NN_TARGETS_NONE: it is none */
} nni_onnx_kinds;

/**
 * Makes the network, and the scalings before and after it. A shift and a scale between two layers go into the weights.
 *
 * @param steps       are changed
 * @param checkpoint  receives network, normalization and target_scaling
 * @return NN_DATA naming the node where nntrain has no such network
 */
nn_status nni_onnx_assemble(const nni_onnx_graph *graph, nni_onnx_steps *steps, nni_onnx_kinds kinds,
                            nni_checkpoint *checkpoint, nn_error *error);

#endif
