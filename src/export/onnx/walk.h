/* SPDX-License-Identifier: MIT */
/** The steps that a graph takes from its input to its output. */
#ifndef NNI_EXPORT_ONNX_WALK_H
#define NNI_EXPORT_ONNX_WALK_H

#include "export/onnx/graph.h"
#include "nntrain/kinds.h"

/** What a step does to a row x. */
typedef enum nni_onnx_step_kind {
    NNI_ONNX_PRODUCT,    /**< alpha x W^T + beta b, W = a [outputs, inputs] or transposed, b optional */
    NNI_ONNX_ADD,        /**< x + a */
    NNI_ONNX_SUB,        /**< x - a */
    NNI_ONNX_MUL,        /**< x * a */
    NNI_ONNX_DIV,        /**< x / a */
    NNI_ONNX_ACTIVATE,   /**< an activation */
    NNI_ONNX_BATCH_NORM, /**< gamma a, beta b, mean c, variance d */
    NNI_ONNX_LAYER_NORM, /**< gamma a, beta b, either without values: there is none */
    NNI_ONNX_LIMIT,      /**< within -limit ... limit */
    NNI_ONNX_MISSING,    /**< a where x is NaN */
    NNI_ONNX_SHAPE,      /**< columns must be `columns`, where that is more than 0 */
    NNI_ONNX_WIDEN,      /**< computed in double from here on */
    NNI_ONNX_EXPM1,      /**< e^x - 1 */
} nni_onnx_step_kind;

/** A step. Owns its arrays. */
typedef struct nni_onnx_step {
    nni_onnx_step_kind kind;
    const NniOnnx__NodeProto *node; /**< for messages */
    nni_onnx_array a, b, c, d;
    bool transposed;    /**< W is [inputs, outputs] */
    double alpha, beta; /**< of a product */
    double epsilon;     /**< of a norm */
    double limit;
    size_t columns;
    nn_activation activation;
} nni_onnx_step;

/** Steps, in the order they are taken. Owns them. */
typedef struct nni_onnx_steps {
    nni_onnx_step *array;
    size_t count, capacity;
} nni_onnx_steps;

/**
 * Finds the steps from the graph's input to its one output of numbers.
 *
 * @return NN_DATA naming the node and its operator where nntrain has nothing like it
 */
nn_status nni_onnx_walk(const nni_onnx_graph *graph, nni_onnx_steps *steps, nn_error *error);
void nni_onnx_steps_free(nni_onnx_steps *steps);

#endif
