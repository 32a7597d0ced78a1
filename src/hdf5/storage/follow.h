/* SPDX-License-Identifier: MIT */
/** A name in an HDF5 file, followed link by link. */
#ifndef NNI_HDF5_STORAGE_FOLLOW_H
#define NNI_HDF5_STORAGE_FOLLOW_H

#include "hdf5/file.h"
#include "hdf5/storage/reference.h"

enum { NNI_HDF5_NAME_MOST = 4096 }; /* of any name that is followed */

/** Where a name leads. */
typedef struct nni_hdf5_place {
    hid_t object; /**< < 0: it leads nowhere */
    hid_t file;   /**< that the object is in */
    bool foreign; /**< another file than the one that was asked, to be closed */
    char path[PATH_MAX];
} nni_hdf5_place;

/**
 * Follows a name. External links are checked before HDF5 opens a file.
 *
 * @param path   of the file, as it is open
 * @param place  to be closed, also after a failure
 * @return NN_DATA for links that may not or cannot be followed
 */
nn_status nni_hdf5_follow(const nni_hdf5_fence *fence, hid_t file, const char *path, const char *name,
                          nni_hdf5_place *place, nn_error *error);
void nni_hdf5_place_close(nni_hdf5_place *place);

/** Opens a file that a reference leads to, for reading. @param fault  receives why it cannot, as nni_hdf5_refer has it
 */
hid_t nni_hdf5_open_referred(nni_hdf5_referred *found);

#endif
