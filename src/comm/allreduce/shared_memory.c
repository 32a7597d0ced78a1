/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "comm/allreduce/shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "comm/backend.h"
#include "comm/topology.h"
#include "support/memory.h"
#include "support/timeline.h"

/* Left in the file system, which MPI libraries have their own shared memory in, and grow it as they go. */
static const uint64_t left_to_others = (uint64_t)16 << 20;

/* What rank 0 tells the others of its file: a name alone might be another's, where processes of two containers have the
 * same number. */
typedef struct made_file {
    char name[64];
    uint64_t device, index, bytes;
} made_file;

static nn_status refuse(uint64_t bytes, int code, nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "cannot share %llu bytes between the ranks of this host: %s",
                   (unsigned long long)bytes, strerror(code));
}

/* Whether the file system can hold it. */
static bool has_room(int file, uint64_t bytes)
{
    struct statvfs system;
    return fstatvfs(file, &system) != 0 || system.f_blocks == 0 ||
           (uint64_t)system.f_bavail * system.f_frsize >= bytes + left_to_others;
}

/* Each rank takes the room of its part at once, so that it is near the rank: a page that is taken later, where nothing
 * is left by then, would kill the process. (MPI_Win_allocate_shared has no way to ask for that.) */
static int take_room(int file, off_t first, size_t bytes)
{
    int code = 0;
    do
        code = bytes > 0 ? posix_fallocate(file, first, (off_t)bytes) : 0;
    while (code == EINTR);
    return code;
}

/* A file of the kernel's own. Whatever comes of it, it is this rank's to unlink if `file` is one. */
static nn_status make_file(made_file *made, int *file, nn_error *error)
{
    struct stat found;
    snprintf(made->name, sizeof made->name, "/nntrain-%ld-%llx", (long)getpid(),
             (unsigned long long)(nni_clock() * 1e9));
    *file = shm_open(made->name, O_CREAT | O_EXCL | O_RDWR, S_IRUSR | S_IWUSR);
    if (*file < 0)
        return refuse(made->bytes, errno, error);
    if (!has_room(*file, made->bytes))
        return refuse(made->bytes, ENOSPC, error);
    if (ftruncate(*file, (off_t)made->bytes) != 0 || fstat(*file, &found) != 0)
        return refuse(made->bytes, errno, error);
    made->device = (uint64_t)found.st_dev;
    made->index = (uint64_t)found.st_ino;
    return NN_OK;
}

static bool is_the_same(int file, const made_file *made)
{
    struct stat found;
    return fstat(file, &found) == 0 && (uint64_t)found.st_dev == made->device &&
           (uint64_t)found.st_ino == made->index && (uint64_t)found.st_size == made->bytes;
}

/* A rank's part of the file. */
typedef struct own_part {
    off_t first;
    size_t bytes, beside;
} own_part;

