/* SPDX-License-Identifier: MIT */
/**
 * References of an HDF5 file to other files: external links, sources of virtual datasets, raw files of external
 * storage. HDF5 follows them in silence, wherever they lead, and takes fill values for what is not there; so they are
 * looked up here first, where HDF5 will look, and checked.
 */
#ifndef NNI_HDF5_STORAGE_REFERENCE_H
#define NNI_HDF5_STORAGE_REFERENCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "nntrain/kinds.h"

/** Kinds of references; HDF5 searches for the file of each in a way of its own. */
typedef enum nni_hdf5_reference {
    NNI_HDF5_LINK,   /**< an external link */
    NNI_HDF5_SOURCE, /**< a source file of a virtual dataset */
    NNI_HDF5_RAW,    /**< bytes of a dataset in a file that is not HDF5 */
} nni_hdf5_reference;

/** Where references may lead: anywhere, or below the folder of the data file. */
typedef struct nni_hdf5_fence {
    nn_external rule;
    char folder[2][PATH_MAX]; /**< without symbolic links: of the file by its name, and of the file itself */
} nni_hdf5_fence;

/** Makes the fence around a data file. */
void nni_hdf5_fence_make(const char *path, nn_external rule, nni_hdf5_fence *fence);

/** A file that is referred to. */
typedef struct nni_hdf5_referred {
    char path[PATH_MAX]; /**< as HDF5 would open it; as it is written where there is none */
    uint64_t bytes;
    bool there;
    char fault[PATH_MAX + 200]; /**< why it is not to be opened, as in "is not there; restore it"; "": it may be */
} nni_hdf5_referred;

/**
 * Looks up the file that a reference leads to. What is no regular file, lies outside of the fence or, where HDF5 is
 * wanted, has not its signature, is found with a fault; HDF5 is not called.
 *
 * @param parent  path of the file that refers, as it is open
 * @param name    as that file has it
 * @return whether the file may be opened
 */
bool nni_hdf5_refer(const nni_hdf5_fence *fence, nni_hdf5_reference kind, const char *parent, const char *name,
                    nni_hdf5_referred *found);

#endif
