/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/owner.h"

#include <string.h>

#include "comm/allreduce/domain.h"
#include "comm/allreduce/messages.h"
#include "comm/wait.h"
#include "support/bf16.h"
#include "support/memory.h"

static const char what[] = "the sum of gradients";

/* How far this rank is with the sum of a piece of the round. */
typedef enum stage {
    WAITING,
    SUMMING,   /* over the domains */
    SPREADING, /* what was made of the sum */
    ARRIVED,
} stage;

/* Pieces of a group. */
typedef struct group {
    size_t first, end;
    size_t started; /* the next piece to be summed in this round */
    size_t summing; /* of those before it */
} group;

struct nni_owner {
    nn_comm *comm; /* borrowed */
    nni_domain domain;
    nni_owner_plan plan;
    nni_partition *pieces, *parts; /* [piece_count] */
    group *groups;                 /* [group_count] */
    double *began;                 /* [piece_count] clock when this rank had a piece complete */
    size_t begun;                  /* pieces that it has complete in this round */
    nni_real *gradients;           /* this rank's */
    size_t gradients_pitch;

    uint64_t round;  /* from 1 */
    size_t complete; /* elements of this rank in this round */
    size_t known;    /* elements that all ranks of the domain are known to have complete */

    /* Several domains. */
    nni_messages **messages; /* [piece_count], NULL where this rank has no part; NULL: there is one domain */
    nni_real *sums;          /* [own nodes, pitch] what is sent, and the sums that come; NULL: the gradients are */
    stage *stages;           /* [piece_count] */
};

static bool shares(const nni_owner *o)
{
    return nni_domain_shares(&o->domain);
}

nni_real *nni_owner_gradients(const nni_owner *o)
{
    return shares(o) ? o->gradients : NULL;
}

size_t nni_owner_pitch(const nni_owner *o)
{
    return o->domain.pitch;
}

nni_real *nni_owner_array(const nni_owner *o, size_t array)
{
    return shares(o) ? nni_domain_array(&o->domain, array) : NULL;
}

void nni_owner_use(nni_owner *o, nni_real *gradients, size_t pitch)
{
    o->gradients = gradients;
    o->gradients_pitch = pitch;
}

/* --- who owns what --- */

size_t nni_owner_parts(const nni_owner *o)
{
    return o->domain.hosts->lanes;
}

size_t nni_owner_index(const nni_owner *o)
{
    return o->domain.hosts->place;
}

bool nni_owner_is_first(const nni_owner *o)
{
    return o->domain.hosts->index == 0;
}

bool nni_owner_leads(const nni_owner *o)
{
    return nni_domain_leads(&o->domain);
}

/* --- counters --- */

/* Elements of this round that all ranks of the domain have complete. */
static size_t read_complete(nni_owner *o)
{
    const uint64_t before = (o->round - 1) * o->plan.count;
    size_t least = o->complete;
    for (size_t rank = 0; shares(o) && rank < nni_domain_ranks(&o->domain); rank++) {
        const uint64_t theirs =
            atomic_load_explicit(&nni_domain_counters_of(&o->domain, rank)->complete, memory_order_acquire);
        const size_t of_round = theirs > before ? (size_t)(theirs - before) : 0;
        least = of_round < least ? of_round : least;
    }
    return o->known = least;
}

static bool is_complete(nni_owner *o, size_t count)
{
    return o->known >= count || read_complete(o) >= count;
}

void nni_owner_begin_round(nni_owner *o)
{
    o->round++;
    o->complete = o->known = o->begun = 0;
    for (size_t p = 0; o->messages && p < o->plan.piece_count; p++)
        o->stages[p] = o->messages[p] ? WAITING : ARRIVED;
    for (size_t g = 0; g < o->plan.group_count; g++)
        o->groups[g].started = o->groups[g].first;
}

static size_t end_of(const nni_owner *o, size_t piece)
{
    return o->pieces[piece].first + o->pieces[piece].count;
}

/* Told many times a layer, where rows are told as they are complete. */
static void note_begin(nni_owner *o, size_t count)
{
    for (; o->begun < o->plan.piece_count && end_of(o, o->begun) <= count; o->begun++)
        o->began[o->begun] = nni_clock();
}

