/* SPDX-License-Identifier: MIT */
#include "hdf5/names/names.h"

#include <stdio.h>
#include <string.h>

#include "hdf5/file.h"
#include "hdf5/process/guard.h"
#include "hdf5/process/lock.h"
#include "hdf5/storage/outside.h"
#include "support/memory.h"

/* The longest name that is one, such as a column and its text. */
enum { NAME_MOST = 600 };

const char *nni_hdf5_name(const nni_hdf5_names *names, size_t i)
{
    return names->texts + i * names->stride;
}

void nni_hdf5_names_free(nni_hdf5_names *names)
{
    nni_release(names->texts);
}

static bool read_whole(hid_t source, hid_t type, void *texts)
{
    return (H5Iget_type(source) == H5I_ATTR ? H5Aread(source, type, texts)
                                            : H5Dread(source, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts)) >= 0;
}

/* Texts of one length, padded with zeros or spaces. */
static bool read_fixed(hid_t source, hid_t type, nni_hdf5_names *names)
{
    const size_t width = H5Tget_size(type);
    const bool spaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
    char *padded = NULL;
    if (width > NAME_MOST || nni_allocate(names->count, width, "the names", &padded, NULL) != NN_OK)
        return false;
    const bool good = read_whole(source, type, padded);
    for (size_t i = 0; good && i < names->count; i++) {
        size_t length = strnlen(padded + i * width, width);
        while (spaces && length > 0 && padded[i * width + length - 1] == ' ')
            length--;
        memcpy(names->texts + i * names->stride, padded + i * width, length);
    }
    nni_release(padded);
    return good;
}

static bool read_variable(hid_t source, hid_t type, hid_t space, nni_hdf5_names *names)
{
    char **texts = NULL;
    if (nni_allocate(names->count, sizeof *texts, "the names", &texts, NULL) != NN_OK)
        return false;
    bool good = read_whole(source, type, texts);
    if (good) {
        for (size_t i = 0; i < names->count; i++)
            if (texts[i] && strlen(texts[i]) <= NAME_MOST)
                memcpy(names->texts + i * names->stride, texts[i], strlen(texts[i]));
            else
                good = false;
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
    }
    nni_release(texts);
    return good;
}

/* From an attribute or a dataset with a text for each column; closes it. */
static bool read_names(hid_t source, size_t count, nni_hdf5_names *names)
{
    const bool attribute = H5Iget_type(source) == H5I_ATTR;
    hid_t type = attribute ? H5Aget_type(source) : H5Dget_type(source);
    hid_t space = attribute ? H5Aget_space(source) : H5Dget_space(source);
    const hssize_t there = H5Sget_simple_extent_npoints(space);
    bool good = H5Tget_class(type) == H5T_STRING && there > 0 && (count == 0 || there == (hssize_t)count);
    count = good ? (size_t)there : 0;
    const size_t width = !good || H5Tis_variable_str(type) > 0 ? NAME_MOST : H5Tget_size(type);
    *names = (nni_hdf5_names){.count = count, .stride = width + 1};
    good = good && nni_allocate(count, names->stride, "the names", &names->texts, NULL) == NN_OK;
    if (good && H5Tis_variable_str(type) > 0)
        good = read_variable(source, type, space, names);
    else if (good)
        good = read_fixed(source, type, names);
    if (!good) {
        nni_hdf5_names_free(names);
        *names = (nni_hdf5_names){0};
    }
    H5Sclose(space);
    H5Tclose(type);
    if (attribute)
        H5Aclose(source);
    else
        H5Dclose(source);
    return good;
}

bool nni_hdf5_names_read(hid_t root, const char *path, size_t count, nni_hdf5_names *names)
{
    hid_t dataset = nni_hdf5_open_inside(root, path);
    *names = (nni_hdf5_names){0};
    return dataset >= 0 && read_names(dataset, count, names);
}

void nni_hdf5_names_find(hid_t root, const char *dataset_name, hid_t dataset, size_t count, nni_hdf5_names *names)
{
    static const char *const attributes[] = {"features", "columns", "feature_names", "names"};
    *names = (nni_hdf5_names){0};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (H5Aexists(dataset, attributes[i]) > 0) {
            hid_t attribute = H5Aopen(dataset, attributes[i], H5P_DEFAULT);
            if (attribute >= 0 && read_names(attribute, count, names))
                return;
        }
    const char *slash = strrchr(dataset_name, '/');
    char beside[1024];
    const int written =
        snprintf(beside, sizeof beside, "%.*sfeatures", slash ? (int)(slash - dataset_name) + 1 : 0, dataset_name);
    if ((size_t)written < sizeof beside && nni_hdf5_names_read(root, beside, count, names))
        return;
    nni_hdf5_names_read(root, "features", count, names);
}

/* What is looked for in a file, and found. */
struct look {
    const char *path, *dataset_name;
    bool inside;
    size_t count;
    nni_hdf5_names *names;
};

static nn_status look_inside(void *context, nn_error *error)
{
    struct look *look = context;
    hid_t file = NNI_HDF5_CLOSED, dataset = H5I_INVALID_HID;
    NN_TRY(nni_hdf5_open(look->path, NULL, &file, error));
    if (look->inside)
        dataset = nni_hdf5_open_inside(file, look->dataset_name);
    else
        dataset = H5Dopen2(file, look->dataset_name, H5P_DEFAULT);
    if (dataset >= 0) {
        nni_hdf5_names_find(file, look->dataset_name, dataset, look->count, look->names);
        H5Dclose(dataset);
    }
    H5Fclose(file);
    return NN_OK;
}

void nni_hdf5_names_of_file(const char *path, const char *dataset_name, bool inside, size_t count,
                            nni_hdf5_names *names)
{
    struct look look = {path, dataset_name, inside, count, names};
    uint64_t bytes = 0;
    nn_error unused;
    *names = (nni_hdf5_names){0};
    nni_hdf5_lock();
    const nni_hdf5_printer printer = nni_hdf5_silence();
    if (nni_hdf5_check_path(path, &bytes, &unused) == NN_OK)
        nni_hdf5_guard(path, look_inside, &look, &unused);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    nni_hdf5_unlock();
}
