/* SPDX-License-Identifier: MIT */
/** The products of training: layers, their three orientations, and what they cost. */
#ifndef NNI_BENCH_SHAPES_H
#define NNI_BENCH_SHAPES_H

#include <stdbool.h>
#include <stddef.h>

/** How the operands of C [rows, columns] = A [rows, depth] B [depth, columns] lie in memory. */
typedef enum nni_bench_orientation {
    NNI_BENCH_FORWARD, /**< x W^T: A row-major, B stored as [columns, depth] */
    NNI_BENCH_DX,      /**< delta W: both row-major */
    NNI_BENCH_DW,      /**< delta^T x: A stored as [depth, rows], B row-major */
} nni_bench_orientation;

enum { NNI_BENCH_ORIENTATIONS = 3 };

typedef struct nni_bench_shape {
    nni_bench_orientation orientation;
    size_t rows, columns, depth;
} nni_bench_shape;

/** A dense layer and the rows of its batch. */
typedef struct nni_bench_layer {
    size_t inputs, outputs, batch;
} nni_bench_layer;

/** "forward", "dX" or "dW". */
const char *nni_bench_orientation_name(nni_bench_orientation orientation);

/** The product of a layer in an orientation. */
nni_bench_shape nni_bench_layer_shape(nni_bench_layer layer, nni_bench_orientation orientation);

/** The layers that are measured when nobody names a shape: 10 to 4096 wide, batches of 1 to 4096. */
const nni_bench_layer *nni_bench_default_layers(size_t *count);

/**
 * Reads whole numbers with a character between them, such as "784x512x128".
 *
 * @return whether there are `count` of them and nothing else, each from 1 to INT_MAX, the most that BLAS takes
 */
bool nni_bench_parse_sizes(const char *text, char between, size_t count, size_t *sizes);

/** @return operations of a product: a multiplication and an addition for each term */
double nni_bench_product_flops(nni_bench_shape shape);

/**
 * @param widths  [count], count >= 2: inputs, hidden layers, outputs
 * @return operations that a training step cannot do without: forward and dW of every layer, dX of all but the first
 */
double nni_bench_step_flops(const size_t *widths, size_t count, size_t batch);

#endif
