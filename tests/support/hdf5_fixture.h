/* SPDX-License-Identifier: MIT */
/** HDF5 files that tests write for themselves, in a folder of their own. */
#ifndef NN_TESTS_HDF5_FIXTURE_H
#define NN_TESTS_HDF5_FIXTURE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comm/comm.h"

static char fixture_folder[256];

/** Makes the folder on rank 0 and tells the others; comm may be NULL for a process alone. */
static inline bool fixture_begin(nn_comm *comm)
{
    const char *root = getenv("TMPDIR");
    snprintf(fixture_folder, sizeof fixture_folder, "%.200s/nntrain-test-XXXXXX", root ? root : "/tmp");
    if ((!comm || comm->rank == 0) && !mkdtemp(fixture_folder))
        return false;
    return !comm || nn_comm_broadcast(comm, fixture_folder, sizeof fixture_folder, NULL) == NN_OK;
}

/** @return path of a file in the folder; valid until the fourth call after */
static inline const char *fixture_path(const char *name)
{
    static char paths[4][400];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", fixture_folder, name);
    return path;
}

/** Removes the folder, which must be empty: a test that leaves files behind is told. */
static inline bool fixture_end(nn_comm *comm)
{
    return (comm && comm->rank != 0) || rmdir(fixture_folder) == 0;
}

/** Rank 0 makes a file while the others wait; and it waits for them, who may still have one of that name open. */
static inline hid_t fixture_begin_file(nn_comm *comm, const char *name)
{
    nn_comm_barrier(comm, NULL);
    return comm->rank == 0 ? H5Fcreate(fixture_path(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT) : -1;
}

/** Closes it on rank 0; all ranks may then open it. */
static inline void fixture_end_file(nn_comm *comm, hid_t file)
{
    if (file >= 0)
        H5Fclose(file);
    nn_comm_barrier(comm, NULL);
}

/** Removes a file once nobody reads it any more. */
static inline void fixture_remove_file(nn_comm *comm, const char *name)
{
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0)
        unlink(fixture_path(name));
}

/** How a dataset is stored. */
typedef struct fixture_storage {
    hsize_t chunk[3]; /**< chunk[0] == 0: contiguous */
    int deflate;
    bool checksum;
} fixture_storage;

static inline void fixture_dataset(hid_t file, const char *name, hid_t file_type, hid_t memory_type, int dimensions,
                                   const hsize_t *extent, fixture_storage storage, const void *values)
{
    hid_t space = dimensions > 0 ? H5Screate_simple(dimensions, extent, NULL) : H5Screate(H5S_SCALAR);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    if (storage.chunk[0] > 0)
        H5Pset_chunk(creation, dimensions, storage.chunk);
    if (storage.deflate > 0)
        H5Pset_deflate(creation, (unsigned)storage.deflate);
    if (storage.checksum)
        H5Pset_fletcher32(creation);
    hid_t dataset = H5Dcreate2(file, name, file_type, space, links, creation, H5P_DEFAULT);
    if (values)
        H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(dataset);
    H5Pclose(links);
    H5Pclose(creation);
    H5Sclose(space);
}

#endif
