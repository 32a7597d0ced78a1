/* SPDX-License-Identifier: MIT */
/**
 * The block in front of a checkpoint that vouches for the bytes behind it.
 *
 * HDF5 looks for its signature at 0, 512, 1024, ...: a block of 512 bytes before it is the format's own "user block".
 * Fletcher32 guards datasets alone; the seal covers headers, attributes and length too, and is checked before libhdf5
 * sees a single byte.
 */
#ifndef NNI_CHECKPOINT_SEAL_H
#define NNI_CHECKPOINT_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"

enum { NNI_SEAL_BYTES = 512 };

/** Formats the seal of some bytes: readable text, padded with zeros. */
void nni_seal_format(const void *bytes, size_t count, char seal[NNI_SEAL_BYTES]);

/** Seals a file whose first NNI_SEAL_BYTES are free for that. @return NN_SYSTEM with the reason */
nn_status nni_seal_file(const char *path, nn_error *error);

/**
 * Reads a sealed file and verifies it.
 *
 * @param image  receives the bytes behind the seal, to be released with nni_release
 * @return NN_DATA with the reason, NN_SYSTEM where memory runs out
 */
nn_status nni_seal_read(const char *path, void **image, size_t *count, nn_error *error);

#endif
