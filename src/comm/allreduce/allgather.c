/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/allgather.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/allreduce/streaming_copy.h"
#include "comm/allreduce/tree_join.h"
#include "comm/wait.h"
#include "support/memory.h"

/* Counters of a rank at the start of its shared memory; its part follows. Each has a cache line, as in shared_sum.c. */
typedef struct counters {
    alignas(NNI_ALIGNMENT) _Atomic uint64_t published; /* newest call that its part is there for */
    alignas(NNI_ALIGNMENT) _Atomic uint64_t read;      /* newest call that it has copied the others' parts of */
} counters;

struct nni_allgather {
    nn_comm *comm; /* borrowed */
    const int *firsts, *counts;
    nni_shared_memory memory; /* nothing: by messages */
    uint64_t times;
};

static counters *counters_of(const nni_allgather *gather, int rank)
{
    return (counters *)(void *)gather->memory.parts[rank];
}

static nni_real *part_of(const nni_allgather *gather, int rank)
{
    return (nni_real *)(void *)(gather->memory.parts[rank] + sizeof(counters));
}

nn_status nni_allgather_create(nn_comm *comm, const int *firsts, const int *counts, nni_allgather **result,
                               nn_error *error)
{
    nni_allgather *gather = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *gather, "the parts of an array", &gather, error), error));
    *gather = (nni_allgather){.comm = comm, .firsts = firsts, .counts = counts};
    const size_t bytes = sizeof(counters) + (size_t)counts[comm->rank] * sizeof(nni_real);
    nn_status status = NN_OK;
    if (comm->size > 1 && comm->host_count == 1)
        status = nni_shared_memory_take(comm, bytes, &gather->memory, error);
    if (status != NN_OK) {
        nni_allgather_free(gather);
        return status;
    }
    *result = gather;
    return NN_OK;
}

void nni_allgather_free(nni_allgather *gather)
{
    if (!gather)
        return;
    nni_shared_memory_release(&gather->memory);
    nni_release(gather);
}

static void wait_for(const nni_allgather *gather, _Atomic uint64_t *counter, uint64_t times)
{
    size_t pauses = 0;
    while (atomic_load_explicit(counter, memory_order_acquire) < times)
        nni_comm_pause(gather->comm, &pauses);
}

static void share_on_host(nni_allgather *gather, nni_real *values)
{
    const int me = gather->comm->rank, ranks = gather->comm->size;
    const nni_activity before = nni_comm_begin_wait(gather->comm);
    for (int rank = 0; rank < ranks; rank++) /* nobody reads the part of the call before any more */
        wait_for(gather, &counters_of(gather, rank)->read, gather->times);
    gather->times++;
    nni_stream_copy(part_of(gather, me), values + gather->firsts[me], (size_t)gather->counts[me] * sizeof *values);
    nni_stream_done();
    atomic_store_explicit(&counters_of(gather, me)->published, gather->times, memory_order_release);
    for (int step = 1; step < ranks; step++) {
        const int rank = (me + step) % ranks;
        wait_for(gather, &counters_of(gather, rank)->published, gather->times);
        memcpy(values + gather->firsts[rank], part_of(gather, rank), (size_t)gather->counts[rank] * sizeof *values);
    }
    atomic_store_explicit(&counters_of(gather, me)->read, gather->times, memory_order_release);
    nni_comm_end_wait(gather->comm, before, NN_OK);
}

nn_status nni_allgather_run(nni_allgather *gather, nni_real *values, nn_error *error)
{
    nn_comm *comm = gather->comm;
    if (comm->size == 1)
        return NN_OK;
    if (gather->memory.begin) {
        share_on_host(gather, values);
        return NN_OK;
    }
    const MPI_Datatype real = nni_element_sum_of(NNI_REAL).type;
    MPI_Request request = MPI_REQUEST_NULL;
    const int code = MPI_Iallgatherv(MPI_IN_PLACE, 0, real, values, gather->counts, gather->firsts, real,
                                     comm->backend->world, &request);
    return nni_comm_complete(comm, code, &request, "share what each rank moved", error);
}
