#include "comm/shared_sum.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/backend.h"
#include "comm/shared_memory.h"
#include "comm/stream.h"
#include "comm/timing.h"
#include "nntrain/memory.h"

/* Sums up to so many bytes every rank joins whole, from what all show: nothing goes back, so that nobody waits a second
 * time. */
enum { WHOLE_BYTES = 4096 };

/* What a rank shows the others, at the begin of its memory; its nodes and then its segment's sum are behind it. Each
 * counter has a cache line of its own, for others look at it while this rank writes beside it. */
typedef struct board {
    alignas(NN_ALIGNMENT) _Atomic uint64_t published; /* sums that its nodes are there for */
    alignas(NN_ALIGNMENT) _Atomic uint64_t joined;    /* sums that it has joined its segment, or all, of */
} board;

struct nn_shared_sum {
    nn_comm *comm; /* borrowed */
    const size_t *nodes;
    nn_element_sum element;
    nn_tree_join *join; /* borrowed */
    size_t most;
    bool whole; /* each rank joins all */
    nn_shared_memory memory;
    const void **sources; /* [nodes of all ranks] */

    uint64_t sum; /* number of the one under way */
    bool joined;  /* this rank's segment of it, or all, is done */
    char *values;
    size_t pitch, count;
};

static size_t padded(size_t bytes)
{
    return (bytes + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
}

static board *board_of(const nn_shared_sum *s, int rank)
{
    return (board *)(void *)s->memory.parts[rank];
}

/* A node's place behind the board of its rank. */
static char *node_of(const nn_shared_sum *s, int rank, size_t node)
{
    return s->memory.parts[rank] + sizeof(board) + node * padded(s->most * s->element.size);
}

static char *result_of(const nn_shared_sum *s, int rank)
{
    return node_of(s, rank, s->nodes[rank]);
}

/* What a rank joins. */
static nn_leaves segment_of(const nn_shared_sum *s, int rank)
{
    if (s->whole)
        return (nn_leaves){.total = s->count, .first = 0, .count = s->count};
    return nn_leaves_of_rank(s->count, (size_t)rank, (size_t)s->comm->size);
}

/* Bytes of a rank's board with its nodes, and a sum as long as the longest segment. */
static size_t bytes_of(const nn_shared_sum *s, int rank)
{
    const size_t segment = s->whole ? 0 : s->most / (size_t)s->comm->size + 1;
    return sizeof(board) + s->nodes[rank] * padded(s->most * s->element.size) + padded(segment * s->element.size);
}

nn_status nn_shared_sum_create(nn_comm *comm, const size_t *nodes, nn_element_sum element, nn_tree_join *join,
                               size_t most, nn_shared_sum **result, nn_error *error)
{
    nn_shared_sum *s = NULL;
    size_t all = 0;
    for (int rank = 0; rank < comm->size; rank++)
        all += nodes[rank];
    *result = NULL;
    nn_status status = nn_allocate(1, sizeof *s, "the sums of a host", &s, error);
    if (status == NN_OK) {
        *s = (nn_shared_sum){.comm = comm, .nodes = nodes, .element = element, .join = join, .most = most};
        s->whole = most * element.size <= WHOLE_BYTES;
        status = nn_allocate(all, sizeof *s->sources, "the sums of a host", &s->sources, error);
    }
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nn_shared_memory_take(comm, bytes_of(s, comm->rank), &s->memory, error);
    if (status == NN_OK && s->memory.begin)
        *result = s;
    else
        nn_shared_sum_free(s);
    return status;
}

void nn_shared_sum_free(nn_shared_sum *s)
{
    if (!s)
        return;
    nn_shared_memory_release(&s->memory);
    nn_release(s->sources);
    nn_release(s);
}

static bool all_published(const nn_shared_sum *s)
{
    for (int rank = 0; rank < s->comm->size; rank++)
        if (atomic_load_explicit(&board_of(s, rank)->published, memory_order_acquire) < s->sum)
            return false;
    return true;
}

static bool all_joined(const nn_shared_sum *s)
{
    for (int rank = 0; rank < s->comm->size; rank++)
        if (atomic_load_explicit(&board_of(s, rank)->joined, memory_order_acquire) < s->sum)
            return false;
    return true;
}

/* Elements of this rank's nodes go where the others find them. */
static void show(nn_shared_sum *s, size_t first, size_t count)
{
    const size_t size = s->element.size;
    for (size_t node = 0; node < s->nodes[s->comm->rank]; node++)
        nn_stream_copy(node_of(s, s->comm->rank, node) + first * size, s->values + (node * s->pitch + first) * size,
                       count * size);
}

/* Of a sum in segments nobody reads the nodes any more when it is done. Of a whole one some rank may, but hardly ever:
 * it computes in between. */
static void wait_for_readers(const nn_shared_sum *s)
{
    if (all_joined(s))
        return;
    const nn_activity before = nn_comm_begin_wait(s->comm);
    while (!all_joined(s))
        nn_comm_pause(s->comm);
    nn_comm_end_wait(s->comm, before, NN_OK);
}

void nn_shared_sum_start(nn_shared_sum *s, void *values, size_t pitch, size_t count)
{
    wait_for_readers(s);
    s->sum++;
    s->joined = false;
    s->values = values;
    s->pitch = pitch;
    s->count = count;
    if (s->whole) {
        show(s, 0, count);
    } else { /* all but this rank's own segment */
        const nn_leaves mine = segment_of(s, s->comm->rank);
        const size_t after = mine.first + mine.count;
        show(s, 0, mine.first);
        show(s, after, count - after);
    }
    nn_stream_done();
    atomic_store_explicit(&board_of(s, s->comm->rank)->published, s->sum, memory_order_release);
}

/* Whoever has published for this sum has taken all of the sum before, so the place of a segment's sum is free. */
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
    char *sum = s->values + mine.first * size;
    nn_tree_join_nodes(s->join, s->sources, sum, mine.count);
    if (!s->whole) {
        nn_stream_copy(result_of(s, me), sum, mine.count * size);
        nn_stream_done();
    }
    atomic_store_explicit(&board_of(s, me)->joined, s->sum, memory_order_release);
    s->joined = true;
}

static void take_segments(nn_shared_sum *s)
{
    const size_t size = s->element.size;
    for (int rank = 0; rank < s->comm->size; rank++) {
        const nn_leaves part = segment_of(s, rank);
        if (rank != s->comm->rank)
            memcpy(s->values + part.first * size, result_of(s, rank), part.count * size);
    }
}

bool nn_shared_sum_progress(nn_shared_sum *s)
{
    if (!s->joined) {
        if (!all_published(s))
            return false;
        join_segment(s);
    }
    if (s->whole)
        return true;
    if (!all_joined(s))
        return false;
    take_segments(s);
    return true;
}
