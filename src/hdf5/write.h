/* SPDX-License-Identifier: MIT */
/** An HDF5 file that appears under its name only when it is complete. */
#ifndef NNI_HDF5_WRITE_H
#define NNI_HDF5_WRITE_H

#include "hdf5/file.h"

typedef struct nni_hdf5_output {
    const char *path; /**< final name; belongs to the caller */
    char *temporary;  /**< name while it is being written */
    hid_t file;
    hsize_t chunk_rows; /**< of datasets made from now on; 0: contiguous, or about a MiB where they are compressed */
    nni_hdf5_printer printer;
} nni_hdf5_output;

/** Creates the temporary file beside the final name. Every created output is finished. */
nn_status nni_hdf5_create(const char *path, nni_hdf5_output *output, nn_error *error);

/**
 * Ends an output: gives it its name where status is NN_OK, removes it otherwise.
 *
 * @return status, or what went wrong in the last steps
 */
nn_status nni_hdf5_finish(nni_hdf5_output *output, nn_status status, nn_error *error);

/**
 * Makes a dataset, and the groups it lies in.
 *
 * @param type      as the file shall hold it
 * @param extent    [dimensions]
 * @param compress  deflate level; 0: plain and contiguous, else in chunks of about a MiB of rows
 */
nn_status nni_hdf5_make_dataset(const nni_hdf5_output *output, const char *name, hid_t type, int dimensions,
                                const hsize_t *extent, int compress, hid_t *dataset, nn_error *error);

/** Writes rows [first, first + count) of a dataset from values of a type in memory. */
nn_status nni_hdf5_write_rows(const nni_hdf5_output *output, hid_t dataset, const char *name, hid_t type, hsize_t first,
                              hsize_t count, const void *values, nn_error *error);

/** Closes a dataset that was made. @return status, or NN_SYSTEM where its last chunks cannot be written */
nn_status nni_hdf5_close_dataset(const nni_hdf5_output *output, hid_t dataset, const char *name, nn_status status,
                                 nn_error *error);

/** Writes texts as a dataset of strings of one length, padded with zeros. @param texts  [count] */
nn_status nni_hdf5_write_strings(const nni_hdf5_output *output, const char *name, const char *const *texts,
                                 size_t count, nn_error *error);

/** @return rows that make about a MiB: a chunk, and a step of writing */
hsize_t nni_hdf5_chunk_rows(hsize_t rows, hsize_t row_bytes);

#endif
