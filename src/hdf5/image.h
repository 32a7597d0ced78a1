/* SPDX-License-Identifier: MIT */
/**
 * An HDF5 file that is composed in memory and written by ourselves at the end: a full disk is then an ordinary error
 * with its errno, while libhdf5 would keep a file that it cannot flush, and crash at the end of the program.
 */
#ifndef NNI_HDF5_IMAGE_H
#define NNI_HDF5_IMAGE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"
#include "support/element.h"

/** A dataset of numbers or of strings of one length. Owns its handles; zeroed by NNI_HDF5_NO_COLUMN, it is none. */
typedef struct nni_hdf5_column {
    hid_t dataset;
    hid_t type;   /**< of values in memory */
    bool strings; /**< the type is its own */
    int rank;     /**< 1: [rows]; 2: [rows, width] */
    size_t width;
} nni_hdf5_column;

#define NNI_HDF5_NO_COLUMN                                                                                             \
    (nni_hdf5_column)                                                                                                  \
    {                                                                                                                  \
        .dataset = H5I_INVALID_HID, .type = H5I_INVALID_HID                                                            \
    }

/** Begins a file, which ends HDF5's printing of errors. @param bytes  that it will hold, about: memory is taken for as
 * many, or 16 MiB at a time. @return < 0: memory is short */
hid_t nni_hdf5_image_create(size_t bytes);

/** Makes a dataset [rows], or [rows, width] where the rank is 2. @param stored  element in the file. @param given
 * element of values in memory. @return false where memory is short */
bool nni_hdf5_image_add(hid_t file, const char *name, nni_element stored, nni_element given, int rank, size_t rows,
                        size_t width, nni_hdf5_column *column);

/** Makes a dataset [rows] of strings of so many bytes, padded with zeros. */
bool nni_hdf5_image_add_strings(hid_t file, const char *name, size_t bytes, size_t rows, nni_hdf5_column *column);

/** Writes rows [first, first + count). */
bool nni_hdf5_image_write(const nni_hdf5_column *column, size_t first, size_t count, const void *values);

/** Attributes of the root: a text, a number. @return false where memory is short */
bool nni_hdf5_image_note_text(hid_t file, const char *name, const char *text);
bool nni_hdf5_image_note_count(hid_t file, const char *name, uint64_t count);

void nni_hdf5_image_close(nni_hdf5_column *column);

/** Writes the file under its name, once its datasets are closed: by nni_file_replace, or another that does likewise.
 * @return NN_SYSTEM, with errno's words where the disk failed */
nn_status nni_hdf5_image_save(hid_t file, const char *path,
                              nn_status (*replace)(const char *path, const void *bytes, size_t count, nn_error *error),
                              nn_error *error);

/** @return NN_SYSTEM, in a sentence: HDF5 could not compose the file that `path` was to be */
nn_status nni_hdf5_image_fail(const char *path, nn_error *error);

#endif
