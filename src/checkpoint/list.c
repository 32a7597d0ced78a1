/* SPDX-License-Identifier: MIT */
#include "checkpoint/list.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nni_checkpoint_name(uint64_t step, char name[NNI_CHECKPOINT_NAME])
{
    snprintf(name, NNI_CHECKPOINT_NAME, "checkpoint-%08" PRIu64 ".h5", step);
}

bool nni_checkpoint_step(const char *name, uint64_t *step)
{
    char again[NNI_CHECKPOINT_NAME];
    if (sscanf(name, "checkpoint-%" SCNu64 ".h5", step) != 1)
        return false;
    nni_checkpoint_name(*step, again);
    return strcmp(name, again) == 0;
}

static int newest_first(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

nn_status nni_checkpoint_list(const char *folder, uint64_t **steps, size_t *count, nn_error *error)
{
    *steps = NULL;
    *count = 0;
    DIR *open_folder = opendir(folder);
    if (!open_folder)
        return nn_fail(error, NN_SYSTEM, "cannot look into %s: %s", folder, strerror(errno));
    size_t capacity = 0;
    nn_status status = NN_OK;
    for (struct dirent *entry; status == NN_OK && (entry = readdir(open_folder));) {
        uint64_t step = 0;
        if (!nni_checkpoint_step(entry->d_name, &step))
            continue;
        if (*count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            uint64_t *more = realloc(*steps, capacity * sizeof *more);
            if (!more) {
                status = nn_fail(error, NN_SYSTEM, "out of memory: too many checkpoints in %s", folder);
                break;
            }
            *steps = more;
        }
        (*steps)[(*count)++] = step;
    }
    closedir(open_folder);
    if (status == NN_OK && *count > 1)
        qsort(*steps, *count, sizeof **steps, newest_first);
    if (status != NN_OK) {
        free(*steps);
        *steps = NULL;
        *count = 0;
    }
    return status;
}
