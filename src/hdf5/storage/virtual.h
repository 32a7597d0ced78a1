/* SPDX-License-Identifier: MIT */
/** Checks the sources of a virtual dataset before HDF5 may open them. */
#ifndef NNI_HDF5_STORAGE_VIRTUAL_H
#define NNI_HDF5_STORAGE_VIRTUAL_H

#include "hdf5/storage/walk.h"

/** Looks at the sources of a virtual dataset. @param own  receives what there is to say of it as a source */
nn_status nni_hdf5_check_virtual(nni_hdf5_walk *walk, const nni_hdf5_level *here, hid_t dataset, nni_hdf5_source *own);

#endif
