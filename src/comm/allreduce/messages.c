/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/messages.h"

#include "comm/allreduce/tree_join.h"
#include "comm/wait.h"
#include "support/memory.h"

enum {
    /* Up to so many elements every rank is sent all nodes whole and joins them itself: one round instead of two. */
    SMALL = 2048,
    SMALL_RANKS = 16,
    /* From so many ranks on, rounds where the order allows them: fewer messages count for more than fewer rounds. */
    MANY_RANKS = 16,
};

typedef enum way { ALL_TO_ALL, SEGMENTS, ROUNDS } way;

/* Where a sum stands. */
typedef enum stage { IDLE, REDUCING, SPREADING } stage;

typedef struct range {
    size_t first, end;
} range;

static const char what[] = "the exchange of gradients";

struct nni_messages {
    nn_comm *comm;  /* borrowed */
    bool any_order; /* else that of the tree */
    bool perfect;   /* the nodes of the ranks are the leaves of a perfect tree */
    size_t *nodes;  /* [ranks] of each rank's run */
    size_t foreign; /* nodes of all other ranks */
    nni_element_sum element;
    int tag;
    MPI_Request *requests;
    char *inbox;          /* segments of foreign nodes, in the order of the tree */
    nni_tree_join *join;  /* NULL: nothing to be joined here */
    const void **sources; /* [nodes of all ranks] */

    stage stage;
    way way;
    int under_way; /* requests */
    char *values;
    size_t pitch, count;
    int round; /* ROUNDS: from 1 */
};

static nn_status check(int code, nn_error *error)
{
    return nni_comm_check(code, "exchange gradients", error);
}

static char *at(const nni_messages *x, size_t node, size_t element)
{
    return x->values + (node * x->pitch + element) * x->element.size;
}

static range segment_of(const nni_messages *x, int rank)
{
    if (x->way == ALL_TO_ALL)
        return (range){0, x->count};
    /* As nni_leaf_range_of_rank divides leaves. */
    const nni_leaf_range part = nni_leaf_range_of_rank(x->count, (size_t)rank, (size_t)x->comm->size);
    return (range){part.first, part.first + part.count};
}

static nn_status send(nni_messages *x, int to, size_t node, range part, nn_error *error)
{
    if (part.end == part.first)
        return NN_OK;
    return check(MPI_Isend(at(x, node, part.first), (int)(part.end - part.first), x->element.type, to, x->tag,
                           x->comm->backend->world, &x->requests[x->under_way++]),
                 error);
}

static nn_status receive(nni_messages *x, int from, void *place, range part, nn_error *error)
{
    if (part.end == part.first)
        return NN_OK;
    return check(MPI_Irecv(place, (int)(part.end - part.first), x->element.type, from, x->tag, x->comm->backend->world,
                           &x->requests[x->under_way++]),
                 error);
}

/* --- segments: each rank joins its own --- */

static nn_status scatter(nni_messages *x, nn_error *error)
{
    const int ranks = x->comm->size, me = x->comm->rank;
    const range mine = segment_of(x, me);
    char *place = x->inbox;
    for (int from = 0; from < ranks; from++)
        for (size_t node = 0; from != me && node < x->nodes[from]; node++) {
            NN_TRY(receive(x, from, place, mine, error));
            place += (mine.end - mine.first) * x->element.size;
        }
    /* To the next rank first, so that not all begin with the same one. */
    for (int step = 1; step < ranks; step++) {
        const int to = (me + step) % ranks;
        for (size_t node = 0; node < x->nodes[me]; node++)
            NN_TRY(send(x, to, node, segment_of(x, to), error));
    }
    return NN_OK;
}

static void join_segment(nni_messages *x)
{
    const range mine = segment_of(x, x->comm->rank);
    const char *place = x->inbox;
    size_t source = 0;
    for (int from = 0; from < x->comm->size; from++)
        for (size_t node = 0; node < x->nodes[from]; node++) {
            if (from == x->comm->rank) {
                x->sources[source++] = at(x, node, mine.first);
            } else {
                x->sources[source++] = place;
                place += (mine.end - mine.first) * x->element.size;
            }
        }
    nni_tree_join_nodes(x->join, x->sources, at(x, 0, mine.first), x->pitch, mine.end - mine.first);
}

static nn_status spread(nni_messages *x, nn_error *error)
{
    const int ranks = x->comm->size, me = x->comm->rank;
    for (int step = 1; step < ranks; step++) {
        const int from = (me + ranks - step) % ranks;
        const range theirs = segment_of(x, from);
        NN_TRY(receive(x, from, at(x, 0, theirs.first), theirs, error));
    }
    for (int step = 1; step < ranks; step++)
        NN_TRY(send(x, (me + step) % ranks, 0, segment_of(x, me), error));
    return NN_OK;
}