static void note_end(const nni_owner *o, size_t piece)
{
    nni_timeline *timeline = nni_comm_timeline(o->comm);
    if (timeline && o->comm->size > 1)
        nni_timeline_add(timeline, (nni_span){.begin = o->began[piece],
                                              .end = nni_clock(),
                                              .bytes = o->pieces[piece].count * sizeof(nni_real),
                                              .kind = NNI_SPAN_REDUCE,
                                              .detail = (int32_t)piece});
}

void nni_owner_complete(nni_owner *o, size_t count)
{
    note_begin(o, count);
    o->complete = count;
    if (shares(o))
        atomic_store_explicit(&nni_domain_counters_of(&o->domain, o->domain.hosts->place)->complete,
                              (o->round - 1) * o->plan.count + count, memory_order_release);
}

void nni_owner_used(nni_owner *o, size_t piece)
{
    note_end(o, piece);
    if (!shares(o))
        return;
    nni_domain_copy(&o->domain, o->parts[piece]);
    atomic_store_explicit(&nni_domain_counters_of(&o->domain, o->domain.hosts->place)->used[piece], o->round,
                          memory_order_release);
}

static bool owners_have_used(const nni_owner *o, size_t piece)
{
    for (size_t rank = 0; rank < o->domain.hosts->lanes; rank++)
        if (atomic_load_explicit(&nni_domain_counters_of(&o->domain, rank)->used[piece], memory_order_acquire) <
            o->round)
            return false;
    return true;
}

void nni_owner_wait_for_owners(nni_owner *o, size_t piece)
{
    if (!shares(o) || owners_have_used(o, piece))
        return;
    const nni_activity before = nni_comm_begin_wait(o->comm);
    for (size_t pauses = 0; !owners_have_used(o, piece);)
        nni_comm_pause(o->comm, &pauses);
    nni_comm_end_wait(o->comm, before, NN_OK);
}

/* --- sums --- */

/* Whether joins round as messages do: where the bits must not depend on what is sent. */
static bool rounds(const nni_owner *o)
{
    return o->plan.leaves > 0 && o->plan.wire == NNI_WIRE_BF16;
}

nni_real *nni_owner_sum(void *context, size_t thread, size_t first, size_t count)
{
    const nni_owner *o = context;
    nni_real *arrived = o->sums ? o->sums : o->gradients;
    if (o->messages || (!shares(o) && !rounds(o)))
        return arrived + first;
    nni_real *sum = o->domain.joiners[thread].sum;
    if (shares(o))
        nni_domain_join(&o->domain, thread, first, count, sum, o->plan.block);
    else
        memcpy(sum, arrived + first, count * sizeof *sum);
    for (size_t i = 0; rounds(o) && i < count; i++)
        sum[i] = (nni_real)nni_bf16_round((float)sum[i]);
    return sum;
}

bool nni_owner_is_alone(const nni_owner *o)
{
    return !o->messages && !shares(o) && !rounds(o);
}

bool nni_owner_has_messages(const nni_owner *o)
{
    return o->messages != NULL;
}

static nn_status start(nni_owner *o, size_t piece, nn_error *error)
{
    const nni_partition part = o->parts[piece];
    nni_real *values = (o->sums ? o->sums : o->gradients) + part.first;
    const size_t pitch = o->sums ? o->domain.pitch : o->gradients_pitch;
    o->stages[piece] = SUMMING;
    if (o->sums)
        nni_domain_join(&o->domain, 0, part.first, part.count, values, pitch);
    return o->plan.sharded ? nni_messages_reduce(o->messages[piece], values, pitch, error)
                           : nni_messages_start(o->messages[piece], values, pitch, part.count, error);
}

nn_status nni_owner_spread(nni_owner *o, size_t piece, nni_real *array, nn_error *error)
{
    if (!o->messages[piece])
        return NN_OK;
    o->stages[piece] = SPREADING;
    return nni_messages_gather(o->messages[piece], array + o->parts[piece].first, error);
}

static nn_status start_group(nni_owner *o, group *g, nn_error *error)
{
    for (; g->summing < NNI_OWNER_WINDOW && g->started < g->end && is_complete(o, end_of(o, g->started));
         g->started++) {
        if (o->stages[g->started] != WAITING)
            continue;
        g->summing++;
        NN_TRY(start(o, g->started, error));
    }
    return NN_OK;
}

