/* SPDX-License-Identifier: MIT */
#include "hdf5/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5/process/guard.h"
#include "support/files.h"

#ifdef H5_HAVE_PARALLEL
#include "comm/backend.h"
#endif

enum { REASON_SIZE = 300 };

nni_hdf5_printer nni_hdf5_silence(void)
{
    nni_hdf5_printer printer = {NULL, NULL};
    H5Eget_auto2(H5E_DEFAULT, &printer.function, &printer.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return printer;
}

void nni_hdf5_restore(nni_hdf5_printer printer)
{
    H5Eset_auto2(H5E_DEFAULT, printer.function, printer.data);
}

struct reason {
    char *text;
    size_t size;
};

/* Where the system refused, its own words are among addresses, times and numbers: "..., error message = 'No space left
 * on device', buf = 0x..." */
static herr_t take_innermost(unsigned depth, const H5E_error2_t *entry, void *context)
{
    struct reason *reason = context;
    if (depth > 0 || !entry->desc)
        return 0;
    static const char before[] = "error message = '";
    const char *words = strstr(entry->desc, before);
    if (words)
        words += strlen(before);
    snprintf(reason->text, reason->size, "%.*s", words ? (int)strcspn(words, "'") : INT_MAX,
             words ? words : entry->desc);
    return 0;
}

void nni_hdf5_reason(char *text, size_t size)
{
    struct reason reason = {text, size};
    snprintf(text, size, "no reason given");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_innermost, &reason);
}

/* The signature stands at 0 or, behind a user block, at 512, 1024, 2048 ... */
bool nni_hdf5_has_signature(int descriptor, uint64_t bytes)
{
    static const char signature[8] = {'\211', 'H', 'D', 'F', '\r', '\n', '\032', '\n'};
    char found[8];
    for (uint64_t at = 0; at + sizeof found <= bytes; at = at ? 2 * at : 512)
        if (pread(descriptor, found, sizeof found, (off_t)at) == (ssize_t)sizeof found &&
            memcmp(found, signature, sizeof found) == 0)
            return true;
    return false;
}

static nn_status check_facts(const char *path, int descriptor, const struct stat *facts, nn_error *error)
{
    if (facts->st_size == 0)
        return nn_fail(error, NN_DATA, "%s is empty, not an HDF5 file", path);
    if (!nni_hdf5_has_signature(descriptor, (uint64_t)facts->st_size))
        return nn_fail(error, NN_DATA, "%s is not an HDF5 file; nntrain import brings other formats into HDF5", path);
    return NN_OK;
}

nn_status nni_hdf5_check_path(const char *path, uint64_t *bytes, nn_error *error)
{
    int descriptor = -1;
    struct stat facts;
    NN_TRY(nni_open_to_read(path, &descriptor, &facts, error));
    const nn_status status = check_facts(path, descriptor, &facts, error);
    close(descriptor);
    *bytes = (uint64_t)facts.st_size;
    return status;
}

nn_status nni_hdf5_check_size(const char *path, uint64_t bytes, nn_error *error)
{
    uint64_t now = 0;
    NN_TRY(nni_hdf5_check_path(path, &now, error));
    if (now >= bytes)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s became shorter while it was in use: %llu bytes instead of %llu", path,
                   (unsigned long long)now, (unsigned long long)bytes);
}

static nn_status fail_to_open(const char *path, const char *reason, nn_error *error)
{
    const char shared_folder[] = "/dev/shm";
    uint64_t bytes = 0;
    NN_TRY(nni_hdf5_check_path(path, &bytes, error)); /* it may have gone since it was looked at */
    if (strstr(reason, "truncated"))
        return nn_fail(error, NN_DATA, "%s is truncated: it was not written or copied to its end (HDF5: %s)", path,
                       reason);
    if (strstr(reason, "lock"))
        return nn_fail(error, NN_DATA,
                       "%s is locked: another process writes it, or its file system has no locks and "
                       "HDF5_USE_FILE_LOCKING=FALSE must be set (HDF5: %s)",
                       path, reason);
    /* Open MPI makes a file there for each that it opens. */
    if (strstr(reason, "MPI_File_open") && access(shared_folder, W_OK) != 0)
        return nn_fail(error, NN_SYSTEM,
                       "%s cannot be opened through MPI-IO, since MPI cannot write to %s: %s; mount that writable",
                       path, shared_folder, strerror(errno));
    return nn_fail(error, NN_DATA, "%s is damaged or of a kind this HDF5 cannot read (HDF5: %s)", path, reason);
}

