/** What the files of nni_hdf5_check_outside share: the walk from a dataset to its sources and on to theirs. */
#ifndef NNI_HDF5_STORAGE_WALK_H
#define NNI_HDF5_STORAGE_WALK_H

#include <sys/types.h>

#include "hdf5/storage/follow.h"
#include "hdf5/storage/outside.h"
#include "support/string_set.h"

/** All that is looked at for one name. */
typedef struct nni_hdf5_walk {
    nni_hdf5_fence fence;
    nni_string_set sources; /**< paths of source files, and of those that links lead to */
    bool raw;               /**< there are raw files as well */
    nn_error *error;
} nni_hdf5_walk;

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

/** Takes down a file that HDF5 keeps open for a dataset. @param path, name  of the dataset */
nn_status nni_hdf5_walk_note(nni_hdf5_walk *walk, const char *path, const char *name, const char *file);

/**
 * Looks at a dataset and at all that it takes values from.
 *
 * @param above  the virtual dataset that takes values from it, or NULL
 * @param there  receives whether there is such a dataset
 */
nn_status nni_hdf5_visit(nni_hdf5_walk *walk, const nni_hdf5_level *above, hid_t file, const char *path,
                         const char *name, nni_hdf5_source *found, bool *there);

/** Looks at the sources of a virtual dataset. @param own  receives what there is to say of it as a source */
nn_status nni_hdf5_check_virtual(nni_hdf5_walk *walk, const nni_hdf5_level *here, hid_t dataset, nni_hdf5_source *own);

/** Tells the extent of a dataset; of a virtual one only after its sources were looked at, since HDF5 may open them. */
bool nni_hdf5_get_extent(hid_t dataset, nni_hdf5_source *own);

#endif
