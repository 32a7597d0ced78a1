/* SPDX-License-Identifier: MIT */
/* Which rank is unlike the others. */
#include <string.h>

#include "comm/wait.h"
#include "support/memory.h"

/* Boyer and Moore's vote: of a value that most ranks have, the candidate is left over once all others are paired off.
 */
static int find_minority(const uint64_t *values, int ranks)
{
    uint64_t candidate = values[0];
    for (int rank = 0, ahead = 0; rank < ranks; rank++) {
        if (ahead == 0)
            candidate = values[rank];
        ahead += values[rank] == candidate ? 1 : -1;
    }
    for (int rank = 0; ranks > 2 && rank < ranks; rank++)
        if (values[rank] != candidate)
            return rank;
    return 1;
}

nn_status nni_comm_find_outlier(nn_comm *comm, uint64_t value, int *outlier, char host[64], nn_error *error)
{
    const char what[] = "compare values over the ranks";
    *outlier = -1;
    if (comm->size == 1)
        return NN_OK;
    /* The largest value and, by its complement, the smallest. */
    uint64_t most[2] = {value, ~value}, *all = NULL;
    MPI_Comm world = comm->backend->world;
    MPI_Request request = MPI_REQUEST_NULL;
    int code = MPI_Iallreduce(MPI_IN_PLACE, most, 2, MPI_UINT64_T, MPI_MAX, world, &request);
    NN_TRY(nni_comm_complete(comm, code, &request, what, error));
    if (most[0] == ~most[1])
        return NN_OK;
    NN_TRY(nn_comm_agree(comm, nni_allocate((size_t)comm->size, sizeof *all, "the values of all ranks", &all, error),
                         error));
    code = MPI_Iallgather(&value, 1, MPI_UINT64_T, all, 1, MPI_UINT64_T, world, &request);
    nn_status status = nni_comm_complete(comm, code, &request, what, error);
    if (status == NN_OK)
        *outlier = find_minority(all, comm->size);
    nni_release(all);
    NN_TRY(status);
    memcpy(host, comm->host, sizeof comm->host);
    code = MPI_Ibcast(host, sizeof comm->host, MPI_BYTE, *outlier, world, &request);
    return nni_comm_complete(comm, code, &request, what, error);
}
