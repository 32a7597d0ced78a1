/* SPDX-License-Identifier: MIT */
/** The contents of a checkpoint, taken from an open HDF5 file. */
#ifndef NNI_CHECKPOINT_DESERIALIZE_H
#define NNI_CHECKPOINT_DESERIALIZE_H

#include <hdf5.h>

#include "checkpoint/checkpoint.h"

/**
 * Fills an empty checkpoint; local.
 *
 * @param file_bytes  of the file, which no size in it may exceed
 * @return false where the file is not laid out as a checkpoint, or memory is short; the checkpoint is then to be freed
 */
bool nni_checkpoint_deserialize(hid_t file, size_t file_bytes, nni_checkpoint *checkpoint);

#endif
