#include "comm/messages.h"

#include <string.h>

#include "comm/backend.h"
#include "comm/tree_join.h"
#include "nntrain/memory.h"

enum {
    MOST_LEVELS = 32, /* of halving: ranks are an int */
    /* Up to so many elements every rank is sent all nodes whole and joins them itself: one round instead of two. */
    SMALL = 2048,
    SMALL_RANKS = 16,
    /* From so many ranks on, halving where the tree allows it: fewer messages count for more than fewer rounds. */
    MANY_RANKS = 16,
};

typedef enum way { LIBRARY, ALL_TO_ALL, SEGMENTS, HALVING } way;

/* Where a sum stands. */
typedef enum stage { IDLE, REDUCING, SPREADING } stage;

typedef struct range {
    size_t first, end;
} range;

struct nn_messages {
    nn_comm *comm;  /* borrowed */
    bool tree;      /* of the leaves; else the library's order */
    bool perfect;   /* the nodes of the ranks are the leaves of a perfect tree */
    size_t *nodes;  /* [ranks] of each rank's run */
    size_t foreign; /* nodes of all other ranks */
    nn_element_sum element;
    int tag;
    MPI_Request *requests;
    char *inbox;          /* segments of foreign nodes, in the order of the tree */
    nn_tree_join *join;   /* NULL: nothing to be joined here */
    const void **sources; /* [nodes of all ranks] */

    stage stage;
    way way;
    int under_way; /* requests */
    char *values;
    size_t pitch, count;
    int distance;  /* halving: of the partner */
    range held;    /* halving: what this rank has the sum of, over the ranks up to there */
    range *before; /* halving: [levels] what was held before each */
    int level;
};

static nn_status check(int code, nn_error *error)
{
    return nn_comm_check(code, "exchange gradients", error);
}

static char *at(const nn_messages *x, size_t node, size_t element)
{
    return x->values + (node * x->pitch + element) * x->element.size;
}

static range segment_of(const nn_messages *x, int rank)
{
    if (x->way == ALL_TO_ALL)
        return (range){0, x->count};
    /* As nn_leaves_of_rank deals out leaves. */
    const nn_leaves part = nn_leaves_of_rank(x->count, (size_t)rank, (size_t)x->comm->size);
    return (range){part.first, part.first + part.count};
}

static nn_status send(nn_messages *x, int to, size_t node, range part, nn_error *error)
{
    if (part.end == part.first)
        return NN_OK;
    return check(MPI_Isend(at(x, node, part.first), (int)(part.end - part.first), x->element.type, to, x->tag,
                           x->comm->backend->world, &x->requests[x->under_way++]),
                 error);
}

static nn_status receive(nn_messages *x, int from, void *place, range part, nn_error *error)
{
    if (part.end == part.first)
        return NN_OK;
    return check(MPI_Irecv(place, (int)(part.end - part.first), x->element.type, from, x->tag, x->comm->backend->world,
                           &x->requests[x->under_way++]),
                 error);
}

/* --- segments: each rank joins its own --- */

static nn_status scatter(nn_messages *x, nn_error *error)
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

static void join_segment(nn_messages *x)
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
    nn_tree_join_nodes(x->join, x->sources, at(x, 0, mine.first), x->pitch, mine.end - mine.first);
}

static nn_status spread(nn_messages *x, nn_error *error)
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

/* --- halving --- */

/* Of what both partners hold, the lower rank goes on with the lower half. */
static void halves(const nn_messages *x, range *mine, range *theirs)
{
    const size_t middle = x->held.first + (x->held.end - x->held.first) / 2;
    const range low = {x->held.first, middle}, high = {middle, x->held.end};
    const bool lower = (x->comm->rank & x->distance) == 0;
    *mine = lower ? low : high;
    *theirs = lower ? high : low;
}

static nn_status halve(nn_messages *x, nn_error *error)
{
    range mine, theirs;
    halves(x, &mine, &theirs);
    const int partner = x->comm->rank ^ x->distance;
    NN_TRY(receive(x, partner, x->inbox, mine, error));
    return send(x, partner, 0, theirs, error);
}

/* The partner's half has come. @return whether there are further partners */
static bool halved(nn_messages *x)
{
    range mine, theirs;
    halves(x, &mine, &theirs);
    char *sum = at(x, 0, mine.first);
    x->element.add(sum, x->inbox, sum, mine.end - mine.first);
    x->before[x->level++] = x->held;
    x->held = mine;
    x->distance *= 2;
    return x->distance < x->comm->size;
}

/* The way back: the partner has the other half of what was held before. */
static nn_status put_together(nn_messages *x, nn_error *error)
{
    const range before = x->before[x->level - 1];
    const range theirs =
        x->held.first == before.first ? (range){x->held.end, before.end} : (range){before.first, x->held.first};
    const int partner = x->comm->rank ^ (x->distance / 2);
    NN_TRY(receive(x, partner, at(x, 0, theirs.first), theirs, error));
    return send(x, partner, 0, x->held, error);
}

/* @return whether there is more to be put together */
static bool put(nn_messages *x)
{
    x->held = x->before[--x->level];
    x->distance /= 2;
    return x->level > 0;
}

/* --- from stage to stage --- */

