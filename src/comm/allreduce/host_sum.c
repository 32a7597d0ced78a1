/* SPDX-License-Identifier: MIT */
/*
 * The array is cut into pieces, which the ranks own in turn: a rank publishes its nodes of each piece in shared memory,
 * and the owner reduces the piece and publishes its sum, which the others copy. A rank's two counters, which only grow,
 * say how many pieces it has published and how many of its own it has reduced.
 *
 * The counters suffice. A rank may overwrite its published nodes of a piece, a step later, once it has copied the
 * piece's sum: the owner is done with them by then. An owner may overwrite a sum once all ranks have published the
 * piece again: they have copied the sum by then. Of two ranks each reduces all pieces: as many bytes move, and no sum
 * needs to come back; there a rank may overwrite a piece once the other has reduced it.
 */
#include "comm/allreduce/host_sum.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/allreduce/streaming_copy.h"
#include "comm/allreduce/tree_join.h"
#include "comm/wait.h"
#include "support/extremes.h"
#include "support/memory.h"

enum {
    PIECE = 4096,  /* elements that a rank owns at a time, and that counters move by */
    PORTION = 512, /* elements of a task that are moved at a time where there is no errand */
    LINE = 64 / sizeof(nni_real),
    /* Calls between two reads of the others' counters, each of which may come from another core's cache; at least as
     * many as there are ranks. */
    CALLS_BETWEEN_READS = 16,
    RANKS_OF_WHOLE = 2,
};

/* At the start of a rank's part of the memory, in a cache line of its own; its nodes and the sums of its pieces follow.
 */
typedef struct counters {
    alignas(NNI_ALIGNMENT) _Atomic uint64_t published; /* pieces, over all steps */
    _Atomic uint64_t reduced;                          /* own pieces, over all steps */
} counters;

typedef struct portion {
    size_t first, count; /* elements */
} portion;

/* How far one of the three tasks is in this step. */
typedef struct place {
    size_t piece;
    size_t element; /* of the piece */
} place;

struct nni_host_sum {
    nn_comm *comm; /* borrowed */
    nni_real *values;
    size_t pitch, count;
    size_t pieces;
    bool whole;           /* each rank owns all pieces */
    size_t *nodes;        /* [ranks] of each rank's run */
    size_t all_nodes;     /* of all ranks */
    const void **sources; /* [all_nodes] */
    nni_tree_join *join;
    nni_shared_memory memory;

    uint64_t steps;
    size_t complete; /* elements of this step that are there */
    place publish_at, join_at, take_at;
    bool counters_current; /* this rank's counters are up to date */
    size_t published;      /* pieces that all ranks are known to have published */
    size_t *reduced;       /* [ranks] own pieces that each is known to have reduced */
    size_t unread; /* of a whole sum: the first piece of the step before that the other is not known to have reduced */
    size_t until_read;
    bool idle;      /* there is nothing to be done until counters are read again, or more is complete */
    place *carried; /* the task that the errand under way is of; NULL: there is none */
    size_t carried_count;
};

static size_t ranks_of(const nni_host_sum *s)
{
    return (size_t)s->comm->size;
}

static size_t rank_of(const nni_host_sum *s)
{
    return (size_t)s->comm->rank;
}

/* --- pieces --- */

/* Ranks that own pieces in turn. */
static size_t owners_of(const nni_host_sum *s)
{
    return s->whole ? 1 : ranks_of(s);
}

static size_t owner_of(const nni_host_sum *s, size_t piece)
{
    return s->whole ? rank_of(s) : piece % ranks_of(s);
}

static bool is_mine(const nni_host_sum *s, size_t piece)
{
    return owner_of(s, piece) == rank_of(s);
}

/* Pieces that a rank owns. */
static size_t owned(const nni_host_sum *s, size_t rank)
{
    return s->whole ? s->pieces : s->pieces / ranks_of(s) + (rank < s->pieces % ranks_of(s));
}

/* The first that this rank owns. */
static size_t first_owned(const nni_host_sum *s)
{
    return s->whole ? 0 : rank_of(s);
}

