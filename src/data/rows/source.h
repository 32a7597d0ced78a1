/** Rows that stay in the file: read by this rank alone, again and again, by a thread that reads ahead. */
#ifndef NNI_DATA_ROWS_SOURCE_H
#define NNI_DATA_ROWS_SOURCE_H

#include "data/dataset/read.h"
#include "data/order/blocks.h"
#include "data/order/split_rows.h"
#include "support/system/worker.h"

/** Room for rows of a dataset; a writable nni_rows. Owns its arrays. */
typedef struct nni_rows_buffer {
    size_t capacity;
    void *x;           /**< [capacity, features] of the dataset's element */
    int32_t *classes;  /**< [capacity], or NULL */
    double *values;    /**< [capacity, outputs], or NULL */
    nni_real *weights; /**< [capacity], or NULL */
} nni_rows_buffer;

nn_status nni_rows_buffer_create(const nni_dataset *dataset, size_t capacity, nni_rows_buffer *room, nn_error *error);
void nni_rows_buffer_free(nni_rows_buffer *room);

/** @return the rows [first, first + count) of a room, numbered from `number` */
nni_rows nni_rows_of_buffer(const nni_dataset *dataset, const nni_rows_buffer *room, size_t first, size_t count,
                            size_t number);

/** @return bytes that a row takes in a room, targets and weight included */
size_t nni_rows_buffer_row_bytes(const nni_dataset *dataset);

/**
 * Opens the file of a dataset once more, for this process alone. It gives the rows of the dataset's part. Local.
 *
 * @param dataset  borrowed; the source is to become its own
 */
nn_status nni_source_open(const nni_dataset *dataset, const nni_dataset_spec *spec, const nni_dataset_layouts *layouts,
                          nni_source **source, nn_error *error);

/** Opens a source of the same file for another dataset, of another part of its rows. Local. */
nn_status nni_source_open_again(const nni_source *source, const nni_dataset *dataset, nni_source **result,
                                nn_error *error);

void nni_source_close(nni_source *source);

/** A run of rows to be read. Memory of the one who asks; see nni_job. */
typedef struct nni_reading {
    nni_source *source;
    const nni_file_run *runs; /**< [run_count] one after the other, of rows counted from this rank's first one */
    size_t run_count;
    const nni_rows_buffer *room; /**< has place for what the split has of them, and for a whole run behind that */
    size_t got;                  /**< receives how many rows the split has of them */
    nni_job job;
} nni_reading;

/** Has the reading done by the source's thread, behind those begun before. */
void nni_source_begin(nni_reading *reading);

/** Waits for a reading. Time spent here is what nni_dataset_waited tells. */
nn_status nni_source_finish(nni_reading *reading, nn_error *error);

#endif
