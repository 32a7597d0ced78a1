/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* glob */

#include "hdf5/files.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comm/string_set.h"
#include "support/memory.h"

static const char what[] = "the files of a split";

void nni_files_free(nni_files *files)
{
    if (!files)
        return;
    nni_string_set_free(&files->paths);
    nni_release(files->name);
    nni_release(files->first);
    nni_release(files);
}

nn_status nni_files_copy(const nni_files *files, nni_files **copy, nn_error *error)
{
    if (!files)
        return NN_OK;
    const size_t count = files->paths.count;
    NN_TRY(nni_allocate(1, sizeof **copy, what, copy, error));
    NN_TRY(nni_string_set_copy(&files->paths, &(*copy)->paths, error));
    NN_TRY(nni_copy_text(files->name, &(*copy)->name, error));
    NN_TRY(nni_allocate(count + 1, sizeof *files->first, what, &(*copy)->first, error));
    memcpy((*copy)->first, files->first, (count + 1) * sizeof *files->first);
    return NN_OK;
}

/* --- finding them --- */

static nn_status add_path(nni_files *files, const char *path, nn_error *error)
{
    if (nni_string_set_find(&files->paths, path) != SIZE_MAX)
        return nn_fail(error, NN_DATA, "%s is named twice among the files of a split; name it once", path);
    nn_error reason;
    const nn_status status = nni_string_set_add(&files->paths, path, &reason);
    if (status == NN_DATA)
        return nn_fail(error, NN_DATA, "%s is one of more than %d files of a split; join some", path,
                       (int)NNI_STRING_SET_MAX);
    return status == NN_OK ? NN_OK : nn_fail(error, status, "%s", reason.message);
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* In an order that no locale has a say in. */
static nn_status add_pattern(nni_files *files, const char *pattern, nn_error *error)
{
    glob_t found = {.gl_pathc = 0};
    const int outcome = glob(pattern, GLOB_NOSORT, NULL, &found);
    nn_status status = NN_OK;
    if (outcome == GLOB_NOSPACE)
        status = nn_fail(error, NN_SYSTEM, "out of memory: cannot look for %s", pattern);
    else if (outcome != 0)
        status = nn_fail(error, NN_DATA, "there is no file %s; correct the pattern", pattern);
    if (status == NN_OK)
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
    for (size_t i = 0; i < found.gl_pathc && status == NN_OK; i++)
        status = add_path(files, found.gl_pathv[i], error);
    globfree(&found);
    return status;
}

/* What is there under that very name is no pattern; and what is none need not be there, as is reported later. */
static nn_status add(nni_files *files, const char *path, nn_error *error)
{
    const bool pattern = strpbrk(path, "*?[") && access(path, F_OK) != 0;
    return pattern ? add_pattern(files, path, error) : add_path(files, path, error);
}

static nn_status find(const char *const *named, size_t count, nni_files *files, nn_error *error)
{
    for (size_t i = 0; i < count; i++)
        NN_TRY(add(files, named[i], error));
    return NN_OK;
}

/* The pattern as it was given, or the first file and how many more. */
static nn_status name(const char *const *named, size_t named_count, nni_files *files, nn_error *error)
{
    char *const *path = files->paths.text;
    const size_t count = files->paths.count;
    if (count == 1)
        return nni_copy_text(path[0], &files->name, error);
    if (named_count == 1)
        return nni_copy_text(named[0], &files->name, error);
    const size_t size = strlen(path[0]) + 40;
    NN_TRY(nni_allocate(size, 1, "the name of a split's files", &files->name, error));
    snprintf(files->name, size, "%s and %zu more", path[0], count - 1);
    return NN_OK;
}

nn_status nni_files_find(const char *const *named, size_t count, nn_comm *comm, nni_files **files, nn_error *error)
{
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof **files, what, files, error), error));
    NN_TRY(nni_comm_broadcast_status(comm, comm->rank == 0 ? find(named, count, *files, error) : NN_OK, error));
    NN_TRY(nni_string_set_broadcast(comm, &(*files)->paths, error));
    return nn_comm_agree(comm, name(named, count, *files, error), error);
}

/* --- rows of theirs --- */

size_t nni_files_of_row(const nni_files *files, uint64_t row)
{
    size_t low = 0, high = files->paths.count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (files->first[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

const char *nni_files_locate(const nni_files *files, const char *path, uint64_t *row)
{
    if (!files || files->paths.count < 2)
        return path;
    const size_t file = nni_files_of_row(files, *row);
    *row -= files->first[file];
    return files->paths.text[file];
}
