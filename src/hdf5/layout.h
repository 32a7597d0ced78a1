/* SPDX-License-Identifier: MIT */
/** What a dataset holds: type, shape and storage in plain numbers. */
#ifndef NNI_HDF5_LAYOUT_H
#define NNI_HDF5_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/element.h"

/** Dimensions of a dataset, at most: HDF5's H5S_MAX_RANK. */
enum { NNI_HDF5_MAX_RANK = 32 };

/** Columns that are chosen of a dataset; borrowed. count 0: all. See columns.h */
typedef struct nni_hdf5_columns {
    const char *const *names; /**< [count] */
    size_t count;
} nni_hdf5_columns;

/** What a dataset holds, in plain numbers: one rank finds out and tells the others. */
typedef struct nni_hdf5_layout {
    uint64_t rows;
    uint64_t row_values; /**< values a row holds, all further dimensions multiplied */
    int dimensions;
    uint64_t extent[NNI_HDF5_MAX_RANK]; /**< [dimensions] */
    uint64_t chunk_rows;                /**< 0 where the dataset is not chunked */
    bool whole_rows;                    /**< chunks hold whole rows */
    uint64_t stored;                    /**< bytes it takes in the file */
    bool filtered;                      /**< compressed or checksummed */
    bool composed;                      /**< a virtual dataset, of parts of others: HDF5 has no MPI-IO for it */
    bool records;                       /**< of fields, some of which are chosen */
    bool text; /**< each row is a text, of a class; element is then that of the class's number */
    bool integer;
    nni_element element; /**< the native type that holds the file's */
    size_t file_size;    /**< bytes of a value in the file */
    char type[16];       /**< e.g. "uint8", "float32" */
} nni_hdf5_layout;

/**
 * A few bytes can claim any shape: whether there are more values than what is stored of them can be. No compressor
 * comes near that ratio on data worth training on. Not of virtual datasets, whose values are stored elsewhere.
 */
static inline bool nni_hdf5_is_mere_claim(uint64_t values, uint64_t stored_bytes)
{
    const uint64_t harmless = UINT64_C(1) << 26;
    return values > harmless && values >> 17 > stored_bytes;
}

#endif
