/** The products of training: layers, their three orientations, and what they cost. */
#ifndef NNI_BENCH_SHAPES_H
#define NNI_BENCH_SHAPES_H

#include <stdbool.h>
#include <stddef.h>

/** How the operands of C [rows, columns] = A [rows, depth] B [depth, columns] lie in memory. */
typedef enum nn_bench_orientation {
    NN_BENCH_FORWARD, /**< x W^T: A row-major, B stored as [columns, depth] */
    NN_BENCH_DX,      /**< delta W: both row-major */
    NN_BENCH_DW,      /**< delta^T x: A stored as [depth, rows], B row-major */
} nn_bench_orientation;

enum { NN_BENCH_ORIENTATIONS = 3 };

typedef struct nn_bench_shape {
    nn_bench_orientation orientation;
    size_t rows, columns, depth;
} nn_bench_shape;

/** A dense layer and the rows of its batch. */
typedef struct nn_bench_layer {
    size_t inputs, outputs, batch;
} nn_bench_layer;

/** "forward", "dX" or "dW". */
const char *nn_bench_orientation_name(nn_bench_orientation orientation);

/** The product of a layer in an orientation. */
nn_bench_shape nn_bench_layer_shape(nn_bench_layer layer, nn_bench_orientation orientation);

/** The layers that are measured when nobody names a shape: 10 to 4096 wide, batches of 1 to 4096. */
const nn_bench_layer *nn_bench_default_layers(size_t *count);

/**
 * Reads whole numbers with a character between them, such as "784x512x128".
 *
 * @return whether there are `count` of them and nothing else, each from 1 to INT_MAX, the most that BLAS takes
 */
bool nn_bench_parse_sizes(const char *text, char between, size_t count, size_t *sizes);

/** @return operations of a product: a multiplication and an addition for each term */
double nn_bench_product_flops(nn_bench_shape shape);

/**
 * @param widths  [count], count >= 2: inputs, hidden layers, outputs
 * @return operations that a training step cannot do without: forward and dW of every layer, dX of all but the first
 */
double nn_bench_step_flops(const size_t *widths, size_t count, size_t batch);

#endif
