#include "comm/allreduce/exchange.h"

#include <string.h>

#include "comm/allreduce/messages.h"
#include "comm/allreduce/shared_sum.h"
#include "comm/backend.h"
#include "comm/hosts.h"
#include "comm/wait.h"
#include "support/memory.h"

struct nn_exchange {
    nn_comm *comm;         /* borrowed */
    nn_shared_sum *shared; /* within this host, and over all with `messages`; NULL: messages alone */
    nn_messages *messages; /* NULL: all ranks are on one host, or another rank of this one has them */
    bool under_way;
};

/* --- memory --- */

/* The runs of this host's ranks, and those of the hosts: without a tree that all keep to, a tree within each host, so
 * that each has one node for the others. @param runs  [ranks]; NULL: any order */
static nn_status find_runs(const nn_hosts *hosts, const nn_leaves *runs, nn_leaves **of_ranks, nn_leaves **of_hosts,
                           nn_error *error)
{
    const size_t ranks = (size_t)hosts->inside->size;
    NN_TRY(nn_leaves_of_ranks(ranks, ranks, of_ranks, error));
    if (!runs)
        return NN_OK;
    memcpy(*of_ranks, runs + hosts->first[hosts->index], ranks * sizeof *runs);
    return nn_hosts_runs(hosts, runs, of_hosts, error);
}

/* Where there is no room to share, all ranks do without. @param runs  [ranks]; NULL: any order */
static nn_status share_within_hosts(nn_exchange *x, const nn_leaves *runs, nn_exchange_element element, size_t most,
                                    int tag, nn_error *error)
{
    const nn_hosts *hosts = x->comm->backend->hosts;
    nn_leaves *of_ranks = NULL, *of_hosts = NULL;
    nn_status status = nn_comm_agree(x->comm, find_runs(hosts, runs, &of_ranks, &of_hosts, error), error);
    const nn_shared_plan plan = {.runs = of_ranks,
                                 .element = element,
                                 .most = most,
                                 .lanes = nn_shared_sum_lanes(hosts, element, most),
                                 .sent = true};
    if (status == NN_OK && hosts->place < plan.lanes)
        status = nn_messages_create(hosts->lane, of_hosts, element, most / plan.lanes + 1, tag, &x->messages, error);
    status = nn_comm_agree(x->comm, status, error);
    if (status == NN_OK)
        status = nn_shared_sum_create(hosts->inside, &plan, x->messages, &x->shared, error);
    nn_release(of_ranks);
    nn_release(of_hosts);
    double everywhere = x->shared ? 1 : 0;
    status = nn_comm_agree(x->comm, status, error);
    if (status == NN_OK)
        status = nn_comm_min_double(x->comm, &everywhere, 1, error);
    if (everywhere > 0)
        return status;
    nn_shared_sum_free(x->shared);
    nn_messages_free(x->messages);
    x->shared = NULL;
    x->messages = NULL;
    return status;
}

/* @param runs  [ranks]  @param exact  sums keep to their tree */
static nn_status take_memory(nn_exchange *x, const nn_leaves *runs, bool exact, nn_exchange_element element,
                             size_t most, int tag, nn_error *error)
{
    const nn_shared_plan all = {.runs = runs, .element = element, .most = most, .lanes = (size_t)x->comm->size};
    const nn_leaves *order = exact ? runs : NULL;
    if (x->comm->host_count == 1)
        NN_TRY(nn_shared_sum_create(x->comm, &all, NULL, &x->shared, error));
    else if (x->comm->backend->hosts)
        NN_TRY(share_within_hosts(x, order, element, most, tag, error));
    return x->shared ? NN_OK : nn_messages_create(x->comm, order, element, most, tag, &x->messages, error);
}

nn_status nn_exchange_create(nn_comm *comm, size_t leaves, nn_exchange_element element, size_t most, int tag,
                             nn_exchange **result, nn_error *error)
{
    nn_exchange *x = NULL;
    nn_leaves *runs = NULL;
    const size_t ranks = (size_t)comm->size;
    nn_status status = nn_allocate(1, sizeof *x, "the exchange of gradients", &x, error);
    if (status == NN_OK) {
        x->comm = comm;
        status = nn_leaves_of_ranks(leaves > 0 ? leaves : ranks, ranks, &runs, error);
    }
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK && ranks > 1)
        status = take_memory(x, runs, leaves > 0, element, most, tag, error);
    nn_release(runs);
    if (status != NN_OK) {
        nn_exchange_free(x);
        return status;
    }
    *result = x;
    return NN_OK;
}

void nn_exchange_free(nn_exchange *x)
{
    if (!x)
        return;
    nn_shared_sum_free(x->shared);
    nn_messages_free(x->messages);
    nn_release(x);
}

/* --- sums --- */

nn_status nn_exchange_start(nn_exchange *x, void *values, size_t pitch, size_t count, nn_error *error)
{
    if (x->comm->size == 1 || count == 0)
        return NN_OK; /* one rank has one node: the root */
    x->under_way = true;
    if (!x->shared)
        return nn_messages_start(x->messages, values, pitch, count, error);
    nn_shared_sum_start(x->shared, values, pitch, count);
    return NN_OK;
}

nn_status nn_exchange_progress(nn_exchange *x, bool *done, nn_error *error)
{
    *done = true;
    if (!x->under_way)
        return NN_OK;
    if (x->shared)
        NN_TRY(nn_shared_sum_progress(x->shared, done, error));
    else
        NN_TRY(nn_messages_progress(x->messages, done, error));
    x->under_way = !*done;
    return NN_OK;
}

static nn_status wait_for_shared(nn_exchange *x, nn_error *error)
{
    size_t pauses = 0;
    for (bool done = false; !done;) {
        NN_TRY(nn_shared_sum_progress(x->shared, &done, error));
        if (!done)
            nn_comm_pause(x->comm, &pauses);
    }
    return NN_OK;
}

nn_status nn_exchange_finish(nn_exchange *x, nn_error *error)
{
    bool done = false;
    NN_TRY(nn_exchange_progress(x, &done, error));
    if (done)
        return NN_OK;
    x->under_way = false;
    if (!x->shared)
        return nn_messages_finish(x->messages, error);
    const nn_activity before = nn_comm_begin_wait(x->comm);
    return nn_comm_end_wait(x->comm, before, wait_for_shared(x, error));
}
