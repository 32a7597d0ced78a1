#include "comm/shared_sum.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/backend.h"
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
    MPI_Win window;
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

static nn_status take_window(nn_shared_sum *s, nn_error *error)
{
    const char what[] = "share memory between the ranks of a host";
    const int me = s->comm->rank;
    /* Nodes, and a sum as long as the longest segment. */
    const MPI_Aint bytes =
        (MPI_Aint)(sizeof(board) + (s->nodes[me] + 1) * padded(s->most * s->element.size) + NN_ALIGNMENT);
    void *mine = NULL;
    NN_TRY(nn_comm_check(MPI_Win_allocate_shared(bytes, 1, MPI_INFO_NULL, s->comm->backend->world, &mine, &s->window),
                         what, error));
    for (int rank = 0; rank < s->comm->size; rank++) {
        MPI_Aint size = 0;
        int unit = 0;
        void *base = NULL;
        NN_TRY(nn_comm_check(MPI_Win_shared_query(s->window, rank, &size, &unit, &base), what, error));
        /* Pages are shared whole, so an address is as aligned here as there. */
        s->boards[rank] = (board *)padded((size_t)(uintptr_t)base);
    }
    /* All of it at once, while the library has just seen that there is room: a page that nobody has written to yet is
     * taken later from whatever is left then, and where nothing is, the process dies. */
    memset(mine, 0, (size_t)bytes);
    atomic_store(&s->boards[me]->published, 0);
    atomic_store(&s->boards[me]->joined, 0);
    return NN_OK;
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
        s->window = MPI_WIN_NULL;
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
    /* Agreement waits for everybody's counters to be set, too. */
    if (nn_comm_agree(comm, take_window(s, &refused), &refused) == NN_OK)
        *result = s;
    else
        nn_shared_sum_free(s);
    return NN_OK;
}

void nn_shared_sum_free(nn_shared_sum *s)
{
    if (!s)
        return;
    if (s->window != MPI_WIN_NULL)
        MPI_Win_free(&s->window);
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
