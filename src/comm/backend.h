/** The MPI side of nn_comm, for the folders that hand a communicator to a library (parallel HDF5). */
#ifndef NNI_COMM_BACKEND_H
#define NNI_COMM_BACKEND_H

#include <mpi.h>
#include <stdbool.h>

#include "comm/comm.h"

struct nni_comm_backend {
    MPI_Comm world;
    bool finalize;                 /* we initialised MPI, so we finalise it */
    bool part;                     /* some of the ranks, whose failures all of them agree on after that */
    bool crowded;                  /* more ranks than CPUs where this one may run */
    struct nni_timeline *timeline; /* borrowed, for waiting to be noted; NULL: nobody asks */
    uint64_t refused;              /* bytes that its ranks were to share on this host, and there was no room for */
    struct nni_hosts *hosts;       /* of several ranks each; NULL: see nni_hosts_create */
};

/** A code of MPI as a status. @param what  what MPI was to do, for "MPI could not %s: reason" */
nn_status nni_comm_check(int code, const char *what, nn_error *error);

/**
 * Waits until all requests are done, notes the time, and lets other processes have the CPU meanwhile where ranks must
 * share it.
 *
 * @param what  they do, for "MPI could not %s: reason"
 */
nn_status nni_comm_wait(nn_comm *comm, int count, MPI_Request *requests, const char *what, nn_error *error);

/**
 * A moment's pause in waiting for another rank's memory: the CPU goes to others where ranks must share it, and after a
 * while everywhere, for other jobs may be on this host too.
 *
 * @param pauses  of this wait so far, from 0
 */
void nni_comm_pause(const nn_comm *comm, size_t *pauses);

/** The same for the one request that a call of MPI has begun. @param code  of that call */
nn_status nni_comm_complete(nn_comm *comm, int code, MPI_Request *request, const char *what, nn_error *error);

#endif
