/* SPDX-License-Identifier: MIT */
/* Which rank is unlike the others. */
#include <stdbool.h>
#include <string.h>

#include "comm/wait.h"
#include "support/memory.h"

/* A rank's vote. */
typedef struct vote {
    uint64_t value, cast; /* cast 0: the rank has no value */
} vote;

/* Boyer and Moore's: of a value that most ranks have, the candidate is left over once all others are paired off. */
static int find_minority(const vote *votes, int ranks)
{
    uint64_t candidate = 0;
    int voters = 0, last = 0;
    for (int rank = 0, ahead = 0; rank < ranks; rank++) {
        if (!votes[rank].cast)
            continue;
        if (ahead == 0)
            candidate = votes[rank].value;
        ahead += votes[rank].value == candidate ? 1 : -1;
        voters++;
        last = rank;
    }
    for (int rank = 0; voters > 2 && rank < ranks; rank++)
        if (votes[rank].cast && votes[rank].value != candidate)
            return rank;
    return last;
}

nn_status nni_comm_find_outlier(nn_comm *comm, const uint64_t *value, int *outlier, char host[64], nn_error *error)
{
    const char what[] = "compare values over the ranks";
    *outlier = -1;
    if (comm->size == 1)
        return NN_OK;
    /* The largest of each half and, by its complement, the smallest. In halves, since MPICH 4.0 takes a MPI_UINT64_T
     * with its highest bit set for less than 0. */
    enum { HALVES = 4 };
    const uint64_t half = UINT32_MAX, high = value ? *value >> 32 : 0, low = value ? *value & half : 0;
    uint64_t most[HALVES] = {high, low, value ? half - high : 0, value ? half - low : 0};
    vote own = {value ? *value : 0, value != NULL}, *all = NULL;
    MPI_Comm world = comm->backend->world;
    MPI_Request request = MPI_REQUEST_NULL;
    int code = MPI_Iallreduce(MPI_IN_PLACE, most, HALVES, MPI_UINT64_T, MPI_MAX, world, &request);
    NN_TRY(nni_comm_complete(comm, code, &request, what, error));
    const bool nobody = most[0] + most[2] == 0; /* has a value */
    if (nobody || (most[0] + most[2] == half && most[1] + most[3] == half))
        return NN_OK;
    NN_TRY(nn_comm_agree(comm, nni_allocate((size_t)comm->size, sizeof *all, "the values of all ranks", &all, error),
                         error));
    code = MPI_Iallgather(&own, 2, MPI_UINT64_T, all, 2, MPI_UINT64_T, world, &request);
    nn_status status = nni_comm_complete(comm, code, &request, what, error);
    if (status == NN_OK)
        *outlier = find_minority(all, comm->size);
    nni_release(all);
    NN_TRY(status);
    memcpy(host, comm->host, sizeof comm->host);
    code = MPI_Ibcast(host, sizeof comm->host, MPI_BYTE, *outlier, world, &request);
    return nni_comm_complete(comm, code, &request, what, error);
}
