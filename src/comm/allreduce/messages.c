/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/messages.h"

#include <string.h>

#include "comm/allreduce/schedule.h"
#include "comm/wait.h"
#include "support/memory.h"

/* Elements that ranges are cut at multiples of: a cache line of floats. */
enum { GRAIN = 16 };

/* Where a sum stands. */
typedef enum stage { IDLE, REDUCING, SPREADING, BY_LIBRARY } stage;

static const char what[] = "the messages of a sum";

struct nni_messages {
    nn_comm *comm; /* borrowed */
    nni_messages_plan plan;
    nni_element_wire element;
    nni_transfers transfers;
    MPI_Request *requests;
    char *inbox, *outbox; /* of a round; `outbox` NULL: sent from the array itself */

    stage stage;
    bool gathers;  /* the allgather follows */
    size_t round;  /* REDUCING: from 0 up; SPREADING: down to 0 */
    int under_way; /* requests */
    char *values;
    size_t pitch, count;
};

static char *at(const nni_messages *x, size_t slot, size_t element)
{
    return x->values + (slot * x->pitch + element) * x->element.size;
}

static bool is_local(const nni_messages *x, const nni_transfer *t)
{
    return t->peer == (size_t)x->comm->rank;
}

static const nni_transfer *begin_of(const nni_messages *x)
{
    return x->transfers.transfers + x->transfers.begin[x->round];
}

static const nni_transfer *end_of(const nni_messages *x)
{
    return x->transfers.transfers + x->transfers.begin[x->round + 1];
}

/* What a shorter array has of a range of the longest. */
static nni_partition clipped(const nni_messages *x, nni_partition range)
{
    const size_t end = range.first + range.count < x->count ? range.first + range.count : x->count;
    return (nni_partition){range.first, range.first < end ? end - range.first : 0};
}

/* Elements that come in a transfer of the round. */
static nni_partition coming(const nni_messages *x, const nni_transfer *t)
{
    return clipped(x, x->stage == REDUCING ? t->kept : t->sent);
}

/* --- a round --- */

/* @param outbox  moves on */
static nn_status send(nni_messages *x, const nni_transfer *t, size_t slot, nni_partition range, char **outbox,
                      nn_error *error)
{
    if (range.count == 0)
        return NN_OK;
    const void *from = at(x, slot, range.first);
    if (x->outbox) {
        x->element.pack(from, *outbox, range.count);
        from = *outbox;
        *outbox += range.count * x->element.sent;
    }
    return nni_comm_check(MPI_Isend(from, (int)range.count, x->element.type, (int)t->peer, x->plan.tag,
                                    x->comm->backend->world, &x->requests[x->under_way++]),
                          "exchange gradients", error);
}

static nn_status receive(nni_messages *x, const nni_transfer *t, nni_partition range, void *to, nn_error *error)
{
    if (range.count == 0)
        return NN_OK;
    return nni_comm_check(MPI_Irecv(to, (int)range.count, x->element.type, (int)t->peer, x->plan.tag,
                                    x->comm->backend->world, &x->requests[x->under_way++]),
                          "exchange gradients", error);
}

/* Each tells the other what that keeps, or has kept. Sums come into the array itself where they are sent as they are.
 */
static nn_status post_round(nni_messages *x, nn_error *error)
{
    char *inbox = x->inbox, *outbox = x->outbox;
    x->under_way = 0;
    for (const nni_transfer *t = begin_of(x); t < end_of(x); t++) {
        if (is_local(x, t))
            continue;
        const bool reducing = x->stage == REDUCING;
        const nni_partition out = clipped(x, reducing ? t->sent : t->kept), in = coming(x, t);
        NN_TRY(receive(x, t, in, reducing || x->outbox ? inbox : at(x, 0, in.first), error));
        NN_TRY(send(x, t, reducing ? t->slot : 0, out, &outbox, error));
        inbox += in.count * x->element.sent;
    }
    return NN_OK;
}

