/* SPDX-License-Identifier: MIT */
/** Files as memory. */
#ifndef NNI_SUPPORT_MAP_FILE_H
#define NNI_SUPPORT_MAP_FILE_H

#include <stddef.h>

#include "nntrain/status.h"

/** A file as memory that can be read; zeroed, there is none. */
typedef struct nni_file_map {
    const void *bytes; /**< at the beginning of a page; NULL where the file is empty */
    size_t size;
} nni_file_map;

/** Maps a regular file. @return NN_DATA where it cannot be opened, NN_SYSTEM where it cannot be mapped */
nn_status nni_file_map_open(const char *path, nni_file_map *map, nn_error *error);

/** Ends it. Nothing to do where there is none. */
void nni_file_map_close(nni_file_map *map);

#endif
