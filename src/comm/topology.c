/* SPDX-License-Identifier: MIT */
#include "comm/topology.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "comm/backend.h"
#include "support/memory.h"
#include "support/system/cpu.h"

static const char what[] = "the ranks of the hosts";

/* Some of the ranks, as a run of their own. NULL where this rank is not among them: `color` MPI_UNDEFINED. */
static nn_status split(const nn_comm *comm, int color, nn_comm **part, nn_error *error)
{
    MPI_Comm world = MPI_COMM_NULL;
    NN_TRY(nni_comm_check(MPI_Comm_split(comm->backend->world, color, comm->rank, &world), "part the ranks", error));
    if (world == MPI_COMM_NULL)
        return NN_OK;
    nn_status status = nni_allocate(1, sizeof **part, what, part, error);
    if (status == NN_OK)
        status = nni_allocate(1, sizeof *(*part)->backend, what, &(*part)->backend, error);
    if (status != NN_OK) {
        MPI_Comm_free(&world);
        nni_release(*part);
        *part = NULL;
        return status;
    }
    struct nni_comm_backend *backend = (*part)->backend;
    **part = *comm;
    (*part)->backend = backend;
    *backend = (struct nni_comm_backend){.world = world, .whole = comm->backend, .crowded = comm->backend->crowded};
    MPI_Comm_rank(world, &(*part)->rank);
    MPI_Comm_size(world, &(*part)->size);
    return NN_OK;
}

static void leave(nn_comm *part)
{
    if (!part)
        return;
    MPI_Comm_free(&part->backend->world);
    nni_release(part->backend);
    nni_release(part);
}

/* @param leaders  [ranks] the first rank on the host of each */
static void find_hosts(nni_hosts *hosts, const int *leaders, int ranks, int rank)
{
    for (int r = 0; r < ranks; r++) {
        if (leaders[r] == r)
            hosts->first[hosts->count++] = (size_t)r;
        if (r == rank)
            hosts->index = hosts->count - 1;
    }
    hosts->first[hosts->count] = (size_t)ranks;
    hosts->place = (size_t)rank - hosts->first[hosts->index];
    hosts->lanes = (size_t)ranks;
    for (size_t host = 0; host < hosts->count; host++) {
        const size_t size = hosts->first[host + 1] - hosts->first[host];
        hosts->lanes = size < hosts->lanes ? size : hosts->lanes;
    }
}

static nn_status find(nn_comm *comm, int leader, nni_hosts *hosts, nn_error *error)
{
    int *leaders = NULL;
    nn_status status = nni_allocate((size_t)comm->size, sizeof *leaders, what, &leaders, error);
    if (status == NN_OK)
        status = nni_allocate((size_t)comm->size + 1, sizeof *hosts->first, what, &hosts->first, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nni_comm_check(MPI_Allgather(&leader, 1, MPI_INT, leaders, 1, MPI_INT, comm->backend->world),
                                "find the ranks of the hosts", error);
    if (status == NN_OK)
        find_hosts(hosts, leaders, comm->size, comm->rank);
    nni_release(leaders);
    return status;
}

static nn_status part(nn_comm *comm, int leader, nni_hosts *hosts, nn_error *error)
{
    const int lane = hosts->place < hosts->lanes ? (int)hosts->place : MPI_UNDEFINED;
    nn_status status = split(comm, leader, &hosts->inside, error);
    if (status == NN_OK)
        hosts->inside->host_count = 1;
    NN_TRY(nn_comm_agree(comm, status, error));
    return nn_comm_agree(comm, split(comm, lane, &hosts->lane, error), error);
}

nn_status nni_hosts_create(nn_comm *comm, int leader, nni_hosts **result, nn_error *error)
{
    nni_hosts *hosts = NULL;
    *result = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *hosts, what, &hosts, error), error));
    nn_status status = find(comm, leader, hosts, error);
    if (status == NN_OK)
        status = part(comm, leader, hosts, error);
    if (status == NN_OK)
        *result = hosts;
    else
        nni_hosts_free(hosts);
    return status;
}

nn_status nni_hosts_create_alone(nn_comm *comm, nni_hosts **hosts, nn_error *error)
{
    return nni_hosts_create(comm, comm->rank, hosts, error);
}

