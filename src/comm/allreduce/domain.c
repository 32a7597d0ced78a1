/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/domain.h"

#include <string.h>

#include "comm/backend.h"
#include "support/memory.h"

static const char what[] = "the sum of gradients";

/* Elements of a page, which arrays begin at: no two ranks write to the same one. */
enum { PAGE = 4096 / sizeof(nni_real) };

/* --- where things are: counters; in the first rank's part the shared arrays; gradients --- */

size_t nni_domain_ranks(const nni_domain *d)
{
    return (size_t)d->hosts->inside->size;
}

bool nni_domain_shares(const nni_domain *d)
{
    return d->memory.begin != NULL;
}

static size_t header_elements(const nni_domain *d)
{
    const size_t bytes = sizeof(nni_domain_counters) + d->plan.pieces * sizeof(uint64_t);
    return (bytes / sizeof(nni_real) + PAGE) / PAGE * PAGE;
}

nni_domain_counters *nni_domain_counters_of(const nni_domain *d, size_t rank)
{
    return (nni_domain_counters *)(void *)d->memory.parts[rank];
}

/* Arrays before a rank's gradients. */
static size_t arrays_of(const nni_domain *d, size_t rank)
{
    if (rank == 0)
        return d->plan.arrays;
    return d->copies[rank] == rank && d->plan.arrays > 0 ? 1 : 0;
}

static nni_real *array_of(const nni_domain *d, size_t rank, size_t array)
{
    return (nni_real *)(void *)d->memory.parts[rank] + header_elements(d) + array * d->pitch;
}

nni_real *nni_domain_node(const nni_domain *d, size_t rank, size_t node)
{
    return array_of(d, rank, arrays_of(d, rank) + node);
}

nni_real *nni_domain_array(const nni_domain *d, size_t array)
{
    return array_of(d, array == 0 ? d->copies[d->hosts->place] : 0, array);
}

bool nni_domain_leads(const nni_domain *d)
{
    return !nni_domain_shares(d) || d->copies[d->hosts->place] == d->hosts->place;
}

void nni_domain_copy(const nni_domain *d, nni_partition part)
{
    const size_t own = d->copies[d->hosts->place];
    for (size_t rank = 0; d->plan.arrays > 0 && rank < nni_domain_ranks(d); rank++)
        if (d->copies[rank] == rank && rank != own)
            memcpy(array_of(d, rank, 0) + part.first, array_of(d, own, 0) + part.first, part.count * sizeof(nni_real));
}

/* --- joins --- */

void nni_domain_join(const nni_domain *d, size_t thread, size_t first, size_t count, nni_real *sums, size_t pitch)
{
    const nni_domain_joiner *with = &d->joiners[thread];
    size_t source = 0;
    for (size_t rank = 0; rank < nni_domain_ranks(d); rank++)
        for (size_t node = 0; node < d->nodes[rank]; node++)
            with->nodes[source++] = nni_domain_node(d, rank, node) + first;
    nni_tree_join_nodes(with->join, with->nodes, sums, pitch, count);
}

/* --- memory --- */

static nn_status create_joiners(nni_domain *d, const nni_leaf_range *runs, nn_error *error)
{
    const nni_element_wire element = nni_element_wire_of(NNI_REAL, d->plan.rounds ? NNI_WIRE_BF16 : NNI_WIRE_FLOAT32);
    NN_TRY(nni_allocate(d->plan.threads, sizeof *d->joiners, what, &d->joiners, error));
    for (size_t t = 0; t < d->plan.threads; t++) {
        nni_domain_joiner *with = &d->joiners[t];
        NN_TRY(nni_tree_join_create(runs, nni_domain_ranks(d), element, &with->join, error));
        NN_TRY(nni_allocate(d->all_nodes, sizeof *with->nodes, what, &with->nodes, error));
        NN_TRY(nni_reserve(d->plan.block, sizeof *with->sum, what, &with->sum, error));
    }
    return NN_OK;
}

static void free_joiners(nni_domain *d)
{
    for (size_t t = 0; d->joiners && t < d->plan.threads; t++) {
        nni_tree_join_free(d->joiners[t].join);
        nni_release(d->joiners[t].nodes);
        nni_release(d->joiners[t].sum);
    }
    nni_release(d->joiners);
    nni_release(d->nodes);
    nni_release(d->copies);
    d->joiners = NULL;
    d->nodes = d->copies = NULL;
    d->all_nodes = 0;
}

