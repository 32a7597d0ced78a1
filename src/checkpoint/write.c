/* A checkpoint is composed as an HDF5 file in memory and then written by ourselves: a full disk or a failing write is
 * then an ordinary error with its errno, and libhdf5 never holds a file it cannot flush. It costs the file's size in
 * memory on rank 0. */
#include <hdf5.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/seal.h"
#include "checkpoint/serialize.h"
#include "hdf5/lock.h"
#include "support/files.h"
#include "support/memory.h"

/* --- memory: HDF5 asks here for what its file in memory takes. The seal has its place before that --- */

static void *grow(nni_checkpoint_buffer *room, size_t bytes)
{
    void *more = NULL;
    if (bytes <= room->capacity)
        return room->bytes + NNI_SEAL_BYTES;
    if (nni_reserve(NNI_SEAL_BYTES + bytes, 1, "the checkpoint", &more, NULL) != NN_OK)
        return NULL;
    if (room->capacity > 0)
        memcpy(more, room->bytes, NNI_SEAL_BYTES + room->capacity);
    nni_release(room->bytes);
    room->bytes = more;
    room->capacity = bytes;
    return room->bytes + NNI_SEAL_BYTES;
}

static void *take_bytes(size_t bytes, H5FD_file_image_op_t operation, void *room)
{
    (void)operation;
    return grow(room, bytes);
}

static void *take_more_bytes(void *bytes, size_t count, H5FD_file_image_op_t operation, void *room)
{
    (void)bytes, (void)operation;
    return grow(room, count);
}

static herr_t give_back(void *bytes, H5FD_file_image_op_t operation, void *room)
{
    (void)bytes, (void)operation, (void)room;
    return 0;
}

static void *same_room(void *room)
{
    return room;
}

static herr_t leave_room(void *room)
{
    (void)room;
    return 0;
}

void nni_checkpoint_buffer_free(nni_checkpoint_buffer *room)
{
    nni_release(room->bytes);
    *room = (nni_checkpoint_buffer){.bytes = NULL};
}

/* Opens a file in memory, for which there is room enough beforehand: its numbers, and a little for what HDF5 says of
 * them. It grows in parts, since HDF5 clears each. */
static hid_t create_in_memory(const nni_checkpoint *checkpoint, nni_checkpoint_buffer *room)
{
    enum { PARTS = 64, LEAST_PART = 1 << 16 };
    const size_t numbers =
        (1 + checkpoint->optimizer->state_count) * checkpoint->network->flat_count * sizeof(nni_real);
    const size_t growth = numbers / PARTS + LEAST_PART;
    H5FD_file_image_callbacks_t memory = {
        .image_malloc = take_bytes,
        .image_realloc = take_more_bytes,
        .image_free = give_back,
        .udata_copy = same_room,
        .udata_free = leave_room,
        .udata = room,
    };
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return -1;
    hid_t file = -1;
    if (grow(room, numbers + 2 * growth) && H5Pset_fapl_core(access, growth, false) >= 0 &&
        H5Pset_file_image_callbacks(access, &memory) >= 0)
        file = H5Fcreate("checkpoint in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

/* @param count  receives the bytes of the file, behind the seal's place in the room */
static nn_status compose(const char *path, const nni_checkpoint *checkpoint, nni_checkpoint_buffer *room, size_t *count,
                         nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = create_in_memory(checkpoint, room);
    bool good = file >= 0 && nni_checkpoint_serialize(file, checkpoint, NULL) && H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0;
    const ssize_t bytes = good ? H5Fget_file_image(file, NULL, 0) : -1;
    if (file >= 0)
        good = H5Fclose(file) >= 0 && good;
    if (!good || bytes <= 0)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", path);
    *count = (size_t)bytes;
    return NN_OK;
}

nn_status nni_checkpoint_write(const char *path, const nni_checkpoint *checkpoint, nni_checkpoint_buffer *room,
                               nn_error *error)
{
    nni_checkpoint_buffer own = {.bytes = NULL};
    nni_checkpoint_buffer *used = room ? room : &own;
    size_t count = 0;
    nni_hdf5_lock();
    nn_status status = compose(path, checkpoint, used, &count, error);
    nni_hdf5_unlock();
    if (status == NN_OK) {
        nni_seal_compose(used->bytes + NNI_SEAL_BYTES, count, used->bytes);
        status = nni_file_replace(path, used->bytes, NNI_SEAL_BYTES + count, error);
    }
    nni_checkpoint_buffer_free(&own);
    return status;
}
