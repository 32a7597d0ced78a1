/** Texts in a file: the names of features, and classes that are written out. */
#ifndef NNI_HDF5_NAMES_H
#define NNI_HDF5_NAMES_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Names of the columns of a dataset. Owns its texts. */
typedef struct nni_inspect_names {
    size_t count;
    size_t stride; /**< bytes from one text to the next */
    char *texts;   /**< [count, stride], each ended by 0; NULL: the columns have no names */
} nni_inspect_names;

/** @return the name of column i of names that there are */
const char *nni_inspect_name(const nni_inspect_names *names, size_t i);

/**
 * Looks for as many names as there are columns: in an attribute of the dataset ("features", "columns", "feature_names"
 * or "names"), then in a dataset "features" beside it, then in /features.
 */
void nni_inspect_names_find(hid_t root, const char *dataset_name, hid_t dataset, size_t count,
                            nni_inspect_names *names);

/** Reads a dataset that lies in the very file, with so many texts. @param count  0: as many as there are. @return
 * whether there is one; else the names are empty */
bool nni_inspect_names_read(hid_t root, const char *path, size_t count, nni_inspect_names *names);
void nni_inspect_names_free(nni_inspect_names *names);

#endif