static nn_status progress_group(nni_owner *o, group *g, nn_error *error)
{
    for (size_t p = g->first; p < g->started; p++) {
        bool done = false;
        if (o->stages[p] != SUMMING && o->stages[p] != SPREADING)
            continue;
        NN_TRY(nni_messages_progress(o->messages[p], &done, error));
        if (!done)
            continue;
        g->summing -= o->stages[p] == SUMMING;
        o->stages[p] = ARRIVED;
    }
    return NN_OK;
}

/* The layer that is needed first has its gradients last. So groups begin nothing while a later one has something to
 * sum: those of the first layer have the wire to themselves once they are complete, and until then others fill it.
 * Nobody waits for ever, though ranks begin in different orders: no rank needs messages to complete its gradients, and
 * then the last group goes on everywhere, in the same order, then the one before. */
nn_status nni_owner_progress(nni_owner *o, nn_error *error)
{
    bool first = true;
    for (group *g = o->groups + o->plan.group_count; g-- > o->groups;) {
        NN_TRY(progress_group(o, g, error));
        if (first)
            NN_TRY(start_group(o, g, error));
        first = first && g->summing == 0;
    }
    return NN_OK;
}

static bool is_there(nni_owner *o, size_t piece)
{
    if (!is_complete(o, o->plan.count))
        return false;
    return !o->messages || o->stages[piece] == ARRIVED;
}

static nn_status wait(nni_owner *o, size_t piece, nn_error *error)
{
    for (size_t pauses = o->messages ? NNI_PATIENT_PAUSES : 0; !is_there(o, piece);) {
        if (o->messages)
            NN_TRY(nni_owner_progress(o, error));
        nni_comm_pause(o->comm, &pauses);
    }
    return NN_OK;
}

nn_status nni_owner_wait_for_sum(nni_owner *o, size_t piece, nn_error *error)
{
    if (is_there(o, piece))
        return NN_OK;
    const nni_activity before = nni_comm_begin_wait(o->comm);
    return nni_comm_end_wait(o->comm, before, wait(o, piece, error));
}

/* --- memory --- */

static nn_status take_memory(nni_owner *o, nn_error *error)
{
    const size_t pieces = o->plan.piece_count;
    NN_TRY(nni_allocate(pieces, sizeof *o->pieces, what, &o->pieces, error));
    NN_TRY(nni_allocate(pieces, sizeof *o->parts, what, &o->parts, error));
    NN_TRY(nni_allocate(pieces, sizeof *o->began, what, &o->began, error));
    memcpy(o->pieces, o->plan.pieces, pieces * sizeof *o->pieces);
    /* A library is to be called in the same order by all ranks. */
    const size_t one_group[] = {0, pieces}, *groups = o->plan.groups && !o->plan.apart ? o->plan.groups : one_group;
    o->plan.group_count = groups == one_group ? 1 : o->plan.group_count;
    o->plan.groups = NULL; /* the caller's */
    NN_TRY(nni_allocate(o->plan.group_count, sizeof *o->groups, what, &o->groups, error));
    for (size_t g = 0; g < o->plan.group_count; g++)
        o->groups[g] = (group){.first = groups[g], .end = groups[g + 1]};
    o->plan.pieces = o->pieces;
    return NN_OK;
}

static nn_status create_domain(nni_owner *o, nn_error *error)
{
    const nni_domain_plan plan = {.leaves = o->plan.leaves,
                                  .count = o->plan.count,
                                  .height = o->plan.height,
                                  .arrays = o->plan.arrays,
                                  .node = o->plan.node,
                                  .pieces = o->plan.piece_count,
                                  .threads = o->plan.threads,
                                  .block = o->plan.block,
                                  .rounds = rounds(o),
                                  .apart = o->plan.apart};
    NN_TRY(nni_domain_create(o->comm, &plan, &o->domain, error));
    if (shares(o))
        nni_owner_use(o, nni_domain_node(&o->domain, o->domain.hosts->place, 0), o->domain.pitch);
    return NN_OK;
}

