/* SPDX-License-Identifier: MIT */
/** Rows in memory: what they hold, buffers of them, and how one becomes what a network takes. */
#ifndef NNI_DATA_ROWS_ROWS_H
#define NNI_DATA_ROWS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/feature_scaler.h"
#include "nntrain/status.h"
#include "support/element.h"

/** What y holds. */
typedef enum nni_target_kind {
    NNI_TARGET_NONE,
    NNI_TARGET_CLASSES, /**< [N] integers or texts */
    NNI_TARGET_VALUES,  /**< [N, outputs], or [N] floats with outputs = 1 */
} nni_target_kind;

/** What a row of a split holds. */
typedef struct nni_row_format {
    size_t features;     /**< values of x */
    int dimensions;      /**< of x behind its rows; 0: one value, or fields of records */
    size_t extent[3];    /**< [dimensions], where these are 3 at most */
    nni_element element; /**< of x, in memory as in the file */
    bool missing;        /**< x may hold NaN, for what is missing */
    nni_target_kind target;
    size_t outputs; /**< NNI_TARGET_VALUES: values of y; NNI_TARGET_CLASSES: 1 + the largest class of all ranks */
    bool binary;    /**< values are the classes 0 and 1, made so by nni_dataset_fit_targets for a single sigmoid */
    bool weighted;  /**< samples have weights */
} nni_row_format;

/** Rows that follow each other, in memory; somebody else's arrays. */
typedef struct nni_rows {
    size_t first; /**< counted among this rank's rows */
    size_t count;
    const void *x;           /**< [count, features] of the format's element */
    const int32_t *classes;  /**< [count], or NULL */
    const double *values;    /**< [count, outputs], or NULL */
    const nni_real *weights; /**< [count], or NULL */
} nni_rows;

/** A buffer of rows. Owns its arrays. */
typedef struct nni_rows_buffer {
    size_t capacity;
    void *x;           /**< [capacity, features] of the format's element */
    int32_t *classes;  /**< [capacity], or NULL */
    double *values;    /**< [capacity, outputs], or NULL */
    nni_real *weights; /**< [capacity], or NULL */
} nni_rows_buffer;

/** Allocates a buffer, not zeroed. @param what  it is for, in the message. Freed also after a failure */
nn_status nni_rows_buffer_create(const nni_row_format *format, size_t capacity, const char *what,
                                 nni_rows_buffer *buffer, nn_error *error);
void nni_rows_buffer_free(nni_rows_buffer *buffer);

/** Copies row `source` of a buffer to row `target` of another, or of the same. */
void nni_rows_buffer_move(const nni_row_format *format, const nni_rows_buffer *from, size_t source,
                          const nni_rows_buffer *to, size_t target);

/** @return the rows [first, first + count) of a buffer, numbered from `number` */
nni_rows nni_rows_of_buffer(const nni_row_format *format, const nni_rows_buffer *buffer, size_t first, size_t count,
                            size_t number);

/** @return bytes that a row takes in a buffer, targets and weight included */
size_t nni_rows_buffer_row_bytes(const nni_row_format *format);

/** @return bytes that x of a row takes in memory */
static inline size_t nni_row_bytes(const nni_row_format *format)
{
    return format->features * nni_element_size(format->element);
}

/** @return where x of a row lies */
static inline const void *nni_row_at(const nni_row_format *format, const nni_rows *rows, size_t row)
{
    return (const char *)rows->x + row * nni_row_bytes(format);
}

/** Prefetches x of a row that will be read soon, into the level 2 cache or, if it is short, into level 1. */
void nni_row_prefetch(const nni_row_format *format, const nni_rows *rows, size_t row);

/** Bytes of a batch from which on threads share its rows: waking them costs some microseconds, what one core copies in
 * as many tens of kilobytes. */
enum { NNI_ROWS_WORTH_THREADS = 128 << 10 };

/**
 * Converts x of a row to numbers to compute with: x, or with a scaler (x - offset) * scale, each operation rounded on
 * its own, to nni_real, or to double for types of x that a float does not hold exactly. One thread.
 *
 * @param scaler  NULL: x as it is
 * @param to      [features]
 */
void nni_row_convert(const nni_row_format *format, const nni_feature_scaler *scaler, const nni_rows *rows, size_t row,
                     nni_real *to);

/**
 * Converts x of all rows. Threads share many rows.
 *
 * @param to  [count, features]
 * @return to, or, without writing there, the rows themselves where they are just what is asked for
 */
const nni_real *nni_rows_convert(const nni_row_format *format, const nni_feature_scaler *scaler, const nni_rows *rows,
                                 nni_real *to);

#endif
