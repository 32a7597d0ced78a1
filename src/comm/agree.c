/* SPDX-License-Identifier: MIT */
/* How ranks agree on an outcome, so that all of them go on or leave together. */
#include <stdio.h>
#include <string.h>

#include "comm/wait.h"

static nn_status combine(nn_comm *comm, int *value, MPI_Op operation, nn_error *error)
{
    MPI_Request request = MPI_REQUEST_NULL;
    const int code = MPI_Iallreduce(MPI_IN_PLACE, value, 1, MPI_INT, operation, comm->backend->world, &request);
    return nni_comm_complete(comm, code, &request, "combine values over the ranks", error);
}

static nn_status broadcast(nn_comm *comm, nn_error *message, int root, nn_error *error)
{
    MPI_Request request = MPI_REQUEST_NULL;
    const int code = MPI_Ibcast(message, sizeof *message, MPI_BYTE, root, comm->backend->world, &request);
    return nni_comm_complete(comm, code, &request, "broadcast", error);
}

nn_status nn_comm_agree(nn_comm *comm, nn_status status, nn_error *error)
{
    if (comm->size == 1)
        return status;
    /* The lowest failing rank and how many fail: the maximum over (ranks - rank) finds the lowest. */
    int lowest = status == NN_OK ? 0 : comm->size - comm->rank, failing = status == NN_OK ? 0 : 1;
    nn_error lost;
    NN_TRY(combine(comm, &lowest, MPI_MAX, error));
    if (lowest == 0)
        return NN_OK;
    NN_TRY(combine(comm, &failing, MPI_SUM, error));

    /* What fails on every rank is a fact about the run; what fails on some is a fact about a rank and its host, so we
     * name them; but not a communicator of some of the ranks, where they have other numbers. */
    int speaker = comm->size - lowest;
    nn_error message = {.status = status};
    if (comm->rank == speaker) {
        const char *text = error ? error->message : "";
        if (failing < comm->size && !comm->backend->whole)
            snprintf(message.message, sizeof message.message, "rank %d on %s: %.*s", comm->rank, comm->host,
                     NN_MESSAGE_SIZE - 100, text);
        else
            snprintf(message.message, sizeof message.message, "%s", text);
    }
    if (!error)
        error = &lost;
    NN_TRY(broadcast(comm, &message, speaker, error));
    *error = message;
    return message.status;
}

nn_status nni_comm_broadcast_status(nn_comm *comm, nn_status status, nn_error *error)
{
    if (comm->size == 1)
        return status;
    nn_error message = {.status = status};
    if (comm->rank == 0 && status != NN_OK && error)
        memcpy(message.message, error->message, sizeof message.message);
    NN_TRY(broadcast(comm, &message, 0, error));
    if (message.status != NN_OK && error)
        *error = message;
    return message.status;
}
