/* SPDX-License-Identifier: MIT */
/* A checkpoint is serialized to an HDF5 file in memory and then written by ourselves: a full disk or a failing write is
 * then an ordinary error with its errno, and libhdf5 never holds a file it cannot flush. It costs the file's size in
 * memory on rank 0. */
#include <hdf5.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/seal.h"
#include "checkpoint/serialize.h"
#include "hdf5/process/lock.h"
#include "support/files.h"
#include "support/memory.h"

/* --- memory: HDF5 allocates its file in the buffer by these, behind the bytes of the seal --- */

static void *grow(nni_checkpoint_buffer *buffer, size_t bytes)
{
    void *more = NULL;
    if (bytes <= buffer->capacity)
        return buffer->bytes + NNI_SEAL_BYTES;
    if (nni_reserve(NNI_SEAL_BYTES + bytes, 1, "the checkpoint", &more, NULL) != NN_OK)
        return NULL;
    if (buffer->capacity > 0)
        memcpy(more, buffer->bytes, NNI_SEAL_BYTES + buffer->capacity);
    nni_release(buffer->bytes);
    buffer->bytes = more;
    buffer->capacity = bytes;
    return buffer->bytes + NNI_SEAL_BYTES;
}

static void *image_malloc(size_t bytes, H5FD_file_image_op_t operation, void *buffer)
{
    (void)operation;
    return grow(buffer, bytes);
}

static void *image_realloc(void *bytes, size_t count, H5FD_file_image_op_t operation, void *buffer)
{
    (void)bytes, (void)operation;
    return grow(buffer, count);
}

static herr_t image_free(void *bytes, H5FD_file_image_op_t operation, void *buffer)
{
    (void)bytes, (void)operation, (void)buffer;
    return 0;
}

static void *same_buffer(void *buffer)
{
    return buffer;
}

static herr_t keep_buffer(void *buffer)
{
    (void)buffer;
    return 0;
}

void nni_checkpoint_buffer_free(nni_checkpoint_buffer *buffer)
{
    nni_release(buffer->bytes);
    *buffer = (nni_checkpoint_buffer){.bytes = NULL};
}

/* Opens a file in memory, whose buffer is large enough beforehand: its tensors, and a little for the metadata of HDF5.
 * It grows in parts, since HDF5 clears each. */
static hid_t create_in_memory(const nni_checkpoint *checkpoint, nni_checkpoint_buffer *buffer)
{
    enum { PARTS = 64, PART_MIN = 1 << 16 };
    const size_t numbers =
        (1 + checkpoint->optimizer->state_count) * checkpoint->network->flat_count * sizeof(nni_real);
    const size_t growth = numbers / PARTS + PART_MIN;
    H5FD_file_image_callbacks_t memory = {
        .image_malloc = image_malloc,
        .image_realloc = image_realloc,
        .image_free = image_free,
        .udata_copy = same_buffer,
        .udata_free = keep_buffer,
        .udata = buffer,
    };
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return -1;
    hid_t file = -1;
    if (grow(buffer, numbers + 2 * growth) && H5Pset_fapl_core(access, growth, false) >= 0 &&
        H5Pset_file_image_callbacks(access, &memory) >= 0)
        file = H5Fcreate("checkpoint in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

/* @param count  receives the bytes of the file, behind those of the seal in the buffer */
static nn_status serialize(const char *path, const nni_checkpoint *checkpoint, nni_checkpoint_buffer *buffer,
                           size_t *count, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = create_in_memory(checkpoint, buffer);
    bool good = file >= 0 && nni_checkpoint_serialize(file, checkpoint, NULL) && H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0;
    const ssize_t bytes = good ? H5Fget_file_image(file, NULL, 0) : -1;
    if (file >= 0)
        good = H5Fclose(file) >= 0 && good;
    if (!good || bytes <= 0)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", path);
    *count = (size_t)bytes;
    return NN_OK;
}

nn_status nni_checkpoint_write(const char *path, const nni_checkpoint *checkpoint, nni_checkpoint_buffer *buffer,
                               nn_error *error)
{
    nni_checkpoint_buffer own = {.bytes = NULL};
    nni_checkpoint_buffer *used = buffer ? buffer : &own;
    size_t count = 0;
    nni_hdf5_lock();
    nn_status status = serialize(path, checkpoint, used, &count, error);
    nni_hdf5_unlock();
    if (status == NN_OK) {
        nni_seal_format(used->bytes + NNI_SEAL_BYTES, count, used->bytes);
        status = nni_file_replace(path, used->bytes, NNI_SEAL_BYTES + count, error);
    }
    nni_checkpoint_buffer_free(&own);
    return status;
}
