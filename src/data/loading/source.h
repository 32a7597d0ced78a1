/** Rows that stay in the file: read by this rank alone, again and again, by a thread that reads ahead. */
#ifndef NNI_DATA_LOADING_SOURCE_H
#define NNI_DATA_LOADING_SOURCE_H

#include "data/dataset/read_split.h"
#include "data/dataset/split_rows.h"
#include "data/order/blocks.h"
#include "support/system/worker.h"

/** Room for rows of a dataset; a writable nn_rows. Owns its arrays. */
typedef struct nn_rows_room {
    size_t capacity;
    void *x;          /**< [capacity, features] of the dataset's element */
    int32_t *classes; /**< [capacity], or NULL */
    double *values;   /**< [capacity, outputs], or NULL */
    nn_real *weights; /**< [capacity], or NULL */
} nn_rows_room;

nn_status nn_rows_room_create(const nn_dataset *dataset, size_t capacity, nn_rows_room *room, nn_error *error);
void nn_rows_room_free(nn_rows_room *room);

/** @return the rows [first, first + count) of a room, numbered from `number` */
nn_rows nn_rows_of_room(const nn_dataset *dataset, const nn_rows_room *room, size_t first, size_t count, size_t number);

/** @return bytes that a row takes in a room, targets and weight included */
size_t nn_rows_room_row_bytes(const nn_dataset *dataset);

/**
 * Opens the file of a dataset once more, for this process alone. It gives the rows of the dataset's part. Local.
 *
 * @param dataset  borrowed; the source is to become its own
 */
nn_status nn_source_open(const nn_dataset *dataset, const nn_dataset_spec *spec, const nn_dataset_layouts *layouts,
                         nn_source **source, nn_error *error);

/** Opens a source of the same file for another dataset, of another part of its rows. Local. */
nn_status nn_source_open_again(const nn_source *source, const nn_dataset *dataset, nn_source **result, nn_error *error);

void nn_source_close(nn_source *source);

/** A run of rows to be read. Memory of the one who asks; see nn_job. */
typedef struct nn_reading {
    nn_source *source;
    const nn_file_run *runs; /**< [run_count] one after the other, of rows counted from this rank's first one */
    size_t run_count;
    const nn_rows_room *room; /**< has place for what the split has of them, and for a whole run behind that */
    size_t got;               /**< receives how many rows the split has of them */
    nn_job job;
} nn_reading;

/** Has the reading done by the source's thread, behind those begun before. */
void nn_source_begin(nn_reading *reading);

/** Waits for a reading. Time spent here is what nn_dataset_waited tells. */
nn_status nn_source_finish(nn_reading *reading, nn_error *error);

#endif