static size_t length_of(const nni_host_sum *s, size_t piece)
{
    return nni_smaller(PIECE, s->count - piece * PIECE);
}

static portion rest_of(const nni_host_sum *s, const place *at)
{
    return (portion){at->piece * PIECE + at->element, length_of(s, at->piece) - at->element};
}

/* --- the shared memory --- */

static counters *counters_of(const nni_host_sum *s, size_t rank)
{
    return (counters *)(void *)s->memory.parts[rank];
}

/* Elements of a node of a rank. */
static nni_real *node_of(const nni_host_sum *s, size_t rank, size_t node, size_t first)
{
    nni_real *nodes = (nni_real *)(void *)(s->memory.parts[rank] + sizeof(counters));
    return nodes + node * s->pieces * PIECE + first;
}

/* The sum of a piece, where its owner publishes it. */
static nni_real *sum_of(const nni_host_sum *s, size_t piece)
{
    const size_t rank = owner_of(s, piece);
    return node_of(s, rank, s->nodes[rank], piece / ranks_of(s) * PIECE);
}

static size_t bytes_of(const nni_host_sum *s, size_t rank)
{
    const size_t sums = s->whole ? 0 : owned(s, rank);
    return sizeof(counters) + (s->nodes[rank] * s->pieces + sums) * PIECE * sizeof(nni_real);
}

/* --- the counters --- */

/* What was streamed has had a tile's time to reach memory, so that this does not wait. */
static void publish_counters(nni_host_sum *s)
{
    if (s->counters_current)
        return;
    counters *own = counters_of(s, rank_of(s));
    nni_stream_done();
    atomic_store_explicit(&own->published, s->steps * s->pieces + s->publish_at.piece, memory_order_release);
    atomic_store_explicit(&own->reduced, s->steps * owned(s, rank_of(s)) + s->join_at.piece / owners_of(s),
                          memory_order_release);
    s->counters_current = true;
}

/* The part of a counter that is of this step; 0 while its rank is still at the one before. */
static size_t beyond(uint64_t counter, uint64_t before)
{
    return counter > before ? (size_t)(counter - before) : 0;
}

static void read_counters(nni_host_sum *s)
{
    s->published = s->unread = s->pieces;
    for (size_t rank = 0; rank < ranks_of(s); rank++) {
        const counters *theirs = counters_of(s, rank);
        const uint64_t published = atomic_load_explicit(&theirs->published, memory_order_acquire);
        const uint64_t reduced = atomic_load_explicit(&theirs->reduced, memory_order_acquire);
        s->published = nni_smaller(s->published, beyond(published, s->steps * s->pieces));
        s->reduced[rank] = beyond(reduced, s->steps * owned(s, rank));
        if (s->whole && s->steps > 0)
            s->unread = nni_smaller(s->unread, beyond(reduced, (s->steps - 1) * s->pieces));
    }
    s->until_read = CALLS_BETWEEN_READS > ranks_of(s) ? CALLS_BETWEEN_READS : ranks_of(s);
    s->idle = false;
}

/* Every CALLS_BETWEEN_READS calls; prefetches the counters one call before, so that nobody waits for another core. */
static void read_counters_at_times(nni_host_sum *s)
{
    if (--s->until_read == 0)
        read_counters(s);
    else if (s->until_read == 1)
        for (size_t rank = 0; rank < ranks_of(s); rank++)
            __builtin_prefetch(counters_of(s, rank));
}

/* --- what can be done of the three tasks --- */

/* A rank reduces its own pieces from where they are; of a whole sum the other rank needs them as well. */
static bool can_publish(nni_host_sum *s)
{
    place *at = &s->publish_at;
    for (; at->piece < s->pieces && at->piece * PIECE + length_of(s, at->piece) <= s->complete; at->piece++) {
        if (s->whole)
            return at->piece < s->unread;
        if (!is_mine(s, at->piece))
            return true;
        s->counters_current = false;
    }
    return false;
}

static bool can_join(const nni_host_sum *s)
{
    return s->join_at.piece < s->pieces && s->join_at.piece < s->published && s->join_at.piece < s->publish_at.piece;
}

