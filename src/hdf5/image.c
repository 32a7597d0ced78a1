/* SPDX-License-Identifier: MIT */
#include "hdf5/image.h"

#include <string.h>
#include <sys/types.h>

#include "hdf5/element.h"
#include "support/memory.h"

hid_t nni_hdf5_image_create(size_t bytes)
{
    const size_t overhead = (size_t)1 << 14, most = (size_t)1 << 24;
    const size_t step = bytes < most - overhead ? bytes + overhead : most;
    hid_t file = H5I_INVALID_HID;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fapl_core(access, step, false) >= 0)
        file = H5Fcreate("in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (access >= 0)
        H5Pclose(access);
    return file;
}

static hid_t make_dataset(hid_t file, const char *name, hid_t type, int rank, size_t rows, size_t width)
{
    const hsize_t extent[2] = {rows, width};
    hid_t space = H5Screate_simple(rank, extent, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (space >= 0)
        H5Sclose(space);
    return dataset;
}

bool nni_hdf5_image_add(hid_t file, const char *name, nni_element stored, nni_element given, int rank, size_t rows,
                        size_t width, nni_hdf5_column *column)
{
    *column = (nni_hdf5_column){.type = nni_hdf5_native_type(given), .rank = rank, .width = width};
    column->dataset = make_dataset(file, name, nni_hdf5_stored_type(stored), rank, rows, width);
    return column->dataset >= 0;
}

bool nni_hdf5_image_add_strings(hid_t file, const char *name, size_t bytes, size_t rows, nni_hdf5_column *column)
{
    *column = (nni_hdf5_column){.type = H5Tcopy(H5T_C_S1), .strings = true, .rank = 1};
    H5Tset_size(column->type, bytes);
    H5Tset_strpad(column->type, H5T_STR_NULLPAD);
    H5Tset_cset(column->type, H5T_CSET_UTF8);
    column->dataset = make_dataset(file, name, column->type, 1, rows, 0);
    return column->dataset >= 0;
}

bool nni_hdf5_image_write(const nni_hdf5_column *column, size_t first, size_t count, const void *values)
{
    const hsize_t start[2] = {first, 0}, extent[2] = {count, column->width};
    hid_t file_space = H5Dget_space(column->dataset);
    hid_t memory_space = H5Screate_simple(column->rank, extent, NULL);
    const bool good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                      H5Dwrite(column->dataset, column->type, memory_space, file_space, H5P_DEFAULT, values) >= 0;
    H5Sclose(memory_space);
    H5Sclose(file_space);
    return good;
}

static bool note(hid_t file, const char *name, hid_t stored, hid_t given, const void *value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool good = attribute >= 0 && H5Awrite(attribute, given, value) >= 0;
    if (attribute >= 0)
        H5Aclose(attribute);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

bool nni_hdf5_image_note_text(hid_t file, const char *name, const char *text)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    const size_t bytes = strlen(text) > 0 ? strlen(text) : 1;
    const bool good = H5Tset_size(type, bytes) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
                      H5Tset_cset(type, H5T_CSET_UTF8) >= 0 && note(file, name, type, type, text);
    H5Tclose(type);
    return good;
}

bool nni_hdf5_image_note_count(hid_t file, const char *name, uint64_t count)
{
    return note(file, name, nni_hdf5_stored_type(NNI_UINT64), nni_hdf5_native_type(NNI_UINT64), &count);
}

void nni_hdf5_image_close(nni_hdf5_column *column)
{
    if (column->dataset >= 0)
        H5Dclose(column->dataset);
    if (column->strings && column->type >= 0)
        H5Tclose(column->type);
    *column = NNI_HDF5_NO_COLUMN;
}

nn_status nni_hdf5_image_fail(const char *path, nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", path);
}

nn_status nni_hdf5_image_save(hid_t file, const char *path,
                              nn_status (*replace)(const char *path, const void *bytes, size_t count, nn_error *error),
                              nn_error *error)
{
    void *image = NULL;
    const ssize_t bytes = H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0 ? H5Fget_file_image(file, NULL, 0) : -1;
    if (bytes <= 0)
        return nni_hdf5_image_fail(path, error);
    NN_TRY(nni_allocate((size_t)bytes, 1, "the file in memory", &image, error));
    nn_status status = NN_OK;
    if (H5Fget_file_image(file, image, (size_t)bytes) != bytes)
        status = nni_hdf5_image_fail(path, error);
    else
        status = replace(path, image, (size_t)bytes, error);
    nni_release(image);
    return status;
}
