#include "comm/shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nntrain/memory.h"

/* A file of the kernel's own, all of whose room is taken at once: a page that is taken later, where nothing is left by
 * then, would kill the process. (MPI_Win_allocate_shared has no way to ask for that.) */
static nn_status make_file(const char *name, size_t bytes, int *file, nn_error *error)
{
    *file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, S_IRUSR | S_IWUSR);
    const int code = *file < 0 ? errno : posix_fallocate(*file, 0, (off_t)bytes);
    if (code != 0)
        return nn_fail(error, NN_SYSTEM, "cannot share %zu bytes between the ranks of this host: %s", bytes,
                       strerror(code));
    return NN_OK;
}

static nn_status map_file(nn_shared_memory *memory, int file, nn_error *error)
{
    void *begin = file < 0 ? MAP_FAILED : mmap(NULL, memory->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (begin == MAP_FAILED)
        return nn_fail(error, NN_SYSTEM, "cannot see the memory that the ranks of this host share: %s",
                       strerror(errno));
    memory->begin = begin;
    return NN_OK;
}

/* It is all zero, as the kernel gives memory out. Nobody can find the file any more once all have it. */
static nn_status share(nn_comm *comm, nn_shared_memory *memory, nn_error *error)
{
    char name[64] = "";
    int file = -1;
    nn_status status = NN_OK;
    if (comm->rank == 0) {
        snprintf(name, sizeof name, "/nntrain-%ld", (long)getpid());
        status = make_file(name, memory->bytes, &file, error);
    }
    status = nn_comm_follow(comm, status, error);
    if (status == NN_OK)
        status = nn_comm_broadcast(comm, name, sizeof name, error);
    if (status == NN_OK) {
        if (comm->rank != 0)
            file = shm_open(name, O_RDWR, 0);
        status = nn_comm_agree(comm, map_file(memory, file, error), error);
    }
    if (file >= 0)
        close(file);
    if (comm->rank == 0)
        shm_unlink(name);
    return status;
}

nn_status nn_shared_memory_take(nn_comm *comm, const size_t *bytes, nn_shared_memory *memory, nn_error *error)
{
    const size_t ranks = (size_t)comm->size;
    *memory = (nn_shared_memory){.parts = NULL};
    for (size_t rank = 0; rank < ranks; rank++)
        memory->bytes += bytes[rank];
    nn_status status = nn_allocate(ranks, sizeof *memory->parts, "the parts of shared memory", &memory->parts, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    nn_error refused;
    if (share(comm, memory, &refused) != NN_OK) {
        nn_shared_memory_release(memory);
        return NN_OK;
    }
    size_t offset = 0;
    for (size_t rank = 0; rank < ranks; rank++) {
        memory->parts[rank] = (char *)memory->begin + offset;
        offset += bytes[rank];
    }
    return NN_OK;
}

void nn_shared_memory_release(nn_shared_memory *memory)
{
    if (memory->begin)
        munmap(memory->begin, memory->bytes);
    nn_release(memory->parts);
    *memory = (nn_shared_memory){.parts = NULL};
}