static bool can_take(nni_host_sum *s)
{
    place *at = &s->take_at;
    while (at->piece < s->pieces && is_mine(s, at->piece) && at->piece < s->join_at.piece)
        at->piece++;
    return at->piece < s->pieces && !is_mine(s, at->piece) &&
           s->reduced[owner_of(s, at->piece)] > at->piece / owners_of(s);
}

/* Elements of a task are done. */
static void go_on(nni_host_sum *s, place *at, size_t count)
{
    at->element += count;
    if (at->element < length_of(s, at->piece))
        return;
    at->element = 0;
    at->piece += at == &s->join_at ? owners_of(s) : 1;
    s->counters_current = false;
}

/* --- doing it here --- */

static void publish(nni_host_sum *s, size_t most)
{
    const portion next = rest_of(s, &s->publish_at);
    const size_t count = nni_smaller(next.count, most);
    for (size_t node = 0; node < s->nodes[rank_of(s)]; node++)
        nni_stream_copy(node_of(s, rank_of(s), node, next.first), s->values + node * s->pitch + next.first,
                        count * sizeof(nni_real));
    go_on(s, &s->publish_at, count);
}

static void join(nni_host_sum *s, size_t most)
{
    const portion next = rest_of(s, &s->join_at);
    const size_t count = nni_smaller(next.count, most);
    size_t source = 0;
    for (size_t rank = 0; rank < ranks_of(s); rank++)
        for (size_t node = 0; node < s->nodes[rank]; node++)
            s->sources[source++] =
                rank == rank_of(s) ? s->values + node * s->pitch + next.first : node_of(s, rank, node, next.first);
    nni_real *sum = s->values + next.first;
    nni_tree_join_nodes(s->join, s->sources, sum, count, count);
    if (!s->whole)
        nni_stream_copy(sum_of(s, s->join_at.piece) + s->join_at.element, sum, count * sizeof(nni_real));
    go_on(s, &s->join_at, count);
}

static void take(nni_host_sum *s, size_t most)
{
    const portion next = rest_of(s, &s->take_at);
    const size_t count = nni_smaller(next.count, most);
    memcpy(s->values + next.first, sum_of(s, s->take_at.piece) + s->take_at.element, count * sizeof(nni_real));
    go_on(s, &s->take_at, count);
}

/* @return whether there was anything to do */
static bool move(nni_host_sum *s, size_t most)
{
    const bool publishes = can_publish(s);
    if (publishes)
        publish(s, most);
    const bool joins = can_join(s);
    if (joins)
        join(s, most);
    const bool takes = can_take(s);
    if (takes)
        take(s, most);
    return publishes || joins || takes;
}

/* --- having a tile do it --- */

/* Elements in the next whole cache lines; only the end of the last piece is less than a line. */
static size_t carriable(const nni_host_sum *s, const place *at, size_t most)
{
    return nni_smaller(rest_of(s, at).count, most) / LINE * LINE;
}

static bool send(nni_host_sum *s, place *at, nni_errand *errand, nni_errand what)
{
    *errand = what;
    s->carried = at;
    s->carried_count = what.count;
    return true;
}

/* An errand has one source. @return whether there is one */
static bool find_errand(nni_host_sum *s, size_t most, nni_errand *errand)
{
    const size_t me = rank_of(s);
    size_t count;
    if (s->nodes[me] == 1 && can_publish(s) && (count = carriable(s, &s->publish_at, most)) > 0) {
        const size_t first = rest_of(s, &s->publish_at).first;
        return send(s, &s->publish_at, errand,
                    (nni_errand){NNI_ERRAND_STREAM, count, s->values + first, node_of(s, me, 0, first)});
    }
    if (s->whole && s->all_nodes == 2 && can_join(s) && (count = carriable(s, &s->join_at, most)) > 0) {
        const size_t first = rest_of(s, &s->join_at).first;
        return send(s, &s->join_at, errand,
                    (nni_errand){NNI_ERRAND_ADD, count, node_of(s, 1 - me, 0, first), s->values + first});
    }
    if (can_take(s) && (count = carriable(s, &s->take_at, most)) > 0)
        return send(s, &s->take_at, errand,
                    (nni_errand){NNI_ERRAND_COPY, count, sum_of(s, s->take_at.piece) + s->take_at.element,
                                 s->values + rest_of(s, &s->take_at).first});
    return false;
}

