/* SPDX-License-Identifier: MIT */
/* Sums, extremes and copies over all ranks, without the tree that fixes their bits (see allreduce/). */
#include <limits.h>

#include "comm/wait.h"

#ifdef NNTRAIN_DOUBLE
#define NNI_MPI_REAL MPI_DOUBLE
#else
#define NNI_MPI_REAL MPI_FLOAT
#endif

/* MPI counts in int: longer arrays go in pieces. */
static nn_status reduce(nn_comm *comm, void *values, size_t size, size_t count, MPI_Datatype type, MPI_Op operation,
                        nn_error *error)
{
    if (comm->size == 1)
        return NN_OK;
    const size_t piece = (size_t)1 << 28;
    for (size_t first = 0; first < count; first += piece) {
        size_t length = count - first < piece ? count - first : piece;
        char *part = (char *)values + first * size;
        MPI_Request request = MPI_REQUEST_NULL;
        const int code =
            MPI_Iallreduce(MPI_IN_PLACE, part, (int)length, type, operation, comm->backend->world, &request);
        NN_TRY(nni_comm_complete(comm, code, &request, "combine values over the ranks", error));
    }
    return NN_OK;
}

nn_status nni_comm_sum_real(nn_comm *comm, nni_real *values, size_t count, nn_error *error)
{
    return reduce(comm, values, sizeof *values, count, NNI_MPI_REAL, MPI_SUM, error);
}

nn_status nn_comm_sum_double(nn_comm *comm, double *values, size_t count, nn_error *error)
{
    return reduce(comm, values, sizeof *values, count, MPI_DOUBLE, MPI_SUM, error);
}

nn_status nni_comm_min_double(nn_comm *comm, double *values, size_t count, nn_error *error)
{
    return reduce(comm, values, sizeof *values, count, MPI_DOUBLE, MPI_MIN, error);
}

nn_status nni_comm_max_double(nn_comm *comm, double *values, size_t count, nn_error *error)
{
    return reduce(comm, values, sizeof *values, count, MPI_DOUBLE, MPI_MAX, error);
}

nn_status nn_comm_broadcast(nn_comm *comm, void *bytes, size_t count, nn_error *error)
{
    if (comm->size == 1)
        return NN_OK;
    for (size_t first = 0; first < count; first += INT_MAX) {
        size_t length = count - first < INT_MAX ? count - first : INT_MAX;
        MPI_Request request = MPI_REQUEST_NULL;
        const int code = MPI_Ibcast((char *)bytes + first, (int)length, MPI_BYTE, 0, comm->backend->world, &request);
        NN_TRY(nni_comm_complete(comm, code, &request, "broadcast", error));
    }
    return NN_OK;
}

nn_status nn_comm_barrier(nn_comm *comm, nn_error *error)
{
    if (comm->size == 1)
        return NN_OK;
    MPI_Request request = MPI_REQUEST_NULL;
    return nni_comm_complete(comm, MPI_Ibarrier(comm->backend->world, &request), &request, "wait for all ranks", error);
}
