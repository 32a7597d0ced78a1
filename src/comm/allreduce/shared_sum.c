/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/shared_sum.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/allreduce/streaming_copy.h"
#include "comm/allreduce/tree_join.h"
#include "comm/wait.h"
#include "support/memory.h"

/* Sums up to so many bytes every rank joins whole, from what all publish: nothing goes back, so that nobody waits a
 * second time. Over several hosts one lane has them: fewer messages. */
enum { WHOLE_BYTES = 4096 };

/* Counters of a rank at the start of its shared memory; its nodes and then the sum of its segment follow. Each counter
 * has a cache line of its own, for others read it while this rank writes beside it. */
typedef struct counters {
    alignas(NNI_ALIGNMENT) _Atomic uint64_t published; /* number of the newest sum whose nodes are there */
    alignas(NNI_ALIGNMENT) _Atomic uint64_t reduced;   /* number of the newest sum whose segment, or all, is there */
} counters;

/* How far this rank is with a sum. */
typedef enum stage {
    PUBLISHED, /* its nodes are there for the others */
    SENT,      /* its segment is on its way between hosts */
    SUMMED,    /* its segment, or all, is there for the others */
} stage;

struct nni_shared_sum {
    nn_comm *comm;          /* of the ranks of the host; borrowed */
    nni_messages *messages; /* borrowed; NULL: nothing is to be sent */
    nni_element_sum element;
    size_t most, lanes;
    bool whole;    /* each rank joins all */
    size_t *nodes; /* [ranks] of each rank's run */
    nni_tree_join *join;
    nni_shared_memory memory;
    const void **sources; /* [nodes of all ranks] */
    char *joined;         /* [nodes of the host, segment] where messages follow */

    uint64_t sum; /* number of the one under way */
    stage stage;
    char *values;
    size_t pitch, count;
};

static size_t padded(size_t bytes)
{
    return (bytes + NNI_ALIGNMENT - 1) / NNI_ALIGNMENT * NNI_ALIGNMENT;
}

static size_t rank_of(const nni_shared_sum *s)
{
    return (size_t)s->comm->rank;
}

static size_t ranks_of(const nni_shared_sum *s)
{
    return (size_t)s->comm->size;
}

/* --- the shared memory --- */

static counters *counters_of(const nni_shared_sum *s, size_t rank)
{
    return (counters *)(void *)s->memory.parts[rank];
}

/* A node's place behind the counters of its rank. */
static char *node_of(const nni_shared_sum *s, size_t rank, size_t node)
{
    return s->memory.parts[rank] + sizeof(counters) + node * padded(s->most * s->element.size);
}

static char *result_of(const nni_shared_sum *s, size_t rank)
{
    return node_of(s, rank, s->nodes[rank]);
}

/* What a rank joins. */
static nni_leaf_range segment_of(const nni_shared_sum *s, size_t rank)
{
    if (s->whole)
        return (nni_leaf_range){.total = s->count, .first = 0, .count = s->count};
    if (rank >= s->lanes)
        return (nni_leaf_range){.total = s->count, .first = s->count, .count = 0};
    return nni_leaf_range_of_rank(s->count, rank, s->lanes);
}

/* Elements of the longest segment. */
static size_t longest_segment(const nni_shared_sum *s)
{
    return s->most / s->lanes + 1;
}

/* Bytes of a rank's counters and nodes, and the sum of a segment. */
static size_t bytes_of(const nni_shared_sum *s, size_t rank)
{
    const size_t segment = s->whole || rank >= s->lanes ? 0 : longest_segment(s);
    return sizeof(counters) + s->nodes[rank] * padded(s->most * s->element.size) + padded(segment * s->element.size);
}

/* --- memory --- */

size_t nni_shared_sum_lanes(const nni_hosts *hosts, nni_element element, size_t most)
{
    return most * nni_element_sum_of(element).size <= WHOLE_BYTES ? 1 : hosts->lanes;
}

static nn_status take_memory(nni_shared_sum *s, const nni_leaf_range *runs, nn_error *error)
{
    const char what[] = "the sums of a host";
    size_t all = 0;
    NN_TRY(nni_allocate(ranks_of(s), sizeof *s->nodes, what, &s->nodes, error));
    for (size_t rank = 0; rank < ranks_of(s); rank++)
        all += s->nodes[rank] = nni_sum_tree_nodes(runs[rank]);
    NN_TRY(nni_allocate(all, sizeof *s->sources, what, &s->sources, error));
    if (s->messages) {
        const size_t joined = nni_sum_tree_nodes(nni_leaf_range_union(runs, ranks_of(s)));
        NN_TRY(nni_reserve(joined * longest_segment(s), s->element.size, what, &s->joined, error));
    }
    return nni_tree_join_create(runs, ranks_of(s), s->element, &s->join, error);
}

nn_status nni_shared_sum_create(nn_comm *inside, const nni_shared_plan *plan, nni_messages *messages,
                                nni_shared_sum **result, nn_error *error)
{
    nni_shared_sum *s = NULL;
    *result = NULL;
    nn_status status = nni_allocate(1, sizeof *s, "the sums of a host", &s, error);
    if (status == NN_OK) {
        *s = (nni_shared_sum){.comm = inside, .messages = messages, .most = plan->most, .lanes = plan->lanes};
        s->element = nni_element_sum_of(plan->element);
        s->whole = !plan->sent && plan->most * s->element.size <= WHOLE_BYTES;
        status = take_memory(s, plan->runs, error);
    }
    status = nn_comm_agree(inside, status, error);
    if (status == NN_OK)
        status = nni_shared_memory_take(inside, bytes_of(s, rank_of(s)), &s->memory, error);
    if (status == NN_OK && s->memory.begin)
        *result = s;
    else
        nni_shared_sum_free(s);
    return status;
}