/* The errand that was under way is done. */
static void finish_errand(nni_host_sum *s)
{
    if (s->carried)
        go_on(s, s->carried, s->carried_count);
    s->carried = NULL;
}

/* --- what others call --- */

void nni_host_sum_complete(nni_host_sum *s, size_t count)
{
    s->complete = count;
    s->idle = false;
}

void nni_host_sum_progress(nni_host_sum *s, size_t most, nni_errand *errand)
{
    read_counters_at_times(s);
    if (s->idle)
        return;
    finish_errand(s);
    publish_counters(s);
    s->idle = !(most > 0 && find_errand(s, most, errand)) && !move(s, PORTION) && s->counters_current;
}

size_t nni_host_sum_done(const nni_host_sum *s)
{
    const place *at = s->whole ? &s->join_at : &s->take_at;
    return nni_smaller(s->count, at->piece * PIECE + at->element);
}

void nni_host_sum_wait(nni_host_sum *s, size_t count)
{
    const nni_activity before = nni_comm_begin_wait(s->comm);
    finish_errand(s);
    size_t pauses = 0;
    for (bool moved = true; moved || nni_host_sum_done(s) < count;) {
        if (!moved)
            nni_comm_pause(s->comm, &pauses);
        read_counters(s);
        moved = move(s, PIECE);
        publish_counters(s);
    }
    nni_comm_end_wait(s->comm, before, NN_OK);
}

void nni_host_sum_next(nni_host_sum *s)
{
    s->steps++;
    s->complete = 0;
    s->publish_at = s->take_at = (place){0, 0};
    s->join_at = (place){first_owned(s), 0};
    s->published = s->unread = 0;
    memset(s->reduced, 0, ranks_of(s) * sizeof *s->reduced);
}

/* --- memory --- */

static nn_status take_memory(nni_host_sum *s, const nni_leaf_range *runs, nn_error *error)
{
    const char what[] = "the sums of a host";
    const size_t ranks = ranks_of(s);
    NN_TRY(nni_allocate(ranks, sizeof *s->nodes, what, &s->nodes, error));
    NN_TRY(nni_allocate(ranks, sizeof *s->reduced, what, &s->reduced, error));
    for (size_t rank = 0; rank < ranks; rank++) {
        s->nodes[rank] = nni_sum_tree_nodes(runs[rank]);
        s->all_nodes += s->nodes[rank];
    }
    NN_TRY(nni_allocate(s->all_nodes, sizeof *s->sources, what, &s->sources, error));
    return nni_tree_join_create(runs, ranks, nni_element_sum_of(NNI_REAL), &s->join, error);
}

nn_status nni_host_sum_create(nn_comm *comm, const nni_leaf_range *runs, nni_real *values, size_t pitch, size_t count,
                              nni_host_sum **result, nn_error *error)
{
    nni_host_sum *s = NULL;
    *result = NULL;
    nn_status status = nni_allocate(1, sizeof *s, "the sums of a host", &s, error);
    if (status == NN_OK) {
        *s = (nni_host_sum){.comm = comm, .values = values, .pitch = pitch, .count = count, .counters_current = true};
        s->pieces = (count + PIECE - 1) / PIECE;
        s->whole = comm->size == RANKS_OF_WHOLE;
        s->join_at.piece = first_owned(s);
        s->until_read = CALLS_BETWEEN_READS;
        status = take_memory(s, runs, error);
    }
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nni_shared_memory_take(comm, bytes_of(s, rank_of(s)), &s->memory, error);
    if (status == NN_OK && s->memory.begin)
        *result = s;
    else
        nni_host_sum_free(s);
    return status;
}

void nni_host_sum_free(nni_host_sum *s)
{
    if (!s)
        return;
    nni_shared_memory_release(&s->memory);
    nni_tree_join_free(s->join);
    nni_release(s->nodes);
    nni_release(s->reduced);
    nni_release(s->sources);
    nni_release(s);
}
