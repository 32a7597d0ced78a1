/* SPDX-License-Identifier: MIT */
/** The contents of a checkpoint, put into an open HDF5 file. */
#ifndef NNI_CHECKPOINT_SERIALIZE_H
#define NNI_CHECKPOINT_SERIALIZE_H

#include <hdf5.h>

#include "checkpoint/checkpoint.h"

/**
 * Puts all of it there; local.
 *
 * @param places  NULL; or [state_count, tensor_count], receives where in the file each tensor of the optimizer's state
 * begins, whose values others then write: space is only allocated for it
 */
bool nni_checkpoint_serialize(hid_t file, const nni_checkpoint *checkpoint, uint64_t *places);

#endif