nn_status nni_owner_create(nn_comm *comm, const nni_owner_plan *plan, nni_owner **result, nn_error *error)
{
    nni_owner *o = NULL;
    nn_status status = nni_allocate(1, sizeof *o, what, &o, error);
    if (status == NN_OK) {
        *o = (nni_owner){.comm = comm, .plan = *plan};
        status = take_memory(o, error);
    }
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = create_domain(o, error);
    if (status != NN_OK) {
        nni_owner_free(o);
        return status;
    }
    *result = o;
    return NN_OK;
}

static nn_status take_messages(nni_owner *o, nni_leaf_range **of_domains, nn_error *error)
{
    const size_t pieces = o->plan.piece_count;
    NN_TRY(nni_allocate(pieces, sizeof(nni_messages *), what, &o->messages, error));
    NN_TRY(nni_allocate(pieces, sizeof *o->stages, what, &o->stages, error));
    if (shares(o))
        NN_TRY(nni_reserve(o->domain.own_nodes * o->domain.pitch, sizeof *o->sums, what, &o->sums, error));
    return nni_hosts_runs(o->domain.hosts, o->plan.leaves, NULL, of_domains, error);
}

/* Of a piece's part, which owners of all domains have. Collective over these. */
static nn_status create_messages(nni_owner *o, size_t piece, const nni_leaf_range *of_domains, const size_t *cuts,
                                 size_t cut_count, nn_error *error)
{
    const nni_messages_plan plan = {.turn = piece,
                                    .runs = of_domains,
                                    .element = NNI_REAL,
                                    .wire = o->plan.wire,
                                    .library = o->plan.apart,
                                    .most = o->parts[piece].count,
                                    .cuts = cuts,
                                    .cut_count = cut_count,
                                    .tag = NNI_TAG_PIECES + (int)piece};
    return plan.most > 0 ? nni_messages_create(o->domain.hosts->lane, &plan, &o->messages[piece], error) : NN_OK;
}

/* Those of a part, from its first element on. @param local  receives them */
static size_t cuts_of(nni_partition part, const size_t *cuts, size_t cut_count, size_t *local)
{
    size_t count = 0;
    for (size_t c = 0; local && c < cut_count; c++)
        if (cuts[c] >= part.first && cuts[c] < part.first + part.count)
            local[count++] = cuts[c] - part.first;
    return count;
}

nn_status nni_owner_divide(nni_owner *o, const nni_partition *parts, const size_t *cuts, size_t cut_count,
                           nn_error *error)
{
    nni_leaf_range *of_domains = NULL;
    size_t *local = NULL;
    memcpy(o->parts, parts, o->plan.piece_count * sizeof *o->parts);
    o->plan.sharded = o->plan.sharded && o->domain.hosts->count > 1;
    if (o->domain.hosts->count == 1)
        return NN_OK;
    nn_status status = take_messages(o, &of_domains, error);
    if (status == NN_OK && o->plan.sharded)
        status = nni_allocate(cut_count, sizeof *local, what, &local, error);
    status = nn_comm_agree(o->comm, status, error);
    for (size_t p = 0; status == NN_OK && o->domain.hosts->lane && p < o->plan.piece_count; p++)
        status = create_messages(o, p, of_domains, local, cuts_of(parts[p], cuts, cut_count, local), error);
    nni_release(of_domains);
    nni_release(local);
    return nn_comm_agree(o->comm, status, error);
}

size_t nni_owner_kept(const nni_owner *o, size_t piece, nni_partition *ranges)
{
    if (!o->plan.sharded) {
        if (ranges)
            ranges[0] = o->parts[piece];
        return 1;
    }
    if (!o->messages[piece])
        return 0;
    const size_t count = nni_messages_kept(o->messages[piece], ranges);
    for (size_t r = 0; ranges && r < count; r++)
        ranges[r].first += o->parts[piece].first;
    return count;
}

void nni_owner_free(nni_owner *o)
{
    if (!o)
        return;
    for (size_t p = 0; o->messages && p < o->plan.piece_count; p++)
        nni_messages_free(o->messages[p]);
    nni_domain_free(&o->domain);
    nni_release(o->messages);
    nni_release(o->stages);
    nni_release(o->groups);
    nni_release(o->sums);
    nni_release(o->pieces);
    nni_release(o->parts);
    nni_release(o->began);
    nni_release(o);
}
