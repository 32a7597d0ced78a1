/* SPDX-License-Identifier: MIT */
/* How a run of ranks begins and ends: MPI, and a communicator of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comm/backend.h"
#include "comm/topology.h"

/* @param local  receives the ranks of this host  @param leader  the first of them in MPI_COMM_WORLD */
static nn_status find_host(MPI_Comm *local, int *leader, nn_error *error)
{
    const char find[] = "find the ranks of this host";
    MPI_Comm_rank(MPI_COMM_WORLD, leader);
    NN_TRY(nni_comm_check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, *leader, MPI_INFO_NULL, local),
                          find, error));
    return nni_comm_check(MPI_Bcast(leader, 1, MPI_INT, 0, *local), find, error);
}

nn_status nn_comm_create(int *argc, char ***argv, nn_comm **result, nn_error *error)
{
    nn_comm *comm = calloc(1, sizeof *comm);
    struct nni_comm_backend *backend = calloc(1, sizeof *backend);
    if (!comm || !backend) {
        free(comm);
        free(backend);
        return nn_fail(error, NN_SYSTEM, "out of memory before the run began");
    }
    comm->backend = backend;
    backend->world = MPI_COMM_NULL;

    MPI_Comm local = MPI_COMM_NULL;
    int initialized = 0, leader = 0;
    nn_status status = nni_comm_check(MPI_Initialized(&initialized), "tell whether it runs", error);
    if (status == NN_OK && !initialized) {
        /* One thread at a time calls MPI, whichever is free while the others compute. */
        int provided = 0;
        status = nni_comm_check(MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided), "start", error);
        backend->finalize = status == NN_OK;
        if (status == NN_OK && provided < MPI_THREAD_SERIALIZED)
            status = nn_fail(error, NN_SYSTEM,
                             "this MPI library allows no threads (%s); use one built with "
                             "MPI_THREAD_SERIALIZED",
                             nni_comm_library());
    }
    if (status == NN_OK)
        status = find_host(&local, &leader, error);
    if (status == NN_OK) {
        /* A communicator of our own: its traffic and its error handler do not touch the caller's. Its ranks are
         * numbered host by host, however the launcher dealt them out: equal keys keep the order that ranks had. */
        status =
            nni_comm_check(MPI_Comm_split(MPI_COMM_WORLD, 0, leader, &backend->world), "make a communicator", error);
    }
    if (status == NN_OK) {
        MPI_Comm_set_errhandler(backend->world, MPI_ERRORS_RETURN);
        MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
        MPI_Comm_rank(backend->world, &comm->rank);
        MPI_Comm_size(backend->world, &comm->size);
        status = nni_topology_find(comm, local, error);
    }
    if (local != MPI_COMM_NULL)
        MPI_Comm_free(&local);
    if (status != NN_OK) {
        nn_comm_free(comm);
        return status;
    }
    *result = comm;
    return NN_OK;
}

nn_comm nni_comm_alone(void)
{
    return (nn_comm){.size = 1, .local_size = 1, .host_count = 1, .core_sharers = 1, .host = "this host"};
}

void nn_comm_free(nn_comm *comm)
{
    if (!comm)
        return;
    nni_hosts_free(comm->backend->hosts);
    if (comm->backend->world != MPI_COMM_NULL)
        MPI_Comm_free(&comm->backend->world);
    if (comm->backend->finalize)
        MPI_Finalize();
    free(comm->backend);
    free(comm);
}

const char *nni_comm_library(void)
{
    static char name[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (name[0] == '\0' && MPI_Get_library_version(name, &length) != MPI_SUCCESS)
        snprintf(name, sizeof name, "unknown MPI library");
    /* The first line or sentence part names library and version; packagers append their build host. */
    name[strcspn(name, ",\n")] = '\0';
    return name;
}
