#include "comm/shared_sum.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nntrain/memory.h"

/* What a rank shows the others, at the begin of its memory; its nodes and then its segment's sum are behind it. Each
 * counter has a cache line of its own, for others look at it while this rank writes beside it. */
typedef struct board {
    alignas(NN_ALIGNMENT) _Atomic uint64_t published; /* sums that its nodes are there for */
    alignas(NN_ALIGNMENT) _Atomic uint64_t joined;    /* sums that its segment is done for */
} board;

struct nn_shared_sum {
    nn_comm *comm; /* borrowed */
    const size_t *nodes;
    nn_element_sum element;
    nn_tree_join *join; /* borrowed */
    size_t most;
    void *memory; /* [bytes] shared */
    size_t bytes;
    board **boards;       /* [ranks] */
    const void **sources; /* [nodes of all ranks] */

    uint64_t sum; /* number of the one under way */
    bool joined;  /* this rank's segment of it is done */
    char *values;
    size_t pitch, count;
};

static size_t padded(size_t bytes)
{
    return (bytes + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
}

/* A node's place on the board of its rank. */
static char *node_of(const nn_shared_sum *s, int rank, size_t node)
{
    return (char *)s->boards[rank] + sizeof(board) + node * padded(s->most * s->element.size);
}

static char *result_of(const nn_shared_sum *s, int rank)
{
    return node_of(s, rank, s->nodes[rank]);
}

static nn_leaves segment_of(const nn_shared_sum *s, int rank)
{
    return nn_leaves_of_rank(s->count, (size_t)rank, (size_t)s->comm->size);
}

/* Bytes of a rank's board with its nodes, and a sum as long as the longest segment. */
static size_t bytes_of(const nn_shared_sum *s, int rank)
{
    const size_t segment = s->most / (size_t)s->comm->size + 1;
    return sizeof(board) + s->nodes[rank] * padded(s->most * s->element.size) + padded(segment * s->element.size);
}

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

static nn_status map_file(nn_shared_sum *s, int file, nn_error *error)
{
    void *memory = file < 0 ? MAP_FAILED : mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        return nn_fail(error, NN_SYSTEM, "cannot see the memory that the ranks of this host share: %s",
                       strerror(errno));
    s->memory = memory;
    size_t offset = 0;
    for (int rank = 0; rank < s->comm->size; rank++) {
        s->boards[rank] = (board *)((char *)memory + offset);
        offset += bytes_of(s, rank);
    }
    return NN_OK;
}

/* Counters begin at 0, as the kernel gives memory out. Nobody can find the file any more once all have it. */
static nn_status take_memory(nn_shared_sum *s, nn_error *error)
{
    char name[64] = "";
    int file = -1;
    for (int rank = 0; rank < s->comm->size; rank++)
        s->bytes += bytes_of(s, rank);
    nn_status status = NN_OK;
    if (s->comm->rank == 0) {
        snprintf(name, sizeof name, "/nntrain-%ld", (long)getpid());
        status = make_file(name, s->bytes, &file, error);
    }
    status = nn_comm_follow(s->comm, status, error);
    if (status == NN_OK)
        status = nn_comm_broadcast(s->comm, name, sizeof name, error);
    if (status == NN_OK) {
        if (s->comm->rank != 0)
            file = shm_open(name, O_RDWR, 0);
        status = nn_comm_agree(s->comm, map_file(s, file, error), error);
    }
    if (file >= 0)
        close(file);
    if (s->comm->rank == 0)
        shm_unlink(name);
    return status;
}

nn_status nn_shared_sum_create(nn_comm *comm, const size_t *nodes, nn_element_sum element, nn_tree_join *join,
                               size_t most, nn_shared_sum **result, nn_error *error)
{
    const char what[] = "the sums of a host";
    nn_shared_sum *s = NULL;
    size_t all = 0;
    for (int rank = 0; rank < comm->size; rank++)
        all += nodes[rank];
    *result = NULL;
    nn_status status = nn_allocate(1, sizeof *s, what, &s, error);
    if (status == NN_OK) {
        *s = (nn_shared_sum){.comm = comm, .nodes = nodes, .element = element, .join = join, .most = most};
        status = nn_allocate((size_t)comm->size, sizeof *s->boards, what, &s->boards, error);
    }
    if (status == NN_OK)
        status = nn_allocate(all, sizeof *s->sources, what, &s->sources, error);
    status = nn_comm_agree(comm, status, error);
    if (status != NN_OK) {
        nn_shared_sum_free(s);
        return status;
    }
    nn_error refused;
    if (take_memory(s, &refused) == NN_OK)
        *result = s;
    else
        nn_shared_sum_free(s);
    return NN_OK;
}

void nn_shared_sum_free(nn_shared_sum *s)
{
    if (!s)
        return;
    if (s->memory)
        munmap(s->memory, s->bytes);
    nn_release(s->boards);
    nn_release(s->sources);
    nn_release(s);
}

void nn_shared_sum_start(nn_shared_sum *s, void *values, size_t pitch, size_t count)
{
    const int me = s->comm->rank;
    const size_t size = s->element.size;
    s->sum++;
    s->joined = false;
    s->values = values;
    s->pitch = pitch;
    s->count = count;
    /* All but this rank's own segment. Nobody reads the nodes of the sum before any more: it has been seen to be done.
     */
    const nn_leaves mine = segment_of(s, me);
    const size_t after = mine.first + mine.count;
    for (size_t node = 0; node < s->nodes[me]; node++) {
        char *place = node_of(s, me, node);
        const char *from = s->values + node * pitch * size;
        memcpy(place, from, mine.first * size);
        memcpy(place + after * size, from + after * size, (count - after) * size);
    }
    atomic_store_explicit(&s->boards[me]->published, s->sum, memory_order_release);
}

static bool all_published(const nn_shared_sum *s)
{
    for (int rank = 0; rank < s->comm->size; rank++)
        if (atomic_load_explicit(&s->boards[rank]->published, memory_order_acquire) < s->sum)
            return false;
    return true;
}

static bool all_joined(const nn_shared_sum *s)
{
    for (int rank = 0; rank < s->comm->size; rank++)
        if (atomic_load_explicit(&s->boards[rank]->joined, memory_order_acquire) < s->sum)
            return false;
    return true;
}

/* Whoever has published for this sum has taken all of the sum before, so its place is free. */
static void join_segment(nn_shared_sum *s)
{
    const int me = s->comm->rank;
    const nn_leaves mine = segment_of(s, me);
    const size_t size = s->element.size;
    size_t source = 0;
    for (int rank = 0; rank < s->comm->size; rank++)
        for (size_t node = 0; node < s->nodes[rank]; node++) {
            const char *base = rank == me ? s->values + node * s->pitch * size : node_of(s, rank, node);
            s->sources[source++] = base + mine.first * size;
        }
    nn_tree_join_nodes(s->join, s->sources, result_of(s, me), mine.count);
    atomic_store_explicit(&s->boards[me]->joined, s->sum, memory_order_release);
    s->joined = true;
}

bool nn_shared_sum_progress(nn_shared_sum *s)
{
    if (!s->joined) {
        if (!all_published(s))
            return false;
        join_segment(s);
    }
    if (!all_joined(s))
        return false;
    for (int rank = 0; rank < s->comm->size; rank++) {
        const nn_leaves part = segment_of(s, rank);
        memcpy(s->values + part.first * s->element.size, result_of(s, rank), part.count * s->element.size);
    }
    return true;
}
