/** The MPI side of nn_comm, for the folders that hand a communicator to a library (parallel HDF5). */
#ifndef NN_COMM_BACKEND_H
#define NN_COMM_BACKEND_H

#include <mpi.h>
#include <stdbool.h>

#include "nntrain/status.h"

struct nn_comm_backend {
    MPI_Comm world;
    bool finalize;                /* we initialised MPI, so we finalise it */
    struct nn_timeline *timeline; /* borrowed, for waiting to be noted; NULL: nobody asks */
};

/** A code of MPI as a status. @param what  what MPI was to do, for "MPI could not %s: reason" */
nn_status nn_comm_check(int code, const char *what, nn_error *error);

#endif
