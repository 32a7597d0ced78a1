/* SPDX-License-Identifier: MIT */
/* Rank 0 has HDF5 serialize the file, with space allocated for the state of the optimizer; then each rank writes its
 * parts of that state where they belong, by itself. HDF5's own way, MPI-IO, is not for disks that may fail: see
 * deferred_error_driver.h. A rank whose host does not see the folder sends its parts to rank 0. */
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/deferred_error_driver.h"
#include "checkpoint/seal.h"
#include "checkpoint/serialize.h"
#include "hdf5/process/lock.h"
#include "support/files.h"
#include "support/memory.h"

enum { PIECE = 1 << 18 }; /* elements that are sent at a time */

/* A file that is being written. */
typedef struct writing {
    nn_comm *comm;
    const char *path;
    char partial[PATH_MAX];
    const nni_checkpoint *checkpoint;
    uint64_t *places; /* [state_count, tensor_count] behind the seal */
    int file;         /* -1: this rank does not see it */
    int reason;       /* errno of this rank's first failure; 0: none */
    char *blind;      /* [ranks] on rank 0: those that do not */
    nni_real *buffer; /* [PIECE] of what they send */
} writing;

static size_t place_count(const nni_checkpoint *checkpoint)
{
    return checkpoint->optimizer->state_count * checkpoint->network->tensor_count;
}

static nn_status status_of(const writing *w, int reason, nn_error *error)
{
    return reason == 0 ? NN_OK : nn_fail(error, NN_SYSTEM, "cannot write %s: %s", w->path, strerror(reason));
}

static void note(writing *w, bool good)
{
    if (!good && w->reason == 0)
        w->reason = errno;
}

/* --- the file around the state, by rank 0 --- */

static bool serialize_into(nni_deferred_error_driver *driver, const writing *w)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = nni_deferred_error_driver_create(driver);
    const bool good = file >= 0 && nni_checkpoint_serialize(file, w->checkpoint, w->places);
    return file >= 0 && H5Fclose(file) >= 0 && good;
}

