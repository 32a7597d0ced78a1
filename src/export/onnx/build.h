/* SPDX-License-Identifier: MIT */
/** A graph of ONNX being put together, node by node. */
#ifndef NNI_EXPORT_ONNX_BUILD_H
#define NNI_EXPORT_ONNX_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/onnx/onnx.pb-c.h"
#include "nntrain/status.h"
#include "support/real.h"

/** A model and the memory of all its parts. After memory ran out, `status` says so and every call does nothing. Values
 * are known by their names, which the graph owns. */
typedef struct nni_onnx_build {
    NniOnnx__ModelProto model;
    NniOnnx__GraphProto graph;
    struct nni_onnx_block *blocks; /**< memory that was taken */
    nn_status status;
    nn_error *error;
} nni_onnx_build;

/** Begins an empty model. @param error  receives a failure of any call until nni_onnx_build_free */
void nni_onnx_build_start(nni_onnx_build *build, nn_error *error);
void nni_onnx_build_free(nni_onnx_build *build);

/** Appends a node. @param inputs  names of its inputs; NULL behind the last @return the name of its output */
const char *nni_onnx_node(nni_onnx_build *build, const char *operator_name, const char *const *inputs);

/** The same with the inputs as arguments. */
#define NNI_ONNX_NODE(build, operator_name, ...)                                                                       \
    nni_onnx_node((build), (operator_name), (const char *const[]){__VA_ARGS__, NULL})

/** Attributes of the last node. */
void nni_onnx_set_int(nni_onnx_build *build, const char *name, int64_t value);
void nni_onnx_set_float(nni_onnx_build *build, const char *name, float value);

/** A node that converts a value. @param type  NNI_ONNX_* */
const char *nni_onnx_cast(nni_onnx_build *build, const char *value, int type);

/** Calls the output of the last node by another name, and makes it an output of the graph. @param columns  of [batch,
 * columns]; 0: [batch] */
void nni_onnx_name_output(nni_onnx_build *build, const char *name, int type, size_t columns);

/** Declares the input of the graph [batch, columns]. @return its name */
const char *nni_onnx_input(nni_onnx_build *build, const char *name, int type, size_t columns);

/** Adds a constant array of floats. @param columns  of [rows, columns]; 0: [rows] @return its name */
const char *nni_onnx_reals(nni_onnx_build *build, const char *name, const nni_real *values, size_t rows,
                           size_t columns);
/** The same of doubles [count]. */
const char *nni_onnx_doubles(nni_onnx_build *build, const char *name, const double *values, size_t count);

/** A constant scalar; one for all that have the value. @param type  NNI_ONNX_FLOAT or NNI_ONNX_DOUBLE */
const char *nni_onnx_scalar(nni_onnx_build *build, double value, int type);
/** A constant array of one integer, such as axes are. */
const char *nni_onnx_axis(nni_onnx_build *build, int64_t axis);

/** Adds an entry of the metadata; both texts are copied. */
void nni_onnx_note(nni_onnx_build *build, const char *key, const char *value);

/** Writes the file. @return NN_USAGE where it would be larger than ONNX files can be, NN_SYSTEM where it cannot be
 * written, or what went wrong before */
nn_status nni_onnx_build_save(nni_onnx_build *build, const char *path);

#endif
