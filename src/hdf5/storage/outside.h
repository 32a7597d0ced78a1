/* SPDX-License-Identifier: MIT */
/**
 * What a dataset has outside of its own place in a file: the links that lead to it, raw files of external storage, the
 * sources of a virtual dataset and theirs in turn. HDF5 goes there by itself, without a word and without end, and takes
 * fill values for what it does not find; here all of that is looked at before HDF5 may.
 */
#ifndef NNI_HDF5_STORAGE_OUTSIDE_H
#define NNI_HDF5_STORAGE_OUTSIDE_H

#include "hdf5/file.h"
#include "nntrain/kinds.h"

/** What some datasets have outside of their file. Zeroed: nothing. */
typedef struct nni_hdf5_outside {
    uint64_t open; /**< files that HDF5 keeps open as long as a dataset is, of the dataset that has most */
    bool any;      /**< those, or raw files */
} nni_hdf5_outside;

/**
 * Follows a name in an open file to a dataset and on to wherever its values come from.
 *
 * Refused, in a sentence that names file, dataset and what is wrong with which rows: files that are not there, lie
 * outside of the data's folder (unless that is allowed), are no regular files, no HDF5 files, truncated or too short;
 * sources without the dataset, with fewer rows than are taken or with values of another kind; gaps in a numbered series
 * of sources, and rows without a source where the file gives no fill value of its own; virtual datasets that are put
 * together of themselves, of more than NNI_HDF5_DEEPEST levels (walk.h) or of too many parts; links that only other
 * programs can follow.
 *
 * Local. A name that leads nowhere is no failure here.
 *
 * @param path     of the file, as it is open
 * @param outside  is added to
 * @return NN_SYSTEM where so many files cannot be open, see nni_hdf5_check_open_files
 */
nn_status nni_hdf5_check_outside(hid_t file, const char *path, const char *name, nn_external rule,
                                 nni_hdf5_outside *outside, nn_error *error);

/**
 * Raises the limit of open files as far as this process may, and checks that it suffices. HDF5 takes a source that it
 * cannot open for one that is not there, whose rows are zeros. Local.
 *
 * @param files  that HDF5 keeps open
 */
nn_status nni_hdf5_check_open_files(const char *path, uint64_t files, nn_error *error);

/** @return a dataset that lies in the very file, and not outside of it in any way; < 0 where there is none */
hid_t nni_hdf5_open_inside(hid_t file, const char *name);

#endif