static nn_status serialize(const writing *w, nn_error *error)
{
    nni_deferred_error_driver driver = {.begins = NNI_SEAL_BYTES};
    driver.file = open(w->partial, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (driver.file < 0)
        return status_of(w, errno, error);
    nni_hdf5_lock();
    const bool good = serialize_into(&driver, w);
    nni_hdf5_unlock();
    if (close(driver.file) != 0 && driver.reason == 0)
        driver.reason = errno;
    if (driver.reason == 0 && !good)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", w->path);
    return status_of(w, driver.reason, error);
}

/* Rank 0's file, not one that has its name on a disk of this host's own. */
static nn_status open_file(writing *w, nn_error *error)
{
    struct stat found = {.st_size = 0};
    w->file = open(w->partial, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    const bool known = w->file >= 0 && fstat(w->file, &found) == 0;
    note(w, known || w->comm->rank > 0);
    uint64_t facts[2] = {(uint64_t)found.st_ino, (uint64_t)found.st_size};
    NN_TRY(nn_comm_broadcast(w->comm, facts, sizeof facts, error));
    if (w->file >= 0 && (!known || (uint64_t)found.st_ino != facts[0] || (uint64_t)found.st_size != facts[1])) {
        close(w->file);
        w->file = -1;
    }
    const char blind = w->file < 0;
    return nni_comm_gather_bytes(w->comm, &blind, w->blind, 1, error);
}

/* --- the state --- */

/* Some elements of a state, tensor by tensor to where each is. @param values  [part.count] */
static void write_part(writing *w, size_t state, nni_partition part, const nni_real *values)
{
    const nn_network *network = w->checkpoint->network;
    for (size_t t = 0; w->reason == 0 && t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        const size_t part_end = part.first + part.count, tensor_end = tensor->offset + tensor->count;
        const size_t first = part.first > tensor->offset ? part.first : tensor->offset;
        const size_t end = part_end < tensor_end ? part_end : tensor_end;
        const uint64_t place = w->places[state * network->tensor_count + t] + NNI_SEAL_BYTES;
        if (first < end)
            note(w, nni_write_at(w->file, values + (first - part.first), (end - first) * sizeof(nni_real),
                                 (off_t)(place + (first - tensor->offset) * sizeof(nni_real))));
    }
}

static void write_own(writing *w)
{
    const nni_optimizer *optimizer = w->checkpoint->optimizer;
    for (size_t s = 0; s < optimizer->state_count; s++)
        for (size_t p = 0; p < optimizer->part_count; p++)
            write_part(w, s, optimizer->parts[p], optimizer->state[s] + optimizer->parts[p].first);
}

/* A part of a rank that does not see the file, to rank 0, which takes it whatever has failed: called by these two. */
static nn_status send_part(writing *w, int rank, size_t p, nn_error *error)
{
    const nni_optimizer *optimizer = w->checkpoint->optimizer;
    nni_partition part = {0, 0};
    if (w->comm->rank == rank)
        part = optimizer->parts[p];
    NN_TRY(nni_comm_send_bytes_to_root(w->comm, rank, &part, sizeof part, error));
    for (size_t s = 0; s < optimizer->state_count; s++)
        for (size_t done = 0; done < part.count; done += PIECE) {
            const nni_partition piece = {part.first + done, part.count - done < PIECE ? part.count - done : PIECE};
            nni_real *values = w->comm->rank == 0 ? w->buffer : optimizer->state[s] + piece.first;
            NN_TRY(nni_comm_send_to_root(w->comm, rank, values, piece.count, error));
            if (w->comm->rank == 0)
                write_part(w, s, piece, values);
        }
    return NN_OK;
}

static nn_status send_parts(writing *w, int rank, nn_error *error)
{
    uint64_t count = w->checkpoint->optimizer->part_count;
    NN_TRY(nni_comm_send_bytes_to_root(w->comm, rank, &count, sizeof count, error));
    for (size_t p = 0; p < count; p++)
        NN_TRY(send_part(w, rank, p, error));
    return NN_OK;
}

static nn_status write_state(writing *w, nn_error *error)
{
    if (w->file >= 0)
        write_own(w);
    else if (w->comm->rank > 0)
        NN_TRY(send_parts(w, w->comm->rank, error));
    for (int rank = 1; w->comm->rank == 0 && rank < w->comm->size; rank++)
        if (w->blind[rank])
            NN_TRY(send_parts(w, rank, error));
    if (w->file < 0)
        return status_of(w, w->reason, error);
    note(w, fsync(w->file) == 0);
    note(w, close(w->file) == 0); /* a network file system may report a full disk here only */
    return status_of(w, w->reason, error);
}

/* --- all of it --- */

static nn_status finish(const writing *w, nn_error *error)
{
    NN_TRY(nni_seal_file(w->partial, error));
    return nni_file_commit(w->path, error);
}

static nn_status write_file(writing *w, nn_error *error)
{
    nn_comm *comm = w->comm;
    NN_TRY(nni_comm_broadcast_status(comm, comm->rank == 0 ? serialize(w, error) : NN_OK, error));
    NN_TRY(nn_comm_broadcast(comm, w->places, place_count(w->checkpoint) * sizeof *w->places, error));
    NN_TRY(open_file(w, error));
    NN_TRY(nn_comm_agree(comm, write_state(w, error), error));
    return nni_comm_broadcast_status(comm, comm->rank == 0 ? finish(w, error) : NN_OK, error);
}

static nn_status take_memory(writing *w, nn_error *error)
{
    const char what[] = "the checkpoint";
    NN_TRY(nni_file_partial(w->path, w->partial, error));
    NN_TRY(nni_allocate(place_count(w->checkpoint), sizeof *w->places, what, &w->places, error));
    NN_TRY(nni_allocate((size_t)w->comm->size, 1, what, &w->blind, error));
    return w->comm->rank == 0 ? nni_allocate(PIECE, sizeof *w->buffer, what, &w->buffer, error) : NN_OK;
}

nn_status nni_checkpoint_write_parallel(const char *path, nn_comm *comm, const nni_checkpoint *checkpoint,
                                        nn_error *error)
{
    writing w = {.comm = comm, .path = path, .checkpoint = checkpoint, .file = -1};
    nn_status status = nn_comm_agree(comm, take_memory(&w, error), error);
    if (status == NN_OK)
        status = write_file(&w, error);
    if (status != NN_OK && comm->rank == 0)
        unlink(w.partial);
    nni_release(w.places);
    nni_release(w.blind);
    nni_release(w.buffer);
    return status;
}
