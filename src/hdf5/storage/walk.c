/* SPDX-License-Identifier: MIT */
#include "hdf5/storage/walk.h"

nn_status nni_hdf5_walk_note(nni_hdf5_walk *w, const char *path, const char *name, const char *file)
{
    nn_error reason;
    const nn_status status = nni_string_set_add(&w->sources, file, &reason);
    if (status == NN_DATA)
        return nn_fail(w->error, NN_DATA, "%s: %s has rows of more files than can be open; join some", path, name);
    return status == NN_OK ? NN_OK : nn_fail(w->error, status, "%s", reason.message);
}

bool nni_hdf5_get_extent(hid_t dataset, nni_hdf5_source *own)
{
    hid_t space = H5Dget_space(dataset);
    own->rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, own->dims, NULL);
    if (space >= 0)
        H5Sclose(space);
    return own->rank >= 0;
}
