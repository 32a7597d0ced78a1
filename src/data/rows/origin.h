/* SPDX-License-Identifier: MIT */
/** Where the rows of a split are stored. */
#ifndef NNI_DATA_ROWS_ORIGIN_H
#define NNI_DATA_ROWS_ORIGIN_H

#include "hdf5/files.h"
#include "hdf5/layout.h"

/** Files and datasets of a split, for reading them again and for messages. Owns its strings and files. */
typedef struct nni_origin {
    nni_files *files;
    char *file;                     /**< path of the file; of several what stands for them in messages */
    char *x_name, *y_name, *w_name; /**< datasets; y and w may be NULL */
    uint64_t bytes;                 /**< size of the file, or of all of them */
    char x_type[16];                /**< type of x in the files, e.g. "uint8", "float32" */
} nni_origin;

/** @param copy  to be freed also after a failure */
nn_status nni_origin_copy(const nni_origin *origin, nni_origin *copy, nn_error *error);
void nni_origin_free(nni_origin *origin);

/** The datasets of a split, as its files describe them. */
typedef struct nni_dataset_layouts {
    nni_hdf5_layout x, y, w; /**< y and w as far as there are any */
} nni_dataset_layouts;

/** @return the files where they are several, as nni_hdf5_rows wants them; NULL: there is one */
static inline const nni_files *nni_origin_several(const nni_origin *origin)
{
    return origin->files->paths.count > 1 ? origin->files : NULL;
}

#endif