static nn_status create_joins(nni_domain *d, nn_error *error)
{
    nni_leaf_range *runs = NULL;
    nn_status status = nni_hosts_runs(d->hosts, d->plan.leaves, &runs, NULL, error);
    if (status == NN_OK)
        status = nni_allocate(nni_domain_ranks(d), sizeof *d->nodes, what, &d->nodes, error);
    for (size_t rank = 0; status == NN_OK && rank < nni_domain_ranks(d); rank++)
        d->all_nodes += d->nodes[rank] = nni_sum_tree_nodes(runs[rank]);
    if (status == NN_OK) {
        d->own_nodes = nni_sum_tree_nodes(nni_leaf_range_union(runs, nni_domain_ranks(d)));
        status = create_joiners(d, runs, error);
    }
    nni_release(runs);
    return nn_comm_agree(d->comm, status, error);
}

/* The first rank of each NUMA node has its copy. */
static nn_status find_copies(nni_domain *d, nn_error *error)
{
    int *nodes = NULL;
    nn_status status = nni_allocate(nni_domain_ranks(d), sizeof *nodes, what, &nodes, error);
    if (status == NN_OK)
        status = nni_allocate(nni_domain_ranks(d), sizeof *d->copies, what, &d->copies, error);
    status = nn_comm_agree(d->comm, status, error);
    if (status == NN_OK && nni_domain_ranks(d) > 1)
        status = nni_comm_check(
            MPI_Allgather(&d->plan.node, 1, MPI_INT, nodes, 1, MPI_INT, d->hosts->inside->backend->world),
            "find the NUMA nodes of a host", error);
    for (size_t rank = 0; status == NN_OK && rank < nni_domain_ranks(d); rank++)
        while (nodes[d->copies[rank]] != nodes[rank])
            d->copies[rank]++;
    nni_release(nodes);
    return nn_comm_agree(d->comm, status, error);
}

/* @param there  receives whether all domains have memory to share, or need none */
static nn_status share_memory(nni_domain *d, bool *there, nn_error *error)
{
    const size_t rank = d->hosts->place, own = d->nodes[rank];
    const size_t bytes = (header_elements(d) + (arrays_of(d, rank) + own) * d->pitch) * sizeof(nni_real);
    const size_t beside = d->plan.height > own ? (d->plan.height - own) * d->pitch * sizeof(nni_real) : 0;
    nn_status status = NN_OK;
    if (nni_domain_ranks(d) > 1)
        status = nni_shared_memory_take(d->hosts->inside, bytes, beside, &d->memory, error);
    NN_TRY(nn_comm_agree(d->comm, status, error));
    double shared = nni_domain_ranks(d) == 1 || nni_domain_shares(d);
    NN_TRY(nni_comm_min_double(d->comm, &shared, 1, error));
    *there = shared > 0;
    return NN_OK;
}

static nn_status be_alone(nni_domain *d, nn_error *error)
{
    NN_TRY(nni_hosts_create_alone(d->comm, &d->alone, error));
    d->hosts = d->alone;
    return create_joins(d, error);
}

static nn_status make(nni_domain *d, nn_error *error)
{
    bool there = false;
    if (d->comm->size == 1) {
        d->first_of_one[1] = 1;
        d->one = (nni_hosts){.count = 1, .first = d->first_of_one, .lanes = 1, .inside = d->comm};
        d->hosts = &d->one;
        return create_joins(d, error);
    }
    if (d->plan.apart)
        return be_alone(d, error);
    d->hosts = d->comm->backend->hosts;
    NN_TRY(create_joins(d, error));
    NN_TRY(find_copies(d, error));
    NN_TRY(share_memory(d, &there, error));
    if (there)
        return NN_OK;
    nni_shared_memory_release(&d->memory);
    free_joiners(d);
    return be_alone(d, error);
}

nn_status nni_domain_create(nn_comm *comm, const nni_domain_plan *plan, nni_domain *d, nn_error *error)
{
    *d = (nni_domain){.comm = comm, .plan = *plan, .pitch = (plan->count + PAGE - 1) / PAGE * PAGE};
    return make(d, error);
}

void nni_domain_free(nni_domain *d)
{
    free_joiners(d);
    nni_shared_memory_release(&d->memory);
    nni_hosts_free(d->alone);
}