/* All messages of a stage have come: what follows. */
static nn_status advance(nn_messages *x, nn_error *error)
{
    x->under_way = 0;
    if (x->way == LIBRARY) {
        x->stage = IDLE;
    } else if (x->way == HALVING) {
        if (x->stage == REDUCING && halved(x))
            return halve(x, error);
        const bool more = x->stage == REDUCING || put(x);
        x->stage = more ? SPREADING : IDLE;
        if (more)
            return put_together(x, error);
    } else {
        if (x->stage == REDUCING)
            join_segment(x);
        const bool more = x->stage == REDUCING && x->way == SEGMENTS;
        x->stage = more ? SPREADING : IDLE;
        if (more)
            return spread(x, error);
    }
    return NN_OK;
}

static way choose(const nn_messages *x)
{
    if (!x->tree)
        return LIBRARY;
    if (x->count <= SMALL && x->comm->size <= SMALL_RANKS)
        return ALL_TO_ALL;
    return x->perfect && x->comm->size >= MANY_RANKS ? HALVING : SEGMENTS;
}

nn_status nn_messages_start(nn_messages *x, void *values, size_t pitch, size_t count, nn_error *error)
{
    x->values = values;
    x->pitch = pitch;
    x->count = count;
    x->under_way = 0;
    if (x->comm->size == 1 || count == 0)
        return NN_OK; /* one rank has one node: the root */
    x->way = choose(x);
    x->stage = REDUCING;
    if (x->way == LIBRARY)
        return check(MPI_Iallreduce(MPI_IN_PLACE, values, (int)count, x->element.type, MPI_SUM, x->comm->backend->world,
                                    &x->requests[x->under_way++]),
                     error);
    if (x->way != HALVING)
        return scatter(x, error);
    x->distance = 1;
    x->level = 0;
    x->held = (range){0, count};
    return halve(x, error);
}

nn_status nn_messages_progress(nn_messages *x, bool *done, nn_error *error)
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

nn_status nn_messages_finish(nn_messages *x, nn_error *error)
{
    bool done = false;
    NN_TRY(nn_messages_progress(x, &done, error));
    while (x->stage != IDLE) {
        NN_TRY(nn_comm_wait(x->comm, x->under_way, x->requests, "exchange gradients", error));
        NN_TRY(advance(x, error));
    }
    return NN_OK;
}

/* --- memory --- */

/* Whether halving joins the pairs of the tree: a node a rank, each as wide as the first rank's. */
static bool is_perfect(const nn_leaves *runs, size_t ranks)
{
    const size_t span = nn_leaves_node(runs[0], 0).span;
    bool perfect = (ranks & (ranks - 1)) == 0;
    for (size_t rank = 0; perfect && rank < ranks; rank++)
        perfect = runs[rank].first == rank * span && nn_leaves_nodes(runs[rank]) == 1;
    return perfect;
}

static nn_status take_tree(nn_messages *x, const nn_leaves *runs, size_t most, nn_error *error)
{
    const size_t ranks = (size_t)x->comm->size;
    const char what[] = "the exchange of gradients";
    NN_TRY(nn_allocate(ranks, sizeof *x->nodes, what, &x->nodes, error));
    size_t nodes = 0;
    for (size_t rank = 0; rank < ranks; rank++) {
        x->nodes[rank] = nn_leaves_nodes(runs[rank]);
        nodes += x->nodes[rank];
    }
    const size_t own = x->nodes[x->comm->rank];
    x->foreign = nodes - own;
    x->perfect = is_perfect(runs, ranks);
    NN_TRY(nn_allocate(x->foreign + (ranks - 1) * (own > 1 ? own : 1) + 2, sizeof(MPI_Request), what, &x->requests,
                       error));
    NN_TRY(nn_allocate(nodes, sizeof *x->sources, what, &x->sources, error));
    NN_TRY(nn_allocate(MOST_LEVELS, sizeof *x->before, what, &x->before, error));
    NN_TRY(nn_tree_join_create(runs, ranks, x->element, &x->join, error));
    /* Halves, or a segment of each foreign node; whole nodes of small arrays. */
    const size_t segment = most / ranks + 1, small = most < SMALL ? most : SMALL;
    size_t inbox = x->foreign * segment > most / 2 + 1 ? x->foreign * segment : most / 2 + 1;
    if (ranks <= SMALL_RANKS && inbox < x->foreign * small)
        inbox = x->foreign * small;
    return nn_reserve(inbox, x->element.size, what, &x->inbox, error);
}

nn_status nn_messages_create(nn_comm *comm, const nn_leaves *runs, nn_exchange_element element, size_t most, int tag,
                             nn_messages **result, nn_error *error)
{
    nn_messages *x = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(1, sizeof *x, "the exchange of gradients", &x, error), error));
    x->comm = comm;
    x->tree = runs != NULL;
    x->element = nn_element_sum_of(element);
    x->tag = tag;
    nn_status status = NN_OK;
    if (comm->size > 1)
        status = runs ? take_tree(x, runs, most, error)
                      : nn_allocate(1, sizeof(MPI_Request), "the exchange of gradients", &x->requests, error);
    status = nn_comm_agree(comm, status, error);
    if (status != NN_OK) {
        nn_messages_free(x);
        return status;
    }
    *result = x;
    return NN_OK;
}

void nn_messages_free(nn_messages *x)
{
    if (!x)
        return;
    nn_tree_join_free(x->join);
    nn_release(x->nodes);
    nn_release(x->requests);
    nn_release(x->inbox);
    nn_release(x->sources);
    nn_release(x->before);
    nn_release(x);
}