/* What a round has brought. */
static void take_round(nni_messages *x)
{
    const char *inbox = x->inbox;
    for (const nni_transfer *t = begin_of(x); t < end_of(x); t++) {
        const nni_partition in = coming(x, t);
        if (x->stage == REDUCING && is_local(x, t))
            x->element.add(at(x, t->slot, in.first), at(x, t->other, in.first), at(x, t->slot, in.first), in.count);
        if (is_local(x, t))
            continue;
        if (x->stage == REDUCING)
            x->element.add_message(inbox, at(x, t->slot, in.first), in.count);
        else if (x->outbox)
            x->element.unpack(inbox, at(x, 0, in.first), in.count);
        inbox += in.count * x->element.sent;
    }
}

/* --- from round to round --- */

/* The sum is where nodes are; and as all others get it. */
static void put_kept(nni_messages *x)
{
    for (size_t k = 0; k < x->transfers.kept_count; k++) {
        const nni_partition range = clipped(x, x->transfers.kept[k].range);
        const size_t slot = x->transfers.kept[k].slot;
        if (x->transfers.kept[k].rank != (size_t)x->comm->rank)
            continue;
        if (slot > 0)
            memcpy(at(x, 0, range.first), at(x, slot, range.first), range.count * x->element.size);
        for (size_t done = 0; x->outbox && done < range.count; done += GRAIN) {
            uint16_t rounded[GRAIN];
            const size_t count = range.count - done < GRAIN ? range.count - done : GRAIN;
            x->element.pack(at(x, 0, range.first + done), rounded, count);
            x->element.unpack(rounded, at(x, 0, range.first + done), count);
        }
    }
}

static nn_status begin_gather(nni_messages *x, nn_error *error)
{
    x->stage = x->transfers.rounds > 0 ? SPREADING : IDLE;
    x->round = x->transfers.rounds - 1;
    return x->stage == SPREADING ? post_round(x, error) : NN_OK;
}

static nn_status advance(nni_messages *x, nn_error *error)
{
    if (x->stage == BY_LIBRARY) {
        memcpy(x->values, x->inbox, x->count * x->element.size);
        x->stage = IDLE;
        return NN_OK;
    }
    take_round(x);
    if (x->stage == REDUCING && ++x->round < x->transfers.rounds)
        return post_round(x, error);
    if (x->stage == SPREADING && x->round-- > 0)
        return post_round(x, error);
    if (x->stage == REDUCING)
        put_kept(x);
    if (x->stage == REDUCING && x->gathers)
        return begin_gather(x, error);
    x->stage = IDLE;
    return NN_OK;
}

static nn_status start(nni_messages *x, void *values, size_t pitch, size_t count, bool gathers, nn_error *error)
{
    x->values = values;
    x->pitch = pitch;
    x->count = count;
    x->gathers = gathers;
    x->round = 0;
    x->stage = x->transfers.rounds > 0 ? REDUCING : IDLE;
    return x->stage == REDUCING ? post_round(x, error) : NN_OK;
}

nn_status nni_messages_start(nni_messages *x, void *values, size_t pitch, size_t count, nn_error *error)
{
    if (!x->plan.library)
        return start(x, values, pitch, count, true, error);
    x->values = values;
    x->count = count;
    x->stage = BY_LIBRARY;
    x->under_way = 1;
    return nni_comm_check(
        MPI_Iallreduce(values, x->inbox, (int)count, x->element.type, MPI_SUM, x->comm->backend->world, x->requests),
        "sum gradients", error);
}

nn_status nni_messages_reduce(nni_messages *x, void *values, size_t pitch, nn_error *error)
{
    return start(x, values, pitch, x->plan.most, false, error);
}

nn_status nni_messages_gather(nni_messages *x, void *values, nn_error *error)
{
    x->values = values;
    x->pitch = x->count = x->plan.most;
    return begin_gather(x, error);
}

