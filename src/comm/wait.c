#include "comm/wait.h"

#include <math.h>

#include "comm/backend.h"
#include "comm/hosts.h"

/* Messages to and fro that two clocks are compared by; the fastest tells most. */
enum { ROUNDS = 16 };

void nn_comm_watch(nn_comm *comm, nn_timeline *timeline)
{
    if (!comm->backend)
        return;
    comm->backend->timeline = timeline;
    if (comm->backend->hosts) {
        nn_comm_watch(comm->backend->hosts->inside, timeline);
        if (comm->backend->hosts->lane)
            nn_comm_watch(comm->backend->hosts->lane, timeline);
    }
}

nn_timeline *nn_comm_timeline(const nn_comm *comm)
{
    return comm->backend ? comm->backend->timeline : NULL;
}

nn_activity nn_comm_begin_wait(const nn_comm *comm)
{
    return nn_timeline_begin(nn_comm_timeline(comm), (nn_activity){NN_SPAN_WAIT, NN_NO_DETAIL});
}

nn_status nn_comm_end_wait(const nn_comm *comm, nn_activity before, nn_status status)
{
    nn_timeline_begin(nn_comm_timeline(comm), before);
    return status;
}

/* Rank 0 tells another the time, as often as it asks. */
static nn_status tell_time(nn_comm *comm, int rank, nn_error *error)
{
    MPI_Comm world = comm->backend->world;
    for (int round = 0; round < ROUNDS; round++) {
        NN_TRY(nn_comm_check(MPI_Recv(NULL, 0, MPI_BYTE, rank, 0, world, MPI_STATUS_IGNORE), "compare clocks", error));
        double now = nn_clock();
        NN_TRY(nn_comm_check(MPI_Send(&now, 1, MPI_DOUBLE, rank, 0, world), "compare clocks", error));
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
        const double asked = nn_clock();
        NN_TRY(nn_comm_check(MPI_Send(NULL, 0, MPI_BYTE, 0, 0, world), "compare clocks", error));
        NN_TRY(
            nn_comm_check(MPI_Recv(&theirs, 1, MPI_DOUBLE, 0, 0, world, MPI_STATUS_IGNORE), "compare clocks", error));
        const double heard = nn_clock();
        if (heard - asked < fastest) {
            fastest = heard - asked;
            *offset = theirs - 0.5 * (asked + heard);
        }
    }
    if (fabs(*offset) <= 0.5 * fastest)
        *offset = 0;
    return NN_OK;
}

nn_status nn_comm_clock_offset(nn_comm *comm, double *offset, nn_error *error)
{
    *offset = 0;
    if (comm->rank > 0)
        return ask_time(comm, offset, error);
    for (int rank = 1; rank < comm->size; rank++)
        NN_TRY(tell_time(comm, rank, error));
    return NN_OK;
}
