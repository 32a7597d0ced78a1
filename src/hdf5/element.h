/* SPDX-License-Identifier: MIT */
/** Types of numbers and texts in HDF5, as elements of memory. */
#ifndef NNI_HDF5_ELEMENT_H
#define NNI_HDF5_ELEMENT_H

#include <hdf5.h>

#include "hdf5/layout.h"

/** Describes a type of texts as nni_hdf5_describe_number does of numbers. @return whether it is one */
bool nni_hdf5_describe_text(hid_t type, nni_hdf5_layout *layout);

/** Describes a type of numbers: element, integer, file_size, type. @return whether it is one */
bool nni_hdf5_describe_number(hid_t type, nni_hdf5_layout *layout);

/** @return HDF5's own type of an element in memory; not to be closed */
hid_t nni_hdf5_native_type(nni_element element);

/** @return HDF5's type of an element in files that nntrain writes, little-endian; not to be closed */
hid_t nni_hdf5_stored_type(nni_element element);

#endif