nn_status nni_messages_progress(nni_messages *x, bool *done, nn_error *error)
{
    int arrived = 1;
    while (x->stage != IDLE && arrived) {
        NN_TRY(nni_comm_check(MPI_Testall(x->under_way, x->requests, &arrived, MPI_STATUSES_IGNORE),
                              "exchange gradients", error));
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

size_t nni_messages_kept(const nni_messages *x, nni_partition *ranges)
{
    size_t count = 0;
    for (size_t k = 0; k < x->transfers.kept_count; k++)
        if (x->transfers.kept[k].rank == (size_t)x->comm->rank) {
            if (ranges)
                ranges[count] = x->transfers.kept[k].range;
            count++;
        }
    return count;
}

/* --- memory --- */

/* Most messages, and most elements, of a round in either direction. */
static void measure(const nni_messages *x, size_t *messages, size_t *elements)
{
    const nni_transfers *t = &x->transfers;
    for (size_t round = 0; round < t->rounds; round++) {
        size_t kept = 0, sent = 0;
        for (size_t i = t->begin[round]; i < t->begin[round + 1]; i++) {
            kept += is_local(x, &t->transfers[i]) ? 0 : t->transfers[i].kept.count;
            sent += is_local(x, &t->transfers[i]) ? 0 : t->transfers[i].sent.count;
        }
        const size_t count = 2 * (t->begin[round + 1] - t->begin[round]);
        *messages = count > *messages ? count : *messages;
        *elements = kept > *elements ? kept : *elements;
        *elements = sent > *elements ? sent : *elements;
    }
}

/* From places in the tree to ranks. */
static void turn_back(nni_transfers *t, size_t ranks, size_t turn)
{
    for (size_t i = 0; i < t->begin[t->rounds]; i++)
        t->transfers[i].peer = (t->transfers[i].peer + ranks - turn) % ranks;
    for (size_t k = 0; k < t->kept_count; k++)
        t->kept[k].rank = (t->kept[k].rank + ranks - turn) % ranks;
}

static nn_status compile(nni_messages *x, nn_error *error)
{
    const size_t ranks = (size_t)x->comm->size, leaves = x->plan.leaves > 0 ? x->plan.leaves : ranks;
    const size_t turn = x->plan.runs || x->plan.leaves > 0 ? 0 : x->plan.turn % ranks;
    nni_leaf_range *runs = NULL;
    if (!x->plan.runs)
        NN_TRY(nni_leaf_ranges_of_ranks(leaves, ranks, &runs, error));
    const nni_schedule_plan plan = {.runs = x->plan.runs ? x->plan.runs : runs,
                                    .ranks = ranks,
                                    .count = x->plan.most,
                                    .grain = GRAIN,
                                    .cuts = x->plan.cuts,
                                    .cut_count = x->plan.cut_count};
    const size_t place = ((size_t)x->comm->rank + turn) % ranks;
    const nn_status status = nni_schedule_compile(&plan, place, &x->transfers, error);
    if (status == NN_OK)
        turn_back(&x->transfers, ranks, turn);
    nni_release(runs);
    return status;
}

static nn_status take_memory(nni_messages *x, nn_error *error)
{
    size_t messages = 1, elements = x->plan.library ? x->plan.most : 0;
    if (!x->plan.library)
        NN_TRY(compile(x, error));
    measure(x, &messages, &elements);
    NN_TRY(nni_allocate(messages, sizeof(MPI_Request), what, &x->requests, error));
    NN_TRY(nni_reserve(elements, x->element.sent, what, &x->inbox, error));
    return x->element.pack ? nni_reserve(elements, x->element.sent, what, &x->outbox, error) : NN_OK;
}

nn_status nni_messages_create(nn_comm *comm, const nni_messages_plan *plan, nni_messages **result, nn_error *error)
{
    nni_messages *x = NULL;
    nn_status status = nni_allocate(1, sizeof *x, what, &x, error);
    if (status == NN_OK) {
        *x = (nni_messages){.comm = comm, .plan = *plan, .element = nni_element_wire_of(plan->element, plan->wire)};
        status = take_memory(x, error);
        x->plan.runs = NULL; /* the caller's, as are the cuts */
        x->plan.cuts = NULL;
    }
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
    nni_transfers_free(&x->transfers);
    nni_release(x->requests);
    nni_release(x->inbox);
    nni_release(x->outbox);
    nni_release(x);
}
