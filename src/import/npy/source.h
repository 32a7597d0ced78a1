/* SPDX-License-Identifier: MIT */
/** The bytes of a NumPy array: a file .npy, or a member of an .npz archive, unpacked as it is read. */
#ifndef NNI_IMPORT_NPY_SOURCE_H
#define NNI_IMPORT_NPY_SOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "import/npy/zip.h"

/** A source being read from its beginning to its end. */
typedef struct nni_npy_source {
    const char *name;    /**< as the user gave it; belongs to the caller */
    char path[PATH_MAX]; /**< of the file, without the member */
    int descriptor;
    uint64_t size;         /**< bytes of the array with its header */
    uint64_t done;         /**< bytes of them that were read */
    nni_zip_member member; /**< a file .npy is one that is stored, at 0 */
    bool in_archive;
    struct nni_npy_unpacker *unpacker; /**< NULL: not deflated */
    uint32_t crc;                      /**< of what was read */
} nni_npy_source;

/** Opens FILE.npy or FILE.npz:NAME. What is opened is closed. */
nn_status nni_npy_open(const char *name, nni_npy_source *source, nn_error *error);

/** Reads the next bytes. @return NN_DATA where there are not as many, or they cannot be unpacked */
nn_status nni_npy_read(nni_npy_source *source, void *bytes, size_t size, nn_error *error);

/** To be called when all is read: whether a member ends there and has the CRC its archive says. */
nn_status nni_npy_check_end(nni_npy_source *source, nn_error *error);

void nni_npy_close(nni_npy_source *source);

#endif
