/* SPDX-License-Identifier: MIT */
/* What other ranks have, on rank 0. */
#include <string.h>

#include "comm/wait.h"

nn_status nni_comm_send_to_root(nn_comm *comm, int from, nni_real *values, size_t count, nn_error *error)
{
    return nni_comm_send_bytes_to_root(comm, from, values, count * sizeof *values, error);
}

nn_status nni_comm_send_bytes_to_root(nn_comm *comm, int from, void *bytes, size_t count, nn_error *error)
{
    const size_t piece = (size_t)1 << 30;
    if (from == 0)
        return NN_OK;
    MPI_Comm world = comm->backend->world;
    for (size_t first = 0; first < count; first += piece) {
        const int length = (int)(count - first < piece ? count - first : piece);
        char *part = (char *)bytes + first;
        MPI_Request request = MPI_REQUEST_NULL;
        const int code = comm->rank == 0 ? MPI_Irecv(part, length, MPI_BYTE, from, 0, world, &request)
                                         : MPI_Isend(part, length, MPI_BYTE, 0, 0, world, &request);
        NN_TRY(nni_comm_complete(comm, code, &request, "bring values to rank 0", error));
    }
    return NN_OK;
}

nn_status nni_comm_gather_bytes(nn_comm *comm, const void *mine, void *all, size_t count, nn_error *error)
{
    if (comm->size == 1) {
        memcpy(all, mine, count);
        return NN_OK;
    }
    MPI_Request request = MPI_REQUEST_NULL;
    const int code =
        MPI_Igather(mine, (int)count, MPI_BYTE, all, (int)count, MPI_BYTE, 0, comm->backend->world, &request);
    return nni_comm_complete(comm, code, &request, "gather values on rank 0", error);
}
