/* SPDX-License-Identifier: MIT */
#include "comm/clock.h"

#include <math.h>

#include "comm/backend.h"
#include "support/timeline.h"

/* Messages to and fro that two clocks are compared by; the fastest tells most. */
enum { ROUNDS = 16 };

/* Rank 0 tells another the time, as often as it asks. */
static nn_status tell_time(nn_comm *comm, int rank, nn_error *error)
{
    MPI_Comm world = comm->backend->world;
    for (int round = 0; round < ROUNDS; round++) {
        NN_TRY(nni_comm_check(MPI_Recv(NULL, 0, MPI_BYTE, rank, 0, world, MPI_STATUS_IGNORE), "compare clocks", error));
        double now = nni_clock();
        NN_TRY(nni_comm_check(MPI_Send(&now, 1, MPI_DOUBLE, rank, 0, world), "compare clocks", error));
    }
    return NN_OK;
}

/* Rank 0's answer lies somewhere between question and receipt: half of the time between them is what we may be off. */
static nn_status ask_time(nn_comm *comm, double *offset, nn_error *error)
{
    MPI_Comm world = comm->backend->world;
    double fastest = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double theirs = 0;
        const double asked = nni_clock();
        NN_TRY(nni_comm_check(MPI_Send(NULL, 0, MPI_BYTE, 0, 0, world), "compare clocks", error));
        NN_TRY(
            nni_comm_check(MPI_Recv(&theirs, 1, MPI_DOUBLE, 0, 0, world, MPI_STATUS_IGNORE), "compare clocks", error));
        const double heard = nni_clock();
        if (heard - asked < fastest) {
            fastest = heard - asked;
            *offset = theirs - 0.5 * (asked + heard);
        }
    }
    if (fabs(*offset) <= 0.5 * fastest)
        *offset = 0;
    return NN_OK;
}

nn_status nni_comm_clock_offset(nn_comm *comm, double *offset, nn_error *error)
{
    *offset = 0;
    if (comm->rank > 0)
        return ask_time(comm, offset, error);
    for (int rank = 1; rank < comm->size; rank++)
        NN_TRY(tell_time(comm, rank, error));
    return NN_OK;
}
