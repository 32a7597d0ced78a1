/** Ways into HDF5: files of other formats, and generated data. None of these is collective; one process runs them. */
#ifndef NNTRAIN_IMPORT_H
#define NNTRAIN_IMPORT_H

#include <stdint.h>

#include "nntrain/status.h"

/** One dataset of the file to be made. */
typedef struct nn_import_item {
    const char *source;  /**< path of an IDX file, plain or gzipped */
    const char *dataset; /**< e.g. "/train/x" */
} nn_import_item;

/**
 * Converts IDX files (the format of MNIST) to one HDF5 file.
 *
 * Types and shapes are kept: ubyte to uint8, byte to int8, short, int, float, double. Gzipped files are read directly
 * with zlib. The output appears under its name only when it is complete; an existing file is replaced.
 *
 * @param compress  deflate level 0 to 9; 0 stores plain
 * @return NN_DATA naming the source and what is wrong with it: missing, no IDX magic, truncated, longer than its header
 * says
 */
nn_status nn_import_idx(const nn_import_item *items, size_t count, int compress, const char *output, nn_error *error);

/** Problems whose answers theory knows. */
typedef enum nn_generated {
    NN_GENERATED_XOR,     /**< 4 rows of 2 bits; class: their exclusive or */
    NN_GENERATED_CIRCLES, /**< two concentric rings: no line separates them */
    NN_GENERATED_SPIRALS, /**< two spirals of 1.5 turns */
    NN_GENERATED_SINE,    /**< y = sin(x), x in [-pi, pi] */
} nn_generated;

/**
 * Writes a generated problem as /train/{x,y} and /test/{x,y}; the two splits are drawn independently (XOR: both the
 * four rows).
 *
 * @param rows    of each split; ignored for XOR
 * @param noise   standard deviation of Gaussian noise on x (circles, spirals) or on the training y (sine)
 */
nn_status nn_generate(nn_generated problem, size_t rows, double noise, uint64_t seed, const char *output,
                      nn_error *error);

#endif
