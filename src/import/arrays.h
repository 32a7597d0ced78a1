/* SPDX-License-Identifier: MIT */
/** Options of the formats that hold one array a file: a file for each of /train/x, /train/y, /test/x and /test/y. */
#ifndef NNI_IMPORT_ARRAYS_H
#define NNI_IMPORT_ARRAYS_H

#include "hdf5/write.h"
#include "import/importer.h"
#include "nntrain/import.h"

enum { NNI_IMPORT_ARRAYS = 4 };

/** Files of the datasets to be made. */
typedef struct nni_import_arrays {
    const char *source[NNI_IMPORT_ARRAYS]; /**< NULL: not given */
} nni_import_arrays;

/** --train-x, --train-y, --test-x and --test-y. */
extern const nni_import_option nni_import_array_options[];

/** As nni_importer has it. */
bool nni_import_arrays_are_complete(const void *job);

/** Lists those that are given. @return how many they are */
size_t nni_import_arrays_list(const nni_import_arrays *arrays, nn_import_item items[NNI_IMPORT_ARRAYS]);

/** Writes one array into the open file. */
typedef nn_status nni_import_array_writer(const nn_import_item *item, const nni_hdf5_output *output, int compress,
                                          nn_error *error);

/**
 * Makes the HDF5 file of some arrays.
 *
 * @param compress    deflate level 0 to 9; another is NN_USAGE
 * @param chunk_rows  of the datasets; 0: contiguous, or about a MiB where they are compressed
 */
nn_status nni_import_arrays_write(nni_import_array_writer *write, const nn_import_item *items, size_t count,
                                  int compress, size_t chunk_rows, const char *path, nn_error *error);

#endif
