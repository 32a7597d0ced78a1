/* SPDX-License-Identifier: MIT */
/** The header of a NumPy array: versions 1.0, 2.0 and 3.0 of its format (numpy.lib.format). */
#ifndef NNI_IMPORT_NPY_HEADER_H
#define NNI_IMPORT_NPY_HEADER_H

#include "hdf5/file.h"
#include "import/npy/source.h"

typedef struct nni_npy_header {
    char kind; /**< 'b', 'i', 'u' or 'f' */
    size_t value_bytes;
    bool big_endian, fortran;
    int dimensions;
    hsize_t extent[H5S_MAX_RANK];
    hsize_t row_bytes; /**< at most a GiB */
} nni_npy_header;

/**
 * Reads the header of a source just opened.
 *
 * @return NN_DATA where it is none, the array's type or order cannot be imported, or its bytes are not as many as the
 * shape says
 */
nn_status nni_npy_read_header(nni_npy_source *source, nni_npy_header *header, nn_error *error);

#endif