void nni_hosts_free(nni_hosts *hosts)
{
    if (!hosts)
        return;
    leave(hosts->inside);
    leave(hosts->lane);
    nni_release(hosts->first);
    nni_release(hosts);
}

static nn_status runs_of_ranks(const nni_hosts *hosts, size_t leaves, nni_leaf_range **runs, nn_error *error)
{
    const size_t first = hosts->first[hosts->index], ranks = hosts->first[hosts->index + 1] - first;
    if (leaves == 0)
        return nni_leaf_ranges_of_ranks(ranks, ranks, runs, error);
    NN_TRY(nni_allocate(ranks, sizeof **runs, what, runs, error));
    for (size_t rank = 0; rank < ranks; rank++)
        (*runs)[rank] = nni_leaf_range_of_rank(leaves, first + rank, hosts->first[hosts->count]);
    return NN_OK;
}

static nn_status runs_of_hosts(const nni_hosts *hosts, size_t leaves, nni_leaf_range **runs, nn_error *error)
{
    const size_t ranks = hosts->first[hosts->count];
    NN_TRY(nni_allocate(hosts->count, sizeof **runs, what, runs, error));
    for (size_t host = 0; host < hosts->count; host++) {
        const nni_leaf_range ends[] = {nni_leaf_range_of_rank(leaves, hosts->first[host], ranks),
                                       nni_leaf_range_of_rank(leaves, hosts->first[host + 1] - 1, ranks)};
        (*runs)[host] = nni_leaf_range_union(ends, 2);
    }
    return NN_OK;
}

nn_status nni_hosts_runs(const nni_hosts *hosts, size_t leaves, nni_leaf_range **of_ranks, nni_leaf_range **of_hosts,
                         nn_error *error)
{
    if (of_ranks)
        NN_TRY(runs_of_ranks(hosts, leaves, of_ranks, error));
    return of_hosts && leaves > 0 ? runs_of_hosts(hosts, leaves, of_hosts, error) : NN_OK;
}

/* --- a run of ranks --- */

/* Ranks of this host whose binding masks meet this rank's: what mpirun or SLURM bound, not what it was asked for. */
static nn_status count_sharers(nn_comm *comm, MPI_Comm local, nn_error *error)
{
    nni_cpu_mask mine = nni_cpu_bound_mask();
    nni_cpu_mask *all = NULL;
    NN_TRY(nni_allocate((size_t)comm->local_size, sizeof *all, "the binding masks", &all, error));
    nn_status status = nni_comm_check(MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, local),
                                      "compare the bindings of this host's ranks", error);
    bool alike = true;
    for (int rank = 0; status == NN_OK && rank < comm->local_size; rank++)
        if (nni_cpu_masks_meet(&mine, &all[rank])) {
            comm->core_sharers++;
            comm->core_index += rank < comm->local_rank;
            alike = alike && memcmp(&mine, &all[rank], sizeof mine) == 0;
        }
    if (!alike)
        comm->core_index = -1;
    const size_t cpus = nni_cpu_mask_count(&mine), quota = nni_cpu_quota();
    comm->backend->crowded =
        (cpus > 0 && (size_t)comm->core_sharers > cpus) || (quota > 0 && (size_t)comm->local_size > quota);
    nni_release(all);
    return status;
}

nn_status nni_topology_find(nn_comm *comm, MPI_Comm local, nn_error *error)
{
    MPI_Comm_rank(local, &comm->local_rank);
    MPI_Comm_size(local, &comm->local_size);
    NN_TRY(count_sharers(comm, local, error));
    const int leads = comm->local_rank == 0; /* first of its host */
    NN_TRY(nni_comm_check(MPI_Allreduce(&leads, &comm->host_count, 1, MPI_INT, MPI_SUM, comm->backend->world),
                          "count the hosts", error));
    if (gethostname(comm->host, sizeof comm->host) != 0)
        snprintf(comm->host, sizeof comm->host, "unknown host");
    comm->host[sizeof comm->host - 1] = '\0';
    return comm->size > 1 ? nni_hosts_create(comm, comm->rank - comm->local_rank, &comm->backend->hosts, error) : NN_OK;
}