/* This rank's part, and behind it memory that is taken as it is used. */
static bool map_own(nni_shared_memory *memory, int file, const own_part *own)
{
    const int access = PROT_READ | PROT_WRITE;
    const size_t bytes = own->bytes + own->beside;
    void *place = mmap(NULL, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        return false;
    memory->own = place;
    memory->own_bytes = bytes;
    return mmap(place, own->bytes, access, MAP_SHARED | MAP_FIXED, file, own->first) != MAP_FAILED;
}

static nn_status map_file(nni_shared_memory *memory, int file, const made_file *made, const own_part *own,
                          nn_error *error)
{
    if (file < 0 || !is_the_same(file, made))
        return nn_fail(error, NN_SYSTEM, "cannot find the memory that the ranks of this host share");
    const int code = take_room(file, own->first, own->bytes);
    if (code != 0)
        return refuse(made->bytes, code, error);
    void *begin = mmap(NULL, memory->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (begin == MAP_FAILED)
        return refuse(made->bytes, errno, error);
    memory->begin = begin;
    return map_own(memory, file, own) ? NN_OK : refuse(made->bytes, errno, error);
}

/* It is all zero, as the kernel gives memory out. Nobody can find the file any more once all have it. */
static nn_status share(nn_comm *comm, nni_shared_memory *memory, const own_part *own, nn_error *error)
{
    made_file made = {.bytes = memory->bytes};
    int file = -1;
    nn_status status = comm->rank == 0 ? make_file(&made, &file, error) : NN_OK;
    status = nni_comm_broadcast_status(comm, status, error);
    if (status == NN_OK)
        status = nn_comm_broadcast(comm, &made, sizeof made, error);
    if (status == NN_OK) {
        if (comm->rank != 0)
            file = shm_open(made.name, O_RDWR, 0);
        status = nn_comm_agree(comm, map_file(memory, file, &made, own, error), error);
    }
    if (file < 0)
        return status;
    close(file);
    if (comm->rank == 0)
        shm_unlink(made.name);
    return status;
}

static size_t whole_pages(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

/* Finds the bytes of all parts, in whole pages. @param sizes  [ranks], exact in a double */
static nn_status tell_sizes(nn_comm *comm, size_t bytes, double *sizes, nni_shared_memory *memory, nn_error *error)
{
    sizes[comm->rank] = (double)whole_pages(bytes);
    NN_TRY(nn_comm_sum_double(comm, sizes, (size_t)comm->size, error));
    for (int rank = 0; rank < comm->size; rank++)
        memory->bytes += (size_t)sizes[rank];
    return NN_OK;
}

static off_t offset_of(const double *sizes, int rank)
{
    off_t offset = 0;
    for (int before = 0; before < rank; before++)
        offset += (off_t)sizes[before];
    return offset;
}

static void find_parts(const nn_comm *comm, const double *sizes, nni_shared_memory *memory)
{
    for (int rank = 0; rank < comm->size; rank++)
        memory->parts[rank] = (char *)memory->begin + offset_of(sizes, rank);
    memory->parts[comm->rank] = memory->own;
}

nn_status nni_shared_memory_take(nn_comm *comm, size_t bytes, size_t beside, nni_shared_memory *memory, nn_error *error)
{
    const char what[] = "the parts of shared memory";
    double *sizes = NULL;
    *memory = (nni_shared_memory){.parts = NULL};
    nn_status status = nni_allocate((size_t)comm->size, sizeof *memory->parts, what, &memory->parts, error);
    if (status == NN_OK)
        status = nni_allocate((size_t)comm->size, sizeof *sizes, what, &sizes, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = tell_sizes(comm, bytes, sizes, memory, error);
    nn_error refused;
    if (status == NN_OK) {
        const own_part own = {offset_of(sizes, comm->rank), (size_t)sizes[comm->rank], beside};
        if (share(comm, memory, &own, &refused) == NN_OK) {
            find_parts(comm, sizes, memory);
            nni_release(sizes);
            return NN_OK;
        }
    }
    comm->backend->refused += memory->bytes;
    nni_shared_memory_release(memory);
    nni_release(sizes);
    return status;
}

/* Of ranks of several hosts those of each share among themselves, see comm/topology.h. */
static uint64_t refused_of(const nn_comm *comm)
{
    const nni_hosts *hosts = comm->backend->hosts;
    return comm->backend->refused + (hosts ? hosts->inside->backend->refused : 0);
}

nn_status nni_shared_memory_shortage(nn_comm *comm, nni_shared_shortage *shortage, nn_error *error)
{
    struct statvfs system;
    double worst[2] = {0, -INFINITY}; /* needed, and less of what is there */
    const uint64_t refused = comm->size > 1 ? refused_of(comm) : 0;
    if (refused > 0) {
        const bool found = statvfs("/dev/shm", &system) == 0;
        const double block = found ? (double)system.f_frsize : 0;
        worst[0] =
            (double)(refused + left_to_others) + (found ? block * (double)(system.f_blocks - system.f_bavail) : 0);
        worst[1] = found ? -block * (double)system.f_blocks : 0;
    }
    NN_TRY(nni_comm_max_double(comm, worst, 2, error));
    *shortage = (nni_shared_shortage){.needed = worst[0], .there = worst[0] > 0 ? -worst[1] : 0};
    return NN_OK;
}

void nni_shared_memory_release(nni_shared_memory *memory)
{
    if (memory->begin)
        munmap(memory->begin, memory->bytes);
    if (memory->own)
        munmap(memory->own, memory->own_bytes);
    nni_release(memory->parts);
    *memory = (nni_shared_memory){.parts = NULL};
}
