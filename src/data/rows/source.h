/* SPDX-License-Identifier: MIT */
/** Rows that stay in the file: read by this rank alone, again and again, by a thread that reads ahead. */
#ifndef NNI_DATA_ROWS_SOURCE_H
#define NNI_DATA_ROWS_SOURCE_H

#include "data/order/blocks.h"
#include "data/rows/origin.h"
#include "data/rows/rows.h"
#include "hdf5/rows.h"
#include "support/threads/worker.h"

typedef struct nni_source nni_source;

/** What a source reads of a split; borrowed for as long as the source is open, but for the spec's column names. */
typedef struct nni_source_spec {
    const nni_slicing *slicing;   /**< whose rows are given: those present, as they are at the time of reading */
    const nni_row_format *format; /**< what they are read as, at the time of reading */
    const nni_origin *origin;
    nni_dataset_layouts layouts;
    nni_hdf5_columns x_columns, y_columns;
    nni_hdf5_class_map class_map;
    bool classes;        /**< y holds classes, whatever they are fitted to later */
    int64_t class_limit; /**< all classes are below */
} nni_source_spec;

/** Opens the file of a split once more, for this process alone, with a thread that reads it. Local. */
nn_status nni_source_open(const nni_source_spec *spec, nni_source **source, nn_error *error);

/** @return what a source was opened with, to open another for other rows of the same files */
const nni_source_spec *nni_source_spec_of(const nni_source *source);

/** NULL is fine. */
void nni_source_close(nni_source *source);

/** Runs of rows to be read. In the caller's memory until nni_source_finish; see nni_job. */
typedef struct nni_reading {
    nni_source *source;
    const nni_file_run *runs; /**< [run_count] one after the other, of rows counted from this rank's first one */
    size_t run_count;
    const nni_rows_buffer *buffer; /**< has room for what the split has of them, and for a whole run behind that */
    size_t got;                    /**< receives how many rows the split has of them */
    nni_job job;
} nni_reading;

/** Has the reading done by the source's thread, behind those begun before. */
void nni_source_begin(nni_reading *reading);

/** Waits for a reading. */
nn_status nni_source_finish(nni_reading *reading, nn_error *error);

/** @return seconds that were spent in nni_source_finish */
double nni_source_waited(const nni_source *source);

#endif
