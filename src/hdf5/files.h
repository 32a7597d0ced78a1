/* SPDX-License-Identifier: MIT */
/** The files of a split: one, or several whose rows follow each other. */
#ifndef NNI_HDF5_FILES_H
#define NNI_HDF5_FILES_H

#include <stdint.h>

#include "comm/comm.h"
#include "support/string_set.h"

/** Files in their order. Owns all it points to. */
typedef struct nni_files {
    nni_string_set paths; /**< each once */
    char *name;           /**< the path of one, what stands for several in messages */
    uint64_t *first;      /**< [paths.count + 1] row that each begins with, once that is known */
} nni_files;

/**
 * Finds the files of a split; those that a pattern such as "part-*.h5" finds are sorted by bytes. Collective and
 * agreed: rank 0 looks.
 *
 * @param named  [count] paths and patterns, in their order
 * @param files  receives them, to be freed also after a failure
 * @return NN_DATA where a pattern finds nothing or a file is named twice
 */
nn_status nni_files_find(const char *const *named, size_t count, nn_comm *comm, nni_files **files, nn_error *error);

/** @param copy  receives NULL where there are none; to be freed also after a failure */
nn_status nni_files_copy(const nni_files *files, nni_files **copy, nn_error *error);
void nni_files_free(nni_files *files);

/** @return number of the file that a row is of */
size_t nni_files_of_row(const nni_files *files, uint64_t row);

/**
 * Where a row is, for a message.
 *
 * @param row  receives its number in the file. @return path of the file; `path` where there is one file
 */
const char *nni_files_locate(const nni_files *files, const char *path, uint64_t *row);

#endif
