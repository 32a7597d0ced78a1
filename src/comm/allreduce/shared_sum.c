/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/shared_sum.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/allreduce/tree_join.h"
#include "comm/wait.h"
#include "support/memory.h"

/* Counters of a rank at the start of its shared memory; its nodes and then the result follow. Each counter has a cache
 * line of its own, for others read it while this rank writes beside it. */
typedef struct counters {
    alignas(NNI_ALIGNMENT) _Atomic uint64_t published; /* number of the newest sum whose nodes are there */
    alignas(NNI_ALIGNMENT) _Atomic uint64_t reduced;   /* number of the newest sum that this rank has joined */
} counters;

/* How far this rank is with a sum. */
typedef enum stage {
    PUBLISHED, /* its nodes are there for the others */
    SENT,      /* the sum of the host is on its way between hosts */
    SUMMED,
} stage;

struct nni_shared_sum {
    nn_comm *comm;          /* of the ranks of the host; borrowed */
    nni_messages *messages; /* borrowed; NULL: nothing is sent from here */
    bool sent;
    nni_element_wire element;
    size_t most;
    size_t *nodes; /* [ranks] of each rank's run */
    nni_tree_join *join;
    nni_shared_memory memory;
    const void **sources; /* [nodes of all ranks] */
    char *joined;         /* [nodes of the host, most] where messages follow */

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

/* Ranks that join what all publish. */
static size_t joining(const nni_shared_sum *s)
{
    return s->sent ? 1 : ranks_of(s);
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

static char *result_of(const nni_shared_sum *s)
{
    return node_of(s, 0, s->nodes[0]);
}

/* --- memory --- */

static nn_status take_memory(nni_shared_sum *s, const nni_leaf_range *runs, nn_error *error)
{
    const char what[] = "the sums of a host";
    size_t all = 0;
    NN_TRY(nni_allocate(ranks_of(s), sizeof *s->nodes, what, &s->nodes, error));
    for (size_t rank = 0; rank < ranks_of(s); rank++)
        all += s->nodes[rank] = nni_sum_tree_nodes(runs[rank]);
    NN_TRY(nni_allocate(all, sizeof *s->sources, what, &s->sources, error));
    if (s->messages)
        NN_TRY(nni_reserve(nni_sum_tree_nodes(nni_leaf_range_union(runs, ranks_of(s))) * s->most, s->element.size, what,
                           &s->joined, error));
    return nni_tree_join_create(runs, ranks_of(s), s->element, &s->join, error);
}

nn_status nni_shared_sum_create(nn_comm *inside, const nni_shared_plan *plan, nni_messages *messages,
                                nni_shared_sum **result, nn_error *error)
{
    nni_shared_sum *s = NULL;
    *result = NULL;
    nn_status status = nni_allocate(1, sizeof *s, "the sums of a host", &s, error);
    if (status == NN_OK) {
        *s = (nni_shared_sum){.comm = inside, .messages = messages, .sent = plan->sent, .most = plan->most};
        s->element = nni_element_wire_of(plan->element, NNI_WIRE_FLOAT32);
        status = take_memory(s, plan->runs, error);
    }
    status = nn_comm_agree(inside, status, error);
    if (status == NN_OK) {
        const size_t rank = rank_of(s), arrays = s->nodes[rank] + (rank == 0 && s->sent);
        const size_t bytes = sizeof(counters) + arrays * padded(s->most * s->element.size);
        status = nni_shared_memory_take(inside, bytes, 0, &s->memory, error);
    }
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
    for (size_t rank = 0; rank < joining(s); rank++)
        if (atomic_load_explicit(&counters_of(s, rank)->reduced, memory_order_acquire) < s->sum)
            return false;
    return true;
}

/* Somebody may still read the nodes of the sum before, but hardly ever: ranks compute in between. */
static void wait_for_readers(const nni_shared_sum *s)
{
    if (all_reduced(s))
        return;
    const nni_activity before = nni_comm_begin_wait(s->comm);
    for (size_t pauses = 0; !all_reduced(s);)
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
    for (size_t node = 0; node < s->nodes[rank_of(s)]; node++)
        memcpy(node_of(s, rank_of(s), node), s->values + node * pitch * s->element.size, count * s->element.size);
    atomic_store_explicit(&counters_of(s, rank_of(s))->published, s->sum, memory_order_release);
}

/* To the nodes of the host, which without other hosts are the sum. */
static void join(nni_shared_sum *s, void *sums, size_t pitch)
{
    size_t source = 0;
    for (size_t rank = 0; rank < ranks_of(s); rank++)
        for (size_t node = 0; node < s->nodes[rank]; node++)
            s->sources[source++] = node_of(s, rank, node);
    nni_tree_join_nodes(s->join, s->sources, sums, pitch, s->count);
}

static void tell_reduced(nni_shared_sum *s)
{
    atomic_store_explicit(&counters_of(s, rank_of(s))->reduced, s->sum, memory_order_release);
    s->stage = SUMMED;
}

static nn_status join_when_published(nni_shared_sum *s, nn_error *error)
{
    if (!all_published(s))
        return NN_OK;
    if (s->messages) {
        join(s, s->joined, s->most);
        s->stage = SENT;
        return nni_messages_start(s->messages, s->joined, s->most, s->count, error);
    }
    join(s, s->values, s->pitch);
    tell_reduced(s);
    return NN_OK;
}

/* Whoever has published for this sum has taken the result of the one before, so that its place is free. */
static nn_status publish_when_sent(nni_shared_sum *s, nn_error *error)
{
    bool done = false;
    NN_TRY(nni_messages_progress(s->messages, &done, error));
    if (!done)
        return NN_OK;
    memcpy(s->values, s->joined, s->count * s->element.size);
    memcpy(result_of(s), s->joined, s->count * s->element.size);
    tell_reduced(s);
    return NN_OK;
}

nn_status nni_shared_sum_progress(nni_shared_sum *s, bool *done, nn_error *error)
{
    if (s->stage == PUBLISHED && s->sent && !s->messages) {
        *done = all_reduced(s);
        if (*done)
            memcpy(s->values, result_of(s), s->count * s->element.size);
        return NN_OK;
    }
    if (s->stage == PUBLISHED)
        NN_TRY(join_when_published(s, error));
    if (s->stage == SENT)
        NN_TRY(publish_when_sent(s, error));
    *done = s->stage == SUMMED;
    return NN_OK;
}
