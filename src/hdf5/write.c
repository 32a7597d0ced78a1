/* SPDX-License-Identifier: MIT */
#include "hdf5/write.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#include "support/memory.h"

enum { REASON_SIZE = 300 };

static nn_status fail_to_create(const char *path, const char *reason, nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "%s: cannot be created: %s", path, reason);
}

/* The system's own refusal says more than HDF5's, so it is asked first. */
static nn_status create_empty(const char *path, const char *temporary, nn_error *error)
{
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return fail_to_create(path, strerror(errno), error);
    close(descriptor);
    return NN_OK;
}

nn_status nni_hdf5_create(const char *path, nni_hdf5_output *output, nn_error *error)
{
    *output = (nni_hdf5_output){.path = path, .file = H5I_INVALID_HID};
    size_t length = strlen(path) + 40;
    NN_TRY(nni_allocate(length, 1, "a file name", &output->temporary, error));
    snprintf(output->temporary, length, "%s.%ld.part", path, (long)getpid());
    nn_status status = create_empty(path, output->temporary, error);
    if (status != NN_OK) {
        nni_release(output->temporary);
        return status;
    }
    output->printer = nni_hdf5_silence();
    output->file = H5Fcreate(output->temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (output->file >= 0)
        return NN_OK;
    char reason[REASON_SIZE];
    nni_hdf5_reason(reason, sizeof reason);
    return nni_hdf5_finish(output, fail_to_create(path, reason, error), error);
}

/* On the disk before it has its name: a crash leaves the whole file or none. */
static nn_status publish(const nni_hdf5_output *output, nn_error *error)
{
    int descriptor = open(output->temporary, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fsync(descriptor) != 0) {
        nn_status status = nn_fail(error, NN_SYSTEM, "%s: cannot be written: %s", output->path, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return status;
    }
    close(descriptor);
    if (rename(output->temporary, output->path) != 0)
        return nn_fail(error, NN_SYSTEM, "%s: cannot take the place of what is there: %s", output->path,
                       strerror(errno));
    return NN_OK;
}

nn_status nni_hdf5_finish(nni_hdf5_output *output, nn_status status, nn_error *error)
{
    char reason[REASON_SIZE];
    if (output->file >= 0 && H5Fclose(output->file) < 0 && status == NN_OK) {
        nni_hdf5_reason(reason, sizeof reason);
        status = nn_fail(error, NN_SYSTEM, "%s: cannot be written (HDF5: %s)", output->path, reason);
    }
    if (status == NN_OK)
        status = publish(output, error);
    if (status != NN_OK)
        unlink(output->temporary);
    nni_release(output->temporary);
    nni_hdf5_restore(output->printer);
    return status;
}

hsize_t nni_hdf5_chunk_rows(hsize_t rows, hsize_t row_bytes)
{
    hsize_t chunk = ((hsize_t)1 << 20) / row_bytes;
    if (chunk == 0)
        chunk = 1;
    return chunk < rows ? chunk : rows;
}

/* Shuffling bytes before deflate gains on everything wider than a byte. Times are left out, so that the same input
 * gives the same file. */
static hid_t creation_of(hid_t type, int dimensions, const hsize_t *extent, hsize_t chunk_rows, int compress)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false);
    if (compress > 0 || chunk_rows > 0) {
        hsize_t chunk[H5S_MAX_RANK], row_bytes = H5Tget_size(type);
        for (int i = 1; i < dimensions; i++)
            row_bytes *= chunk[i] = extent[i];
        chunk[0] = chunk_rows == 0          ? nni_hdf5_chunk_rows(extent[0], row_bytes)
                   : chunk_rows < extent[0] ? chunk_rows
                                            : extent[0];
        H5Pset_chunk(creation, dimensions, chunk);
        if (compress > 0 && H5Tget_size(type) > 1)
            H5Pset_shuffle(creation);
        if (compress > 0)
            H5Pset_deflate(creation, (unsigned)compress);
    }
    return creation;
}

