/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include "hdf5/storage/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5/file.h"
#include "support/files.h"

void nni_hdf5_fence_make(const char *path, nn_external rule, nni_hdf5_fence *fence)
{
    char folder[PATH_MAX], file[PATH_MAX];
    *fence = (nni_hdf5_fence){.rule = rule};
    if (!nni_folder_of(path, folder) || !realpath(folder, fence->folder[0]))
        fence->folder[0][0] = '\0';
    if (!realpath(path, file) || !nni_folder_of(file, fence->folder[1]))
        fence->folder[1][0] = '\0';
}

/* The folder itself counts as what is below it. */
static bool is_below(const char *path, const char *folder)
{
    const size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return *folder && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool is_inside(const nni_hdf5_fence *fence, const char *path)
{
    char resolved[PATH_MAX];
    if (fence->rule == NN_EXTERNAL_ALLOW)
        return true;
    return realpath(path, resolved) && (is_below(resolved, fence->folder[0]) || is_below(resolved, fence->folder[1]));
}

/* --- what is found --- */

/* A file that is there, looked at through the descriptor that reads it: a pipe would keep HDF5 waiting for ever. */
static void examine(nni_hdf5_reference kind, int descriptor, const struct stat *facts, nni_hdf5_referred *found)
{
    found->bytes = (uint64_t)facts->st_size;
    const char *fault = "";
    if (kind != NNI_HDF5_RAW && facts->st_size == 0)
        fault = "is empty; restore it";
    else if (kind != NNI_HDF5_RAW && !nni_hdf5_has_signature(descriptor, found->bytes))
        fault = "is not an HDF5 file; restore it";
    snprintf(found->fault, sizeof found->fault, "%s", fault);
}

/* Whether it may be opened is asked before it is: to open some devices is to act. */
static void judge(const nni_hdf5_fence *fence, nni_hdf5_reference kind, nni_hdf5_referred *found)
{
    int descriptor = -1;
    struct stat facts;
    nn_error reason;
    if (stat(found->path, &facts) == 0 && !S_ISREG(facts.st_mode))
        snprintf(found->fault, sizeof found->fault, "is %s; a file is needed", nni_kind_of_file(facts.st_mode));
    else if (!is_inside(fence, found->path))
        snprintf(found->fault, sizeof found->fault,
                 "lies outside the data's folder %s; move it there, or say data.external: allow in the recipe, or "
                 "--external allow",
                 fence->folder[0]);
    else if (nni_open_to_read(found->path, &descriptor, &facts, &reason) != NN_OK)
        snprintf(found->fault, sizeof found->fault, "cannot be read: %s", strerror(errno));
    else {
        examine(kind, descriptor, &facts, found);
        close(descriptor);
    }
}

/* --- where HDF5 looks, in its order --- */

/* @return whether there is something by that name */
static bool try_path(nni_hdf5_referred *found, const char *prefix, size_t prefix_length, const char *name)
{
    struct stat facts;
    char path[PATH_MAX];
    if (prefix_length == 1 && *prefix == '.')
        prefix_length = 0; /* as a user would say it */
    const char *between = prefix_length == 0 || prefix[prefix_length - 1] == '/' ? "" : "/";
    if (snprintf(path, sizeof path, "%.*s%s%s", (int)prefix_length, prefix, between, name) >= (int)sizeof path)
        return false;
    if (stat(path, &facts) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return false;
    memcpy(found->path, path, strlen(path) + 1);
    return true;
}

/* A list of folders. */
static bool try_list(nni_hdf5_referred *found, const char *list, const char *name)
{
    while (list && *list) {
        const size_t length = strcspn(list, ":");
        if (length > 0 && try_path(found, list, length, name))
            return true;
        list += length + (list[length] == ':');
    }
    return false;
}

/* A folder of the environment, which may begin with that of the file that refers. */
static bool try_prefix(nni_hdf5_referred *found, const char *prefix, const char *origin, const char *name)
{
    static const char variable[] = "${ORIGIN}";
    char folder[PATH_MAX];
    if (!prefix || !*prefix || strcmp(prefix, ".") == 0)
        return try_path(found, "", 0, name);
    const bool from_origin = strncmp(prefix, variable, sizeof variable - 1) == 0;
    const int length = snprintf(folder, sizeof folder, "%s%s", from_origin ? origin : "",
                                from_origin ? prefix + sizeof variable - 1 : prefix);
    return length < (int)sizeof folder && try_path(found, folder, (size_t)length, name);
}

/* Links and sources. An absolute name that is not there is looked for by its last part. */
static bool search(nni_hdf5_reference kind, const char *parent, const char *name, nni_hdf5_referred *found)
{
    char folder[PATH_MAX], resolved[PATH_MAX];
    const char *list = getenv(kind == NNI_HDF5_LINK ? "HDF5_EXT_PREFIX" : "HDF5_VDS_PREFIX");
    if (*name == '/') {
        if (try_path(found, "", 0, name))
            return true;
        name = strrchr(name, '/') + 1;
    }
    if (!nni_folder_of(parent, folder) || try_list(found, list, name))
        return *found->path != '\0';
    if (kind == NNI_HDF5_SOURCE && list && *list && try_prefix(found, list, folder, name))
        return true;
    if (try_path(found, folder, strlen(folder), name) || try_path(found, "", 0, name))
        return true;
    return realpath(parent, resolved) && nni_folder_of(resolved, folder) &&
           try_path(found, folder, strlen(folder), name);
}

static bool search_raw(const char *parent, const char *name, nni_hdf5_referred *found)
{
    char folder[PATH_MAX];
    if (*name == '/')
        return try_path(found, "", 0, name);
    return nni_folder_of(parent, folder) && try_prefix(found, getenv("HDF5_EXTFILE_PREFIX"), folder, name);
}

bool nni_hdf5_refer(const nni_hdf5_fence *fence, nni_hdf5_reference kind, const char *parent, const char *name,
                    nni_hdf5_referred *found)
{
    found->path[0] = found->fault[0] = '\0';
    found->bytes = 0;
    found->there =
        *name && (kind == NNI_HDF5_RAW ? search_raw(parent, name, found) : search(kind, parent, name, found));
    if (found->there)
        judge(fence, kind, found);
    else {
        snprintf(found->path, sizeof found->path, "%s", name);
        snprintf(found->fault, sizeof found->fault, "is not there; restore it%s",
                 kind == NNI_HDF5_RAW && *name != '/'
                     ? ", or say where it is: HDF5 looks in the working directory, or in $HDF5_EXTFILE_PREFIX"
                     : "");
    }
    return found->fault[0] == '\0';
}