/* --- rounds --- */

/* Segments that a rank sums on after `round` rounds: P, P / 2, ... 1, rounded up. */
static int kept_after(const nni_messages *x, int round)
{
    return (int)(((long)x->comm->size + (1L << round) - 1) >> round);
}

/* The rank at a place of the circle, and the place of a rank. The first partners have the most to tell each other, and
 * in a perfect tree they are its lowest pairs: neighbours, whose places differ in the highest bit. */
static int opposite(const nni_messages *x, int rank)
{
    if (!x->perfect)
        return rank;
    int place = 0;
    for (int bit = 1; bit < x->comm->size; bit *= 2)
        place = 2 * place + ((rank & bit) != 0);
    return place;
}

/* The segments of `count` places from one on, which are one piece of the array or, beyond its end, two. */
static void find_pieces(const nni_messages *x, int place, int count, range pieces[2])
{
    const int ranks = x->comm->size, end = place + count;
    pieces[0] = (range){segment_of(x, place).first, segment_of(x, (end < ranks ? end : ranks) - 1).end};
    pieces[1] = (range){0, end > ranks ? segment_of(x, end - ranks - 1).end : 0};
}

/* What this rank sums on, or has the sums of, and as many segments of the partner that is as far on. */
static int find_halves(const nni_messages *x, range mine[2], range theirs[2])
{
    const int far = kept_after(x, x->round - 1), near = kept_after(x, x->round);
    const int place = opposite(x, x->comm->rank);
    find_pieces(x, place, far - near, mine);
    find_pieces(x, (place + near) % x->comm->size, far - near, theirs);
    return near;
}

static nn_status go_round(nni_messages *x, nn_error *error)
{
    range mine[2], theirs[2];
    const int ranks = x->comm->size, distance = find_halves(x, mine, theirs), place = opposite(x, x->comm->rank);
    const int on = opposite(x, (place + distance) % ranks), back = opposite(x, (place + ranks - distance) % ranks);
    char *inbox = x->inbox;
    for (int p = 0; p < 2; p++) {
        if (x->stage == REDUCING) {
            NN_TRY(receive(x, back, inbox, mine[p], error));
            NN_TRY(send(x, on, 0, theirs[p], error));
            inbox += (mine[p].end - mine[p].first) * x->element.size;
        } else {
            NN_TRY(receive(x, on, at(x, 0, theirs[p].first), theirs[p], error));
            NN_TRY(send(x, back, 0, mine[p], error));
        }
    }
    return NN_OK;
}

/* The messages of a round have come. */
static void end_round(nni_messages *x)
{
    if (x->stage == SPREADING) {
        x->stage = --x->round > 0 ? SPREADING : IDLE;
        return;
    }
    range mine[2], theirs[2];
    const char *inbox = x->inbox;
    const bool last = find_halves(x, mine, theirs) == 1;
    for (int p = 0; p < 2; p++) {
        char *sum = at(x, 0, mine[p].first);
        x->element.add(sum, inbox, sum, mine[p].end - mine[p].first);
        inbox += (mine[p].end - mine[p].first) * x->element.size;
    }
    if (last)
        x->stage = SPREADING;
    else
        x->round++;
}

/* --- from stage to stage --- */

/* All messages of a stage have come: what follows. */
static nn_status advance(nni_messages *x, nn_error *error)
{
    x->under_way = 0;
    if (x->way == ROUNDS) {
        end_round(x);
        return x->stage == IDLE ? NN_OK : go_round(x, error);
    }
    if (x->stage == REDUCING)
        join_segment(x);
    const bool more = x->stage == REDUCING && x->way == SEGMENTS;
    x->stage = more ? SPREADING : IDLE;
    return more ? spread(x, error) : NN_OK;
}

static bool may_go_in_rounds(const nni_messages *x)
{
    return (x->any_order || x->perfect) && x->comm->size >= MANY_RANKS;
}

static way choose(const nni_messages *x)
{
    if (x->count <= SMALL && x->comm->size <= SMALL_RANKS)
        return ALL_TO_ALL;
    return may_go_in_rounds(x) ? ROUNDS : SEGMENTS;
}

