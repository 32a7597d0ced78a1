/* SPDX-License-Identifier: MIT */
/** Describes a dataset before a value of it is read: what it holds, and whether that can be read at all. */
#ifndef NNI_HDF5_DESCRIBE_H
#define NNI_HDF5_DESCRIBE_H

#include "hdf5/file.h"
#include "hdf5/layout.h"

/** Finds out what a dataset holds, or what some of its columns do. Local. @param columns  NULL: all */
nn_status nni_hdf5_describe(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns,
                            nni_hdf5_layout *layout, nn_error *error);

/** The same for targets, which may be texts, or the one field of records that is chosen. */
nn_status nni_hdf5_describe_targets(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns,
                                    nni_hdf5_layout *layout, nn_error *error);

#endif
