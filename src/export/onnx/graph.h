/* SPDX-License-Identifier: MIT */
/** A graph of ONNX that was read: what makes a value, and constants as numbers. */
#ifndef NNI_EXPORT_ONNX_GRAPH_H
#define NNI_EXPORT_ONNX_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/onnx/onnx.pb-c.h"
#include "nntrain/status.h"

/** A graph with an index of its values' names. Borrows the model; owns the index. */
typedef struct nni_onnx_graph {
    const char *path; /**< for messages */
    const NniOnnx__ModelProto *model;
    const NniOnnx__GraphProto *graph;
    struct nni_onnx_name *names; /**< [name_count] sorted by name */
    size_t name_count;
    size_t *budget; /**< numbers of constants that may be read yet: a small file could name a constant any number of
                       times */
} nni_onnx_graph;

/** A constant as numbers. Owns them. */
typedef struct nni_onnx_array {
    double *values;       /**< [rows, columns] */
    size_t rows, columns; /**< 1 row where it has one dimension; both 1 where it has none */
} nni_onnx_array;

/** @param budget  numbers that constants may have, all together @return NN_DATA where the model has no graph, NN_SYSTEM
 * where memory runs out */
nn_status nni_onnx_graph_index(const char *path, const NniOnnx__ModelProto *model, size_t *budget,
                               nni_onnx_graph *graph, nn_error *error);
void nni_onnx_graph_free(nni_onnx_graph *graph);

/** Fails with "FILE: node 'NAME' (OPERATOR) SENTENCE". */
nn_status nni_onnx_refuse(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, nn_error *error,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/** @return the node that makes a value; NULL: none does */
const NniOnnx__NodeProto *nni_onnx_producer(const nni_onnx_graph *graph, const char *value);

/** @return whether a node is an operator, of ONNX itself or of ai.onnx.ml */
bool nni_onnx_is(const NniOnnx__NodeProto *node, const char *operator_name);

/** @return name of input i of a node; "" where it is left out */
const char *nni_onnx_input_of(const NniOnnx__NodeProto *node, size_t i);

/** @return the attribute of a name; NULL: the node has none, and the operator's default is meant */
const NniOnnx__AttributeProto *nni_onnx_attribute(const NniOnnx__NodeProto *node, const char *name);
int64_t nni_onnx_int(const NniOnnx__NodeProto *node, const char *name, int64_t otherwise);
double nni_onnx_float(const NniOnnx__NodeProto *node, const char *name, double otherwise);

/** Finds the one input of a graph that is no constant, and its one output of floats. @return NN_DATA where there is
 * none, or more than one */
nn_status nni_onnx_find_input(const nni_onnx_graph *graph, const char **value, nn_error *error);
nn_status nni_onnx_find_output(const nni_onnx_graph *graph, const char **value, nn_error *error);

/** @return the tensor of a constant, through operators that leave its numbers as they are; NULL: the value depends on
 * the graph's input. @param transposed  receives whether rows and columns have changed places */
const NniOnnx__TensorProto *nni_onnx_tensor(const nni_onnx_graph *graph, const char *value, bool *transposed);

/** @return whether a value is a constant */
bool nni_onnx_is_constant(const nni_onnx_graph *graph, const char *value);

/** @return a constant that is one number; NaN where a value is none */
double nni_onnx_number(const nni_onnx_graph *graph, const char *value);

/** @return whether a value is a constant number, within rounding to a float */
bool nni_onnx_is_number(const nni_onnx_graph *graph, const char *value, double number);

/**
 * Reads a constant.
 *
 * @param node   that takes it, for messages
 * @param array  receives the numbers, to be freed with nni_onnx_array_free
 * @return NN_DATA where the value is no constant, of a type or shape that is not read, or not what its size says
 */
nn_status nni_onnx_array_read(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, const char *value,
                              nni_onnx_array *array, nn_error *error);
void nni_onnx_array_free(nni_onnx_array *array);

#endif
