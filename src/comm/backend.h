/* SPDX-License-Identifier: MIT */
/** The MPI side of nn_comm, for the folders that hand a communicator to a library (parallel HDF5). */
#ifndef NNI_COMM_BACKEND_H
#define NNI_COMM_BACKEND_H

#include <mpi.h>
#include <stdbool.h>

#include "comm/comm.h"

struct nni_comm_backend {
    MPI_Comm world;
    const struct nni_comm_backend *whole; /* of the run that these ranks are a part of; NULL: they are all of it */
    bool finalize;                        /* we initialised MPI, so we finalise it */
    bool crowded;                         /* more ranks than CPUs where this one may run */
    struct nni_timeline *timeline;        /* of the whole run: borrowed, for waiting to be noted; NULL: nobody asks */
    uint64_t refused;        /* bytes that its ranks were to share on this host, and there was no room for */
    struct nni_hosts *hosts; /* NULL: one rank alone, or a part of a run */
};

/** A code of MPI as a status. @param what  what MPI was to do, for "MPI could not %s: reason" */
nn_status nni_comm_check(int code, const char *what, nn_error *error);

#endif
