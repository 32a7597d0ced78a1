/* SPDX-License-Identifier: MIT */
/** Names of the columns of a dataset, where its file gives them. */
#ifndef NNI_HDF5_NAMES_NAMES_H
#define NNI_HDF5_NAMES_NAMES_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/** Names of the columns of a dataset. Owns its texts. */
typedef struct nni_hdf5_names {
    size_t count;
    size_t stride; /**< bytes from one text to the next */
    char *texts;   /**< [count, stride], each ended by 0; NULL: the columns have no names */
} nni_hdf5_names;

/** @return the name of column i of names that there are */
const char *nni_hdf5_name(const nni_hdf5_names *names, size_t i);

/**
 * Looks for as many names as there are columns: in an attribute of the dataset ("features", "columns", "feature_names"
 * or "names"), then in a dataset "features" beside it, then in /features.
 */
void nni_hdf5_names_find(hid_t root, const char *dataset_name, hid_t dataset, size_t count, nni_hdf5_names *names);

/** Reads a dataset that lies in the very file, with so many texts. @param count  0: as many as there are. @return
 * whether there is one; else the names are empty */
bool nni_hdf5_names_read(hid_t root, const char *path, size_t count, nni_hdf5_names *names);
/**
 * The names that a file has for the columns of one of its datasets. Local; the caller need hold no lock.
 *
 * @param inside  only where the dataset lies in the very file, which has not been looked at before
 * @param names   receives them; a file that is gone or damaged, or has none, leaves them empty
 */
void nni_hdf5_names_of_file(const char *path, const char *dataset_name, bool inside, size_t count,
                            nni_hdf5_names *names);
void nni_hdf5_names_free(nni_hdf5_names *names);

#endif
