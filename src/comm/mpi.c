#include "comm/comm.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comm/backend.h"
#include "comm/topology.h"
#include "comm/wait.h"
#include "support/memory.h"
#include "support/system/cpu.h"

#ifdef NNTRAIN_DOUBLE
#define NNI_MPI_REAL MPI_DOUBLE
#else
#define NNI_MPI_REAL MPI_FLOAT
#endif

nn_status nni_comm_check(int code, const char *what, nn_error *error)
{
    if (code == MPI_SUCCESS)
        return NN_OK;
    char reason[MPI_MAX_ERROR_STRING] = "unknown reason";
    int length = 0;
    MPI_Error_string(code, reason, &length);
    return nn_fail(error, NN_SYSTEM, "MPI could not %s: %s", what, reason);
}

/* A pause is some 40 cycles; a yield that nobody takes up costs a microsecond. */
enum { PATIENT_PAUSES = 1000 };

void nni_comm_pause(const nn_comm *comm, size_t *pauses)
{
    if (comm->backend->crowded || ++*pauses > PATIENT_PAUSES)
        sched_yield();
#if defined(__x86_64__)
    else
        __builtin_ia32_pause();
#endif
}

static nn_status wait_for(const nn_comm *comm, int count, MPI_Request *requests, const char *what, nn_error *error)
{
    if (!comm->backend->crowded)
        return nni_comm_check(MPI_Waitall(count, requests, MPI_STATUSES_IGNORE), what, error);
    /* MPICH waits with all its might and keeps those from the CPU that it waits for: 8 ranks on 2 cores summed 9,610
     * values in 108 ms that way, and in 10 ms this way. */
    for (int done = 0;;) {
        NN_TRY(nni_comm_check(MPI_Testall(count, requests, &done, MPI_STATUSES_IGNORE), what, error));
        if (done)
            return NN_OK;
        sched_yield();
    }
}

nn_status nni_comm_wait(nn_comm *comm, int count, MPI_Request *requests, const char *what, nn_error *error)
{
    const nni_activity before = nni_comm_begin_wait(comm);
    return nni_comm_end_wait(comm, before, wait_for(comm, count, requests, what, error));
}

/* Waits for the one request that a call of MPI has begun, unless the call failed. */
nn_status nni_comm_complete(nn_comm *comm, int code, MPI_Request *request, const char *what, nn_error *error)
{
    NN_TRY(nni_comm_check(code, what, error));
    return nni_comm_wait(comm, 1, request, what, error);
}

/* Ranks of this host whose binding masks meet this rank's: what mpirun or SLURM bound, not what it was asked for. */
static nn_status count_sharers(nn_comm *comm, MPI_Comm local, nn_error *error)
{
    nni_cpu_mask mine = nni_cpu_bound_mask();
    nni_cpu_mask *all = NULL;
    NN_TRY(nni_allocate((size_t)comm->local_size, sizeof *all, "the binding masks", &all, error));
    nn_status status = nni_comm_check(MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, local),
                                      "compare the bindings of this host's ranks", error);
    bool alike = true;
    for (int rank = 0; status == NN_OK && rank < comm->local_size; rank++)
        if (nni_cpu_masks_meet(&mine, &all[rank])) {
            comm->core_sharers++;
            comm->core_index += rank < comm->local_rank;
            alike = alike && memcmp(&mine, &all[rank], sizeof mine) == 0;
        }
    if (!alike)
        comm->core_index = -1;
    const size_t cpus = nni_cpu_mask_count(&mine), quota = nni_cpu_quota();
    comm->backend->crowded =
        (cpus > 0 && (size_t)comm->core_sharers > cpus) || (quota > 0 && (size_t)comm->local_size > quota);
    nni_release(all);
    return status;
}

