#include "comm/allreduce/allgather.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/allreduce/streaming_copy.h"
#include "comm/allreduce/tree_join.h"
#include "comm/backend.h"
#include "comm/wait.h"
#include "support/memory.h"

/* What a rank shows the others; its part is behind it. A cache line for each counter, as in shared_sum.c. */
typedef struct board {
    alignas(NNI_ALIGNMENT) _Atomic uint64_t shown; /* times that its part is there for */
    alignas(NNI_ALIGNMENT) _Atomic uint64_t taken; /* times that it has taken the others' */
} board;

struct nni_allgather {
    nn_comm *comm; /* borrowed */
    const int *firsts, *counts;
    nni_shared_memory memory; /* nothing: by messages */
    uint64_t times;
};

static board *board_of(const nni_allgather *parts, int rank)
{
    return (board *)(void *)parts->memory.parts[rank];
}

static nni_real *part_of(const nni_allgather *parts, int rank)
{
    return (nni_real *)(void *)(parts->memory.parts[rank] + sizeof(board));
}

nn_status nni_allgather_create(nn_comm *comm, const int *firsts, const int *counts, nni_allgather **result,
                               nn_error *error)
{
    nni_allgather *parts = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *parts, "the parts of an array", &parts, error), error));
    *parts = (nni_allgather){.comm = comm, .firsts = firsts, .counts = counts};
    const size_t bytes = sizeof(board) + (size_t)counts[comm->rank] * sizeof(nni_real);
    nn_status status = NN_OK;
    if (comm->size > 1 && comm->host_count == 1)
        status = nni_shared_memory_take(comm, bytes, &parts->memory, error);
    if (status != NN_OK) {
        nni_allgather_free(parts);
        return status;
    }
    *result = parts;
    return NN_OK;
}

void nni_allgather_free(nni_allgather *parts)
{
    if (!parts)
        return;
    nni_shared_memory_release(&parts->memory);
    nni_release(parts);
}

static void wait_for(const nni_allgather *parts, _Atomic uint64_t *counter, uint64_t times)
{
    size_t pauses = 0;
    while (atomic_load_explicit(counter, memory_order_acquire) < times)
        nni_comm_pause(parts->comm, &pauses);
}

static void share_on_host(nni_allgather *parts, nni_real *values)
{
    const int me = parts->comm->rank, ranks = parts->comm->size;
    const nni_activity before = nni_comm_begin_wait(parts->comm);
    for (int rank = 0; rank < ranks; rank++) /* they have the part of the time before */
        wait_for(parts, &board_of(parts, rank)->taken, parts->times);
    parts->times++;
    nni_stream_copy(part_of(parts, me), values + parts->firsts[me], (size_t)parts->counts[me] * sizeof *values);
    nni_stream_done();
    atomic_store_explicit(&board_of(parts, me)->shown, parts->times, memory_order_release);
    for (int step = 1; step < ranks; step++) {
        const int rank = (me + step) % ranks;
        wait_for(parts, &board_of(parts, rank)->shown, parts->times);
        memcpy(values + parts->firsts[rank], part_of(parts, rank), (size_t)parts->counts[rank] * sizeof *values);
    }
    atomic_store_explicit(&board_of(parts, me)->taken, parts->times, memory_order_release);
    nni_comm_end_wait(parts->comm, before, NN_OK);
}

nn_status nni_allgather_run(nni_allgather *parts, nni_real *values, nn_error *error)
{
    nn_comm *comm = parts->comm;
    if (comm->size == 1)
        return NN_OK;
    if (parts->memory.begin) {
        share_on_host(parts, values);
        return NN_OK;
    }
    const MPI_Datatype real = nni_element_sum_of(NNI_EXCHANGE_REAL).type;
    MPI_Request request = MPI_REQUEST_NULL;
    const int code = MPI_Iallgatherv(MPI_IN_PLACE, 0, real, values, parts->counts, parts->firsts, real,
                                     comm->backend->world, &request);
    return nni_comm_complete(comm, code, &request, "share what each rank moved", error);
}
