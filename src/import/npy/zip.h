/* SPDX-License-Identifier: MIT */
/** Members of a ZIP archive (PKWARE's APPNOTE 6.3), as NumPy's .npz files are: stored or deflated, with ZIP64's sizes.
 */
#ifndef NNI_IMPORT_NPY_ZIP_H
#define NNI_IMPORT_NPY_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

/** Where a member lies in its archive. */
typedef struct nni_zip_member {
    uint64_t offset; /**< of its bytes, packed or not */
    uint64_t packed; /**< bytes in the archive */
    uint64_t size;   /**< bytes once unpacked, as the directory says */
    uint32_t crc;    /**< CRC-32 of the bytes unpacked */
    bool deflated;
} nni_zip_member;

/**
 * Finds an array of an .npz file: the member NAME.npy, or NAME itself.
 *
 * Its bytes are known to lie within the archive, and its size to be one that they can have.
 *
 * @param descriptor  the archive, opened for reading
 * @param path        names it in messages
 * @param bytes       it has
 * @param name        of the array; NULL: none is given, which is an error that lists those there are
 * @return NN_DATA where the archive is damaged, encrypted or packed otherwise, or has no such member
 */
nn_status nni_zip_find(int descriptor, const char *path, uint64_t bytes, const char *name, nni_zip_member *member,
                       nn_error *error);

/** Reads size bytes at an offset of a file. @return NN_DATA where it ends before, or cannot be read */
nn_status nni_read_at(int descriptor, const char *path, uint64_t offset, void *bytes, size_t size, nn_error *error);

#endif
