/* SPDX-License-Identifier: MIT */
/** What the files of nni_hdf5_check_outside share: the walk from a dataset to its sources and on to theirs. */
#ifndef NNI_HDF5_STORAGE_WALK_H
#define NNI_HDF5_STORAGE_WALK_H

#include <sys/types.h>

#include "hdf5/storage/follow.h"
#include "support/string_set.h"

/** Virtual datasets that may lie below each other. */
enum { NNI_HDF5_DEEPEST = 8 };

/** A dataset, and the virtual ones that take rows from it. */
typedef struct nni_hdf5_level {
    const struct nni_hdf5_level *above; /**< NULL: it is the one that was asked for */
    const char *path, *name;
    dev_t device;
    ino_t inode;
    haddr_t address;
    int depth;
    hid_t creation; /**< property list */
    H5T_class_t class;
} nni_hdf5_level;

/** What a virtual dataset needs to know of a source. */
typedef struct nni_hdf5_source {
    int rank;
    hsize_t dims[H5S_MAX_RANK];
    H5T_class_t class;
    uint64_t parts;  /**< that HDF5 opens for it */
    uint64_t stored; /**< bytes that were ever written */
} nni_hdf5_source;

typedef struct nni_hdf5_walk nni_hdf5_walk;

/**
 * Checks a dataset and all that it takes values from.
 *
 * @param above  the virtual dataset that takes values from it, or NULL
 * @param there  receives whether there is such a dataset
 */
typedef nn_status nni_hdf5_visit(nni_hdf5_walk *walk, const nni_hdf5_level *above, hid_t file, const char *path,
                                 const char *name, nni_hdf5_source *found, bool *there);

/** All that is looked at for one name. */
struct nni_hdf5_walk {
    nni_hdf5_visit *visit; /**< a source of a virtual dataset may be one itself */
    nni_hdf5_fence fence;
    nni_string_set sources; /**< paths of source files, and of those that links lead to */
    bool raw;               /**< there are raw files as well */
    nn_error *error;
};

/** Takes down a file that HDF5 keeps open for a dataset. @param path, name  of the dataset */
nn_status nni_hdf5_walk_note(nni_hdf5_walk *walk, const char *path, const char *name, const char *file);

/** Gives the extent of a dataset; of a virtual one only after its sources were looked at, since HDF5 may open them. */
bool nni_hdf5_get_extent(hid_t dataset, nni_hdf5_source *own);

#endif
