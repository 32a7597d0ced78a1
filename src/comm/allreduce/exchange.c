/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/exchange.h"

#include "comm/allreduce/messages.h"
#include "comm/allreduce/shared_sum.h"
#include "comm/topology.h"
#include "comm/wait.h"
#include "support/memory.h"

struct nni_exchange {
    nn_comm *comm;          /* borrowed */
    nni_shared_sum *shared; /* within this host, and over all with `messages`; NULL: messages alone */
    nni_messages *messages; /* NULL: all ranks are on one host, or another rank of this one has them */
    bool under_way;
};

/* --- memory --- */

static nn_status create_messages(nni_exchange *x, nn_comm *comm, const nni_leaf_range *runs, nni_element element,
                                 size_t most, int tag, nn_error *error)
{
    const nni_messages_plan plan = {.runs = runs, .element = element, .most = most, .tag = tag};
    return nni_messages_create(comm, &plan, &x->messages, error);
}

/* Where there is no room to share, all ranks do without. */
static nn_status share_within_hosts(nni_exchange *x, size_t leaves, nni_element element, size_t most, int tag,
                                    nn_error *error)
{
    const nni_hosts *hosts = x->comm->backend->hosts;
    nni_leaf_range *of_ranks = NULL, *of_hosts = NULL;
    nn_status status = nn_comm_agree(x->comm, nni_hosts_runs(hosts, leaves, &of_ranks, &of_hosts, error), error);
    if (status == NN_OK && hosts->place == 0 && hosts->count > 1)
        status = create_messages(x, hosts->lane, of_hosts, element, most, tag, error);
    status = nn_comm_agree(x->comm, status, error);
    const nni_shared_plan plan = {.runs = of_ranks, .element = element, .most = most, .sent = hosts->count > 1};
    if (status == NN_OK)
        status = nni_shared_sum_create(hosts->inside, &plan, x->messages, &x->shared, error);
    nni_release(of_ranks);
    nni_release(of_hosts);
    double everywhere = x->shared ? 1 : 0;
    status = nn_comm_agree(x->comm, status, error);
    if (status == NN_OK)
        status = nni_comm_min_double(x->comm, &everywhere, 1, error);
    if (everywhere > 0)
        return status;
    nni_shared_sum_free(x->shared);
    nni_messages_free(x->messages);
    x->shared = NULL;
    x->messages = NULL;
    return status;
}

static nn_status send_alone(nni_exchange *x, size_t leaves, nni_element element, size_t most, int tag, nn_error *error)
{
    nni_leaf_range *runs = NULL;
    if (leaves > 0)
        NN_TRY(nn_comm_agree(x->comm, nni_leaf_ranges_of_ranks(leaves, (size_t)x->comm->size, &runs, error), error));
    const nn_status status = create_messages(x, x->comm, runs, element, most, tag, error);
    nni_release(runs);
    return status;
}

static nn_status take_memory(nni_exchange *x, size_t leaves, nni_element element, size_t most, int tag, nn_error *error)
{
    if (x->comm->host_count < x->comm->size)
        NN_TRY(share_within_hosts(x, leaves, element, most, tag, error));
    return x->shared ? NN_OK : send_alone(x, leaves, element, most, tag, error);
}

nn_status nni_exchange_create(nn_comm *comm, size_t leaves, nni_element element, size_t most, int tag,
                              nni_exchange **result, nn_error *error)
{
    nni_exchange *x = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *x, "the exchange of values", &x, error), error));
    x->comm = comm;
    const nn_status status = comm->size > 1 ? take_memory(x, leaves, element, most, tag, error) : NN_OK;
    if (status != NN_OK) {
        nni_exchange_free(x);
        return status;
    }
    *result = x;
    return NN_OK;
}

void nni_exchange_free(nni_exchange *x)
{
    if (!x)
        return;
    nni_shared_sum_free(x->shared);
    nni_messages_free(x->messages);
    nni_release(x);
}

/* --- sums --- */

nn_status nni_exchange_start(nni_exchange *x, void *values, size_t pitch, size_t count, nn_error *error)
{
    if (x->comm->size == 1 || count == 0)
        return NN_OK; /* one rank has one node: the root */
    x->under_way = true;
    if (!x->shared)
        return nni_messages_start(x->messages, values, pitch, count, error);
    nni_shared_sum_start(x->shared, values, pitch, count);
    return NN_OK;
}

nn_status nni_exchange_progress(nni_exchange *x, bool *done, nn_error *error)
{
    *done = true;
    if (!x->under_way)
        return NN_OK;
    if (x->shared)
        NN_TRY(nni_shared_sum_progress(x->shared, done, error));
    else
        NN_TRY(nni_messages_progress(x->messages, done, error));
    x->under_way = !*done;
    return NN_OK;
}

static nn_status wait_for_shared(nni_exchange *x, nn_error *error)
{
    size_t pauses = 0;
    for (bool done = false; !done;) {
        NN_TRY(nni_shared_sum_progress(x->shared, &done, error));
        if (!done)
            nni_comm_pause(x->comm, &pauses);
    }
    return NN_OK;
}

nn_status nni_exchange_finish(nni_exchange *x, nn_error *error)
{
    bool done = false;
    NN_TRY(nni_exchange_progress(x, &done, error));
    if (done)
        return NN_OK;
    x->under_way = false;
    if (!x->shared)
        return nni_messages_finish(x->messages, error);
    const nni_activity before = nni_comm_begin_wait(x->comm);
    return nni_comm_end_wait(x->comm, before, wait_for_shared(x, error));
}