/* Who is on this host, and how many hosts there are: leaders (local rank 0) are counted. */
static nn_status find_hosts(nn_comm *comm, nn_error *error)
{
    MPI_Comm world = comm->backend->world;
    MPI_Comm local = MPI_COMM_NULL;
    NN_TRY(nni_comm_check(MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL, &local),
                          "find the ranks of this host", error));
    MPI_Comm_rank(local, &comm->local_rank);
    MPI_Comm_size(local, &comm->local_size);
    nn_status status = count_sharers(comm, local, error);
    int leader = comm->rank;
    if (status == NN_OK)
        status = nni_comm_check(MPI_Bcast(&leader, 1, MPI_INT, 0, local), "find the first rank of this host", error);
    MPI_Comm_free(&local);
    NN_TRY(status);
    const int leads = comm->local_rank == 0;
    NN_TRY(
        nni_comm_check(MPI_Allreduce(&leads, &comm->host_count, 1, MPI_INT, MPI_SUM, world), "count the hosts", error));
    if (gethostname(comm->host, sizeof comm->host) != 0)
        snprintf(comm->host, sizeof comm->host, "unknown host");
    comm->host[sizeof comm->host - 1] = '\0';
    if (comm->host_count == 1 || comm->host_count == comm->size)
        return NN_OK;
    return nni_hosts_create(comm, leader, &comm->backend->hosts, error);
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

    int initialized = 0;
    nn_status status = nni_comm_check(MPI_Initialized(&initialized), "tell whether it runs", error);
    if (status == NN_OK && !initialized) {
        /* One thread calls MPI; OpenMP threads compute beside it. */
        int provided = 0;
        status = nni_comm_check(MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided), "start", error);
        backend->finalize = status == NN_OK;
        if (status == NN_OK && provided < MPI_THREAD_FUNNELED)
            status = nn_fail(error, NN_SYSTEM,
                             "this MPI library allows no threads (%s); use one built with "
                             "MPI_THREAD_FUNNELED",
                             nni_comm_library());
    }
    if (status == NN_OK) {
        /* A communicator of our own: its traffic and its error handler do not touch the caller's. */
        status = nni_comm_check(MPI_Comm_dup(MPI_COMM_WORLD, &backend->world), "make a communicator", error);
    }
    if (status == NN_OK) {
        MPI_Comm_set_errhandler(backend->world, MPI_ERRORS_RETURN);
        MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
        MPI_Comm_rank(backend->world, &comm->rank);
        MPI_Comm_size(backend->world, &comm->size);
        status = find_hosts(comm, error);
    }
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

static nn_status broadcast(nn_comm *comm, void *bytes, size_t count, int root, nn_error *error)
{
    if (comm->size == 1)
        return NN_OK;
    for (size_t first = 0; first < count; first += INT_MAX) {
        size_t length = count - first < INT_MAX ? count - first : INT_MAX;
        MPI_Request request = MPI_REQUEST_NULL;
        const int code = MPI_Ibcast((char *)bytes + first, (int)length, MPI_BYTE, root, comm->backend->world, &request);
        NN_TRY(nni_comm_complete(comm, code, &request, "broadcast", error));
    }
    return NN_OK;
}

nn_status nn_comm_agree(nn_comm *comm, nn_status status, nn_error *error)
{
    if (comm->size == 1)
        return status;
    /* The lowest failing rank and how many fail: the maximum over (ranks - rank) finds the lowest. */
    int lowest = status == NN_OK ? 0 : comm->size - comm->rank, failing = status == NN_OK ? 0 : 1;
    nn_error lost;
    NN_TRY(reduce(comm, &lowest, sizeof lowest, 1, MPI_INT, MPI_MAX, error));
    if (lowest == 0)
        return NN_OK;
    NN_TRY(reduce(comm, &failing, sizeof failing, 1, MPI_INT, MPI_SUM, error));

    /* What fails on every rank is a fact about the run; what fails on some is a fact about a rank and its host, so we
     * name them, once: a part of the ranks has other numbers for them. */
    int speaker = comm->size - lowest;
    nn_error message = {.status = status};
    if (comm->rank == speaker) {
        const char *text = error ? error->message : "";
        if (failing < comm->size && !comm->backend->part)
            snprintf(message.message, sizeof message.message, "rank %d on %s: %.*s", comm->rank, comm->host,
                     NN_MESSAGE_SIZE - 100, text);
        else
            snprintf(message.message, sizeof message.message, "%s", text);
    }
    if (!error)
        error = &lost;
    NN_TRY(broadcast(comm, &message, sizeof message, speaker, error));
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
    NN_TRY(broadcast(comm, &message, sizeof message, 0, error));
    if (message.status != NN_OK && error)
        *error = message;
    return message.status;
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
    return broadcast(comm, bytes, count, 0, error);
}

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

nn_status nn_comm_barrier(nn_comm *comm, nn_error *error)
{
    if (comm->size == 1)
        return NN_OK;
    MPI_Request request = MPI_REQUEST_NULL;
    return nni_comm_complete(comm, MPI_Ibarrier(comm->backend->world, &request), &request, "wait for all ranks", error);
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