/* A small file of another format can claim, or unpack to, more than the disk holds: reported before the disk is full.
 */
static nn_status check_free(const nni_hdf5_output *output, const char *name, hid_t type, int dimensions,
                            const hsize_t *extent, nn_error *error)
{
    const double gibibyte = 1024.0 * 1024 * 1024;
    double bytes = (double)H5Tget_size(type);
    for (int i = 0; i < dimensions; i++)
        bytes *= (double)extent[i];
    const int file = open(output->temporary, O_RDONLY | O_CLOEXEC);
    const double there = file >= 0 ? nni_free_bytes(file) : INFINITY;
    if (file >= 0)
        close(file);
    if (bytes <= there)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "%s: %s takes %.3g GiB, but the disk has %.3g GiB free; write to another, or say --compress 4",
                   output->path, name, bytes / gibibyte, there / gibibyte);
}

nn_status nni_hdf5_make_dataset(const nni_hdf5_output *output, const char *name, hid_t type, int dimensions,
                                const hsize_t *extent, int compress, hid_t *dataset, nn_error *error)
{
    char reason[REASON_SIZE];
    if (compress == 0)
        NN_TRY(check_free(output, name, type, dimensions, extent, error));
    hid_t space = H5Screate_simple(dimensions, extent, NULL);
    hid_t creation = creation_of(type, dimensions, extent, output->chunk_rows, compress);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    *dataset = H5Dcreate2(output->file, name, type, space, links, creation, H5P_DEFAULT);
    if (*dataset < 0)
        nni_hdf5_reason(reason, sizeof reason);
    H5Pclose(links);
    H5Pclose(creation);
    H5Sclose(space);
    if (*dataset < 0)
        return nn_fail(error, NN_SYSTEM, "%s: %s cannot be made (HDF5: %s)", output->path, name, reason);
    return NN_OK;
}

nn_status nni_hdf5_write_rows(const nni_hdf5_output *output, hid_t dataset, const char *name, hid_t type, hsize_t first,
                              hsize_t count, const void *values, nn_error *error)
{
    char reason[REASON_SIZE];
    hsize_t start[H5S_MAX_RANK] = {first}, extent[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    int dimensions = H5Sget_simple_extent_dims(space, extent, NULL);
    extent[0] = count;
    hid_t memory = H5Screate_simple(dimensions, extent, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL);
    herr_t code = H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, values);
    if (code < 0)
        nni_hdf5_reason(reason, sizeof reason);
    H5Sclose(memory);
    H5Sclose(space);
    if (code < 0)
        return nn_fail(error, NN_SYSTEM, "%s: %s cannot be written (HDF5: %s)", output->path, name, reason);
    return NN_OK;
}

nn_status nni_hdf5_close_dataset(const nni_hdf5_output *output, hid_t dataset, const char *name, nn_status status,
                                 nn_error *error)
{
    if (H5Dclose(dataset) < 0 && status == NN_OK) /* writes the chunks that are still in the cache */
        status = nn_fail(error, NN_SYSTEM, "%s: %s cannot be written", output->path, name);
    return status;
}

nn_status nni_hdf5_write_strings(const nni_hdf5_output *output, const char *name, const char *const *texts,
                                 size_t count, nn_error *error)
{
    const hsize_t extent[1] = {count};
    size_t longest = 1;
    char *all = NULL;
    hid_t dataset = H5I_INVALID_HID;
    for (size_t i = 0; i < count; i++)
        longest = strlen(texts[i]) > longest ? strlen(texts[i]) : longest;
    NN_TRY(nni_allocate(count, longest, "a dataset of strings", &all, error));
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * longest, texts[i], strlen(texts[i]));
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, longest);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    nn_status status = nni_hdf5_make_dataset(output, name, type, 1, extent, 0, &dataset, error);
    if (status == NN_OK) {
        status = nni_hdf5_write_rows(output, dataset, name, type, 0, count, all, error);
        status = nni_hdf5_close_dataset(output, dataset, name, status, error);
    }
    H5Tclose(type);
    nni_release(all);
    return status;
}