nn_status nni_hdf5_open(const char *path, nn_comm *comm, hid_t *file, nn_error *error)
{
    char reason[REASON_SIZE];
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return nn_fail(error, NN_SYSTEM, "HDF5 cannot make a property list");
#ifdef H5_HAVE_PARALLEL
    if (comm && comm->backend && H5Pset_fapl_mpio(access, comm->backend->world, MPI_INFO_NULL) < 0) {
        H5Pclose(access);
        return nn_fail(error, NN_SYSTEM, "HDF5 cannot use MPI-IO");
    }
#else
    (void)comm;
#endif
    *file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (*file < 0)
        nni_hdf5_reason(reason, sizeof reason);
    H5Pclose(access);
    return *file < 0 ? fail_to_open(path, reason, error) : NN_OK;
}

void nni_hdf5_close(hid_t file)
{
    if (file >= 0 && !nni_hdf5_is_lost())
        H5Fclose(file);
}

bool nni_hdf5_has(hid_t file, const char *name)
{
    return H5Lexists(file, name, H5P_DEFAULT) > 0;
}

/* --- finding a dataset --- */

enum { LISTED_DATASETS = 12, VISITED_OBJECTS = 1000 };

struct listing {
    const char *wanted; /* without a leading slash */
    bool found;
    char text[400];
    size_t length;
    int datasets, visited;
};

static herr_t list_dataset(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    (void)file;
    struct listing *listing = context;
    if (info->type == H5O_TYPE_DATASET) {
        if (strcmp(name, listing->wanted) == 0)
            listing->found = true;
        size_t left = sizeof listing->text - listing->length;
        if (listing->datasets < LISTED_DATASETS && strlen(name) + 8 < left)
            listing->length += (size_t)snprintf(listing->text + listing->length, left, "%s/%s",
                                                listing->datasets > 0 ? ", " : "", name);
        listing->datasets++;
    }
    return ++listing->visited > VISITED_OBJECTS;
}

static nn_status fail_to_find(hid_t file, const char *path, const char *name, const char *reason, nn_error *error)
{
    struct listing listing = {.wanted = name + strspn(name, "/")};
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, list_dataset, &listing, H5O_INFO_BASIC);
    if (listing.found)
        return nn_fail(error, NN_DATA, "%s: %s cannot be opened (HDF5: %s)", path, name, reason);
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    bool group = object >= 0 && H5Iget_type(object) == H5I_GROUP;
    if (object >= 0)
        H5Oclose(object);
    const char *what = group ? "is a group, not a dataset" : "does not exist";
    if (listing.datasets == 0)
        return nn_fail(error, NN_DATA, "%s: %s %s; the file holds no datasets", path, name, what);
    return nn_fail(error, NN_DATA, "%s: %s %s; the file holds %s%s", path, name, what, listing.text,
                   listing.datasets > LISTED_DATASETS || listing.visited > VISITED_OBJECTS ? " and more" : "");
}

nn_status nni_hdf5_open_dataset(hid_t file, const char *path, const char *name, hid_t access, hid_t *dataset,
                                nn_error *error)
{
    *dataset = H5Dopen2(file, name, access);
    if (*dataset >= 0)
        return NN_OK;
    char reason[REASON_SIZE];
    nni_hdf5_reason(reason, sizeof reason);
    return fail_to_find(file, path, name, reason, error);
}

/* Names that are collected. */
struct names {
    nni_string_set *names;
    nn_status status;
    nn_error *error;
};

static herr_t add_dataset(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    (void)file;
    struct names *in = context;
    char slashed[4096];
    /* Nobody means a longer name without writing it. */
    if (info->type == H5O_TYPE_DATASET && snprintf(slashed, sizeof slashed, "/%s", name) < (int)sizeof slashed)
        in->status = nni_string_set_add(in->names, slashed, in->error);
    return in->status != NN_OK;
}

nn_status nni_hdf5_list_datasets(hid_t file, nni_string_set *names, nn_error *error)
{
    struct names in = {names, NN_OK, error};
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, add_dataset, &in, H5O_INFO_BASIC);
    return in.status;
}
