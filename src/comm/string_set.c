#include "comm/string_set.h"

#include "support/memory.h"

nn_status nn_texts_broadcast(nn_comm *comm, nn_texts *texts, nn_error *error)
{
    uint64_t bytes = nn_texts_bytes(texts);
    char *packed = NULL;
    NN_TRY(nn_comm_broadcast(comm, &bytes, sizeof bytes, error));
    if (bytes == 0)
        return NN_OK;
    NN_TRY(nn_comm_agree(comm, nn_allocate(bytes, 1, "texts to be sent", &packed, error), error));
    if (comm->rank == 0)
        nn_texts_pack(texts, packed);
    nn_status status = nn_comm_broadcast(comm, packed, bytes, error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, comm->rank == 0 ? NN_OK : nn_texts_add_packed(texts, packed, bytes, error), error);
    nn_release(packed);
    return status;
}

/* One rank's texts to rank 0. After trouble there the rest is still taken in, so that nobody waits. */
static nn_status bring(nn_comm *comm, int from, char *packed, size_t bytes, nn_texts *texts, nn_status status,
                       nn_error *error)
{
    if (bytes == 0 || (comm->rank != 0 && comm->rank != from))
        return status;
    if (comm->rank == from)
        nn_texts_pack(texts, packed);
    NN_TRY(nn_comm_bring_bytes(comm, from, packed, bytes, error));
    return comm->rank == 0 && status == NN_OK ? nn_texts_add_packed(texts, packed, bytes, error) : status;
}

static size_t largest_of(const uint64_t *counts, int ranks, size_t least)
{
    size_t largest = least;
    for (int rank = 0; rank < ranks; rank++)
        largest = counts[rank] > largest ? counts[rank] : largest;
    return largest;
}

nn_status nn_texts_unite(nn_comm *comm, nn_texts *texts, nn_error *error)
{
    const uint64_t own = nn_texts_bytes(texts);
    uint64_t *bytes = NULL; /* [size] of each rank's texts */
    char *packed = NULL;
    const char what[] = "texts to be sent";
    NN_TRY(nn_comm_agree(comm, nn_allocate((size_t)comm->size, sizeof *bytes, what, &bytes, error), error));
    nn_status status = nn_comm_gather_bytes(comm, &own, bytes, sizeof own, error);
    if (status == NN_OK)
        status = nn_comm_broadcast(comm, bytes, (size_t)comm->size * sizeof *bytes, error);
    if (status == NN_OK)
        status = nn_comm_agree(
            comm, nn_allocate(largest_of(bytes, comm->rank == 0 ? comm->size : 0, own), 1, what, &packed, error),
            error);
    if (status == NN_OK) {
        for (int rank = 1; rank < comm->size; rank++)
            status = bring(comm, rank, packed, bytes[rank], texts, status, error);
        status = nn_comm_follow(comm, status, error);
    }
    if (status == NN_OK) {
        if (comm->rank == 0)
            nn_texts_sort(texts);
        else
            nn_texts_free(texts);
        status = nn_texts_broadcast(comm, texts, error);
    }
    nn_release(packed);
    nn_release(bytes);
    return status;
}
