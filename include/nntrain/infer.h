/* SPDX-License-Identifier: MIT */
/** @file
 * Predictions of a trained model, by libnninfer: a library of its own that stands on libc and libm alone, with no MPI,
 * no OpenMP, no HDF5 and no global state.
 *
 * It reads what `nntrain export safetensors` writes, and computes with the trainer's own kernels: a prediction has the
 * bits of `nntrain predict`. C99 and C++.
 */
#ifndef NNTRAIN_INFER_H
#define NNTRAIN_INFER_H

#include <stddef.h>

#include "nntrain/export.h"
#include "nntrain/kinds.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A trained model that does not change.
 *
 * Threads: any number at once, each with scratch of its own; no call takes a lock.
 * Ownership: the caller's, until nn_infer_free.
 */
typedef struct nn_infer_model nn_infer_model;

/** Type of an array's elements. */
typedef enum nn_infer_type { NN_INFER_FLOAT, NN_INFER_DOUBLE } nn_infer_type;

/** A batch to be read: element j of row i is data[i * row_stride + j * column_stride]. Row-major: strides of (columns,
 * 1); column-major: (1, rows). */
typedef struct nn_infer_input {
    const void *data;        /**< of `type` */
    nn_infer_type type;      /**< of the elements */
    ptrdiff_t row_stride;    /**< elements from one row to the next */
    ptrdiff_t column_stride; /**< elements from one column to the next */
} nn_infer_input;

/** A batch to be written, likewise. */
typedef struct nn_infer_output {
    void *data;              /**< of `type` */
    nn_infer_type type;      /**< of the elements */
    ptrdiff_t row_stride;    /**< elements from one row to the next */
    ptrdiff_t column_stride; /**< elements from one column to the next */
} nn_infer_output;

/**
 * Maps a model file; weights are used where they lie, and those of a small network (up to 1 MiB) are copied, too, so
 * that a single row takes less time.
 *
 * @param path   of a file that nntrain export safetensors wrote
 * @param model  receives the model
 * @param error  receives what went wrong; may be NULL
 * @return NN_DATA where the file is missing, none of these, damaged, or of a newer version; NN_SYSTEM where memory runs
 * out
 */
NN_API nn_status nn_infer_load(const char *path, nn_infer_model **model, nn_error *error);

/**
 * The same of a file in memory, which is borrowed until nn_infer_free.
 *
 * @param bytes  of the file, at an address that is a multiple of 8
 * @param size   of the file
 * @param model  receives the model
 * @param error  receives what went wrong; may be NULL
 * @return as nn_infer_load
 */
NN_API nn_status nn_infer_load_memory(const void *bytes, size_t size, nn_infer_model **model, nn_error *error);

/** Frees a model; NULL is fine. */
NN_API void nn_infer_free(nn_infer_model *model);

/** @return what the outputs speak of */
NN_API nn_prediction nn_infer_predicts(const nn_infer_model *model);

/** @return features of a row */
NN_API size_t nn_infer_features(const nn_infer_model *model);

/** @return outputs of a row */
NN_API size_t nn_infer_outputs(const nn_infer_model *model);

/** @return name of a class; NULL where classes are numbers alone, or outputs are no classes. The model's. */
NN_API const char *nn_infer_class_name(const nn_infer_model *model, size_t class_number);

/** @return name of a feature in the data that was trained on; NULL where that is unknown, and for a feature that is not
 * among nn_infer_features. The model's. */
NN_API const char *nn_infer_feature_name(const nn_infer_model *model, size_t feature);

/** @return bytes of scratch that predictions of up to so many rows at once, or a jacobian, take; for one thread */
NN_API size_t nn_infer_scratch_bytes(const nn_infer_model *model, size_t rows);

/**
 * Predicts. Takes no memory and no lock, and starts no thread.
 *
 * @param model    is asked
 * @param rows     of x and y
 * @param x        [rows, features], in the units of the data that was trained on; NaN where a value is missing, if the
 * model knows what to put there
 * @param y        [rows, outputs] receives what nn_infer_predicts says; must not overlap x
 * @param scratch  nn_infer_scratch_bytes(model, rows) bytes, at an address that is a multiple of 64; used by one call
 * at a time
 */
NN_API void nn_infer_predict(const nn_infer_model *model, size_t rows, nn_infer_input x, nn_infer_output y,
                             void *scratch);

/** The same for contiguous rows of floats: x [rows, features], y [rows, outputs]. */
NN_API void nn_infer_predict_float(const nn_infer_model *model, size_t rows, const float *x, float *y, void *scratch);

/** The same for contiguous rows of doubles. */
NN_API void nn_infer_predict_double(const nn_infer_model *model, size_t rows, const double *x, double *y,
                                    void *scratch);

/**
 * @param model  whose outputs they are
 * @param y      [outputs] of a row
 * @return the class that they speak for: the most probable one, or of one output whether it is at least 0.5
 */
NN_API size_t nn_infer_class(const nn_infer_model *model, const double *y);

/**
 * Derivatives of the outputs by the features, at one row, through scalings and all: dy_k / dx_j, in the units of the
 * data.
 *
 * By the chain rule, in reverse. 0 for a feature that is missing, constant in training or limited there.
 *
 * @param model     is asked
 * @param x         [features], contiguous
 * @param jacobian  [outputs, features] receives the derivatives
 * @param scratch   nn_infer_scratch_bytes(model, 1) bytes, as above
 */
NN_API void nn_infer_jacobian(const nn_infer_model *model, const double *x, double *jacobian, void *scratch);

/**
 * Tells whether a row lies where the model was trained.
 *
 * @param model    is asked
 * @param x        [features], contiguous
 * @param outside  [features] receives 1 where a feature is below the least or above the largest value of the training
 * rows, or missing where none was; else 0; may be NULL
 * @return how many features are outside; 0 also where the file does not tell the range
 */
NN_API size_t nn_infer_check_range(const nn_infer_model *model, const double *x, unsigned char *outside);

#ifdef __cplusplus
}
#endif

#endif