nn_status nni_messages_start(nni_messages *x, void *values, size_t pitch, size_t count, nn_error *error)
{
    x->values = values;
    x->pitch = pitch;
    x->count = count;
    x->under_way = 0;
    if (x->comm->size == 1 || count == 0)
        return NN_OK; /* one rank has one node: the root */
    x->way = choose(x);
    x->stage = REDUCING;
    x->round = 1;
    return x->way == ROUNDS ? go_round(x, error) : scatter(x, error);
}

nn_status nni_messages_progress(nni_messages *x, bool *done, nn_error *error)
{
    int arrived = 1;
    while (x->stage != IDLE && arrived) {
        NN_TRY(check(MPI_Testall(x->under_way, x->requests, &arrived, MPI_STATUSES_IGNORE), error));
        if (arrived)
            NN_TRY(advance(x, error));
    }
    *done = x->stage == IDLE;
    return NN_OK;
}

nn_status nni_messages_finish(nni_messages *x, nn_error *error)
{
    bool done = false;
    NN_TRY(nni_messages_progress(x, &done, error));
    while (x->stage != IDLE) {
        NN_TRY(nni_comm_wait(x->comm, x->under_way, x->requests, "exchange gradients", error));
        NN_TRY(advance(x, error));
    }
    return NN_OK;
}

/* --- memory --- */

/* Whether rounds join the pairs of the tree: a node a rank, each as wide as the first rank's. */
static bool is_perfect(const nni_leaf_range *runs, size_t ranks)
{
    const size_t span = nni_sum_tree_node(runs[0], 0).span;
    bool perfect = (ranks & (ranks - 1)) == 0;
    for (size_t rank = 0; perfect && rank < ranks; rank++)
        perfect = runs[rank].first == rank * span && nni_sum_tree_nodes(runs[rank]) == 1;
    return perfect;
}

static size_t inbox_for(const nni_messages *x, size_t most)
{
    const size_t ranks = (size_t)x->comm->size, small = most < SMALL ? most : SMALL;
    /* Half of the segments, or one of each foreign node; whole nodes of small arrays. */
    const size_t segment = most / ranks + 1;
    const size_t inbox = may_go_in_rounds(x) ? ranks / 2 * segment : x->foreign * segment;
    return ranks <= SMALL_RANKS && inbox < x->foreign * small ? x->foreign * small : inbox;
}

static nn_status take_memory(nni_messages *x, const nni_leaf_range *runs, size_t most, nn_error *error)
{
    const size_t ranks = (size_t)x->comm->size;
    NN_TRY(nni_allocate(ranks, sizeof *x->nodes, what, &x->nodes, error));
    size_t nodes = 0;
    for (size_t rank = 0; rank < ranks; rank++) {
        x->nodes[rank] = nni_sum_tree_nodes(runs[rank]);
        nodes += x->nodes[rank];
    }
    const size_t own = x->nodes[x->comm->rank];
    x->foreign = nodes - own;
    x->perfect = is_perfect(runs, ranks);
    NN_TRY(nni_allocate(x->foreign + (ranks - 1) * (own > 1 ? own : 1) + 4, sizeof(MPI_Request), what, &x->requests,
                        error));
    NN_TRY(nni_allocate(nodes, sizeof *x->sources, what, &x->sources, error));
    NN_TRY(nni_tree_join_create(runs, ranks, x->element, &x->join, error));
    return nni_reserve(inbox_for(x, most), x->element.size, what, &x->inbox, error);
}

nn_status nni_messages_create(nn_comm *comm, const nni_leaf_range *runs, nni_element element, size_t most, int tag,
                              nni_messages **result, nn_error *error)
{
    nni_messages *x = NULL;
    nni_leaf_range *ones = NULL; /* a leaf a rank */
    nn_status status = nni_allocate(1, sizeof *x, what, &x, error);
    if (status == NN_OK) {
        *x = (nni_messages){.comm = comm, .any_order = !runs, .element = nni_element_sum_of(element), .tag = tag};
        if (!runs)
            status = nni_leaf_ranges_of_ranks((size_t)comm->size, (size_t)comm->size, &ones, error);
    }
    if (status == NN_OK && comm->size > 1)
        status = take_memory(x, runs ? runs : ones, most, error);
    nni_release(ones);
    status = nn_comm_agree(comm, status, error);
    if (status != NN_OK) {
        nni_messages_free(x);
        return status;
    }
    *result = x;
    return NN_OK;
}

void nni_messages_free(nni_messages *x)
{
    if (!x)
        return;
    nni_tree_join_free(x->join);
    nni_release(x->nodes);
    nni_release(x->requests);
    nni_release(x->inbox);
    nni_release(x->sources);
    nni_release(x);
}
