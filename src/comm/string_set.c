/* SPDX-License-Identifier: MIT */
#include "comm/string_set.h"

#include "support/memory.h"

nn_status nni_string_set_broadcast(nn_comm *comm, nni_string_set *strings, nn_error *error)
{
    uint64_t bytes = nni_string_set_bytes(strings);
    char *packed = NULL;
    NN_TRY(nn_comm_broadcast(comm, &bytes, sizeof bytes, error));
    if (bytes == 0)
        return NN_OK;
    NN_TRY(nn_comm_agree(comm, nni_allocate(bytes, 1, "strings to be sent", &packed, error), error));
    if (comm->rank == 0)
        nni_string_set_pack(strings, packed);
    nn_status status = nn_comm_broadcast(comm, packed, bytes, error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, comm->rank == 0 ? NN_OK : nni_string_set_add_packed(strings, packed, bytes, error),
                               error);
    nni_release(packed);
    return status;
}

/* Sends one rank's strings to rank 0. After a failure there the rest is still received, so that nobody waits. */
static nn_status send_to_root(nn_comm *comm, int from, char *packed, size_t bytes, nni_string_set *strings,
                              nn_status status, nn_error *error)
{
    if (bytes == 0 || (comm->rank != 0 && comm->rank != from))
        return status;
    if (comm->rank == from)
        nni_string_set_pack(strings, packed);
    NN_TRY(nni_comm_send_bytes_to_root(comm, from, packed, bytes, error));
    return comm->rank == 0 && status == NN_OK ? nni_string_set_add_packed(strings, packed, bytes, error) : status;
}

static size_t largest_of(const uint64_t *counts, int ranks, size_t least)
{
    size_t largest = least;
    for (int rank = 0; rank < ranks; rank++)
        largest = counts[rank] > largest ? counts[rank] : largest;
    return largest;
}

nn_status nni_string_set_unite(nn_comm *comm, nni_string_set *strings, nn_error *error)
{
    const uint64_t own = nni_string_set_bytes(strings);
    uint64_t *bytes = NULL; /* [size] of each rank's strings */
    char *packed = NULL;
    const char what[] = "texts to be sent";
    NN_TRY(nn_comm_agree(comm, nni_allocate((size_t)comm->size, sizeof *bytes, what, &bytes, error), error));
    nn_status status = nni_comm_gather_bytes(comm, &own, bytes, sizeof own, error);
    if (status == NN_OK)
        status = nn_comm_broadcast(comm, bytes, (size_t)comm->size * sizeof *bytes, error);
    if (status == NN_OK)
        status = nn_comm_agree(
            comm, nni_allocate(largest_of(bytes, comm->rank == 0 ? comm->size : 0, own), 1, what, &packed, error),
            error);
    if (status == NN_OK) {
        for (int rank = 1; rank < comm->size; rank++)
            status = send_to_root(comm, rank, packed, bytes[rank], strings, status, error);
        status = nni_comm_broadcast_status(comm, status, error);
    }
    if (status == NN_OK) {
        if (comm->rank == 0)
            nni_string_set_sort(strings);
        else
            nni_string_set_free(strings);
        status = nni_string_set_broadcast(comm, strings, error);
    }
    nni_release(packed);
    nni_release(bytes);
    return status;
}