void nni_shared_sum_free(nni_shared_sum *s)
{
    if (!s)
        return;
    nni_shared_memory_release(&s->memory);
    nni_tree_join_free(s->join);
    nni_release(s->nodes);
    nni_release(s->sources);
    nni_release(s->joined);
    nni_release(s);
}

/* --- sums --- */

static bool all_published(const nni_shared_sum *s)
{
    for (size_t rank = 0; rank < ranks_of(s); rank++)
        if (atomic_load_explicit(&counters_of(s, rank)->published, memory_order_acquire) < s->sum)
            return false;
    return true;
}

static bool all_reduced(const nni_shared_sum *s)
{
    const size_t joining = s->whole ? ranks_of(s) : s->lanes;
    for (size_t rank = 0; rank < joining; rank++)
        if (atomic_load_explicit(&counters_of(s, rank)->reduced, memory_order_acquire) < s->sum)
            return false;
    return true;
}

/* Elements of this rank's nodes go where the others find them. */
static void publish(nni_shared_sum *s, size_t first, size_t count)
{
    const size_t size = s->element.size;
    for (size_t node = 0; node < s->nodes[rank_of(s)]; node++)
        nni_stream_copy(node_of(s, rank_of(s), node) + first * size, s->values + (node * s->pitch + first) * size,
                        count * size);
}

/* Once a sum in segments is done, nobody reads its nodes any more. After a whole one a rank may, but hardly ever: ranks
 * compute in between. */
static void wait_for_readers(const nni_shared_sum *s)
{
    if (all_reduced(s))
        return;
    const nni_activity before = nni_comm_begin_wait(s->comm);
    size_t pauses = 0;
    while (!all_reduced(s))
        nni_comm_pause(s->comm, &pauses);
    nni_comm_end_wait(s->comm, before, NN_OK);
}

void nni_shared_sum_start(nni_shared_sum *s, void *values, size_t pitch, size_t count)
{
    wait_for_readers(s);
    s->sum++;
    s->stage = PUBLISHED;
    s->values = values;
    s->pitch = pitch;
    s->count = count;
    if (s->whole) {
        publish(s, 0, count);
    } else { /* all but this rank's own segment */
        const nni_leaf_range mine = segment_of(s, rank_of(s));
        const size_t after = mine.first + mine.count;
        publish(s, 0, mine.first);
        publish(s, after, count - after);
    }
    nni_stream_done();
    atomic_store_explicit(&counters_of(s, rank_of(s))->published, s->sum, memory_order_release);
}

/* To the nodes of the host, which without other hosts are the sum. */
static void join_segment(nni_shared_sum *s, nni_leaf_range mine, char *sums, size_t pitch)
{
    const size_t me = rank_of(s), size = s->element.size;
    size_t source = 0;
    for (size_t rank = 0; rank < ranks_of(s); rank++)
        for (size_t node = 0; node < s->nodes[rank]; node++) {
            const char *base = rank == me ? s->values + node * s->pitch * size : node_of(s, rank, node);
            s->sources[source++] = base + mine.first * size;
        }
    nni_tree_join_nodes(s->join, s->sources, sums, pitch, mine.count);
}

/* Whoever has published for this sum has taken all of the sum before, so the place of a segment's sum is free. */
static void publish_segment(nni_shared_sum *s, nni_leaf_range mine)
{
    const size_t size = s->element.size;
    if (!s->whole) {
        nni_stream_copy(result_of(s, rank_of(s)), s->values + mine.first * size, mine.count * size);
        nni_stream_done();
    }
    atomic_store_explicit(&counters_of(s, rank_of(s))->reduced, s->sum, memory_order_release);
    s->stage = SUMMED;
}

static nn_status join_when_published(nni_shared_sum *s, nn_error *error)
{
    const nni_leaf_range mine = segment_of(s, rank_of(s));
    if (mine.count > 0 && !all_published(s))
        return NN_OK;
    if (mine.count > 0 && s->messages) {
        join_segment(s, mine, s->joined, longest_segment(s));
        s->stage = SENT;
        return nni_messages_start(s->messages, s->joined, longest_segment(s), mine.count, error);
    }
    if (mine.count > 0)
        join_segment(s, mine, s->values + mine.first * s->element.size, s->count);
    publish_segment(s, mine);
    return NN_OK;
}

static nn_status publish_when_sent(nni_shared_sum *s, nn_error *error)
{
    bool done = false;
    NN_TRY(nni_messages_progress(s->messages, &done, error));
    if (!done)
        return NN_OK;
    const nni_leaf_range mine = segment_of(s, rank_of(s));
    memcpy(s->values + mine.first * s->element.size, s->joined, mine.count * s->element.size);
    publish_segment(s, mine);
    return NN_OK;
}

static void take_segments(nni_shared_sum *s)
{
    const size_t size = s->element.size;
    for (size_t rank = 0; rank < s->lanes; rank++) {
        const nni_leaf_range part = segment_of(s, rank);
        if (rank != rank_of(s))
            memcpy(s->values + part.first * size, result_of(s, rank), part.count * size);
    }
}

nn_status nni_shared_sum_progress(nni_shared_sum *s, bool *done, nn_error *error)
{
    *done = false;
    if (s->stage == PUBLISHED)
        NN_TRY(join_when_published(s, error));
    if (s->stage == SENT)
        NN_TRY(publish_when_sent(s, error));
    if (s->stage != SUMMED || (!s->whole && !all_reduced(s)))
        return NN_OK;
    if (!s->whole)
        take_segments(s);
    *done = true;
    return NN_OK;
}
