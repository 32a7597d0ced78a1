/* SPDX-License-Identifier: MIT */
#include "infer/map_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/files.h"

nn_status nni_file_map_open(const char *path, nni_file_map *map, nn_error *error)
{
    int descriptor = -1;
    struct stat facts;
    NN_TRY(nni_open_to_read(path, &descriptor, &facts, error));
    *map = (nni_file_map){.size = (size_t)facts.st_size};
    void *bytes = map->size > 0 ? mmap(NULL, map->size, PROT_READ, MAP_PRIVATE, descriptor, 0) : NULL;
    const int reason = errno;
    close(descriptor);
    if (bytes == MAP_FAILED) {
        *map = (nni_file_map){.size = 0};
        return nn_fail(error, NN_SYSTEM, "cannot map %s into memory: %s", path, strerror(reason));
    }
    map->bytes = bytes;
    return NN_OK;
}

void nni_file_map_close(nni_file_map *map)
{
    if (map->bytes)
        munmap((void *)map->bytes, map->size);
    *map = (nni_file_map){.size = 0};
}
