/* SPDX-License-Identifier: MIT */
#include "train/record/worst.h"

#include <stdbool.h>
#include <string.h>

#include "support/memory.h"

nn_status nni_worst_create(size_t features, nni_worst *worst, nn_error *error)
{
    const size_t few = NNI_WORST_FEATURES / (features > 0 ? features : 1);
    *worst = (nni_worst){.features = features, .most = few > NNI_WORST_MOST ? NNI_WORST_MOST : few > 0 ? few : 1};
    return nni_allocate(worst->most, features * sizeof *worst->x, "the worst rows", &worst->x, error);
}

void nni_worst_free(nni_worst *worst)
{
    nni_release(worst->x);
    *worst = (nni_worst){.count = 0};
}

static bool is_worse(nni_worst_row a, nni_worst_row b)
{
    return a.score > b.score || (a.score == b.score && a.index < b.index);
}

/* A score that is no number has no place among others. */
float *nni_worst_add(nni_worst *worst, nni_worst_row row)
{
    const size_t bytes = worst->features * sizeof *worst->x;
    size_t at = worst->count;
    while (at > 0 && is_worse(row, worst->rows[at - 1]))
        at--;
    if (at == worst->most || row.score != row.score)
        return NULL;
    const size_t moved = (worst->count < worst->most ? worst->count : worst->most - 1) - at;
    float *x = worst->x + at * worst->features;
    memmove(&worst->rows[at + 1], &worst->rows[at], moved * sizeof row);
    memmove(x + worst->features, x, moved * bytes);
    worst->rows[at] = row;
    worst->count = at + moved + 1;
    return x;
}

/* Takes in what another rank has. */
static void merge(nni_worst *worst, const nni_worst *other)
{
    for (size_t i = 0; i < other->count; i++) {
        float *x = nni_worst_add(worst, other->rows[i]);
        if (x)
            memcpy(x, other->x + i * other->features, other->features * sizeof *x);
    }
}

nn_status nni_worst_collect(nni_worst *worst, nn_comm *comm, nn_error *error)
{
    nni_worst other = {.count = 0};
    nn_status status = comm->rank == 0 ? nni_worst_create(worst->features, &other, error) : NN_OK;
    status = nni_comm_broadcast_status(comm, status, error);
    for (int rank = 1; status == NN_OK && rank < comm->size; rank++) {
        if (comm->rank != 0 && comm->rank != rank)
            continue;
        nni_worst *sent = comm->rank == 0 ? &other : worst;
        status = nni_comm_send_bytes_to_root(comm, rank, &sent->count, sizeof sent->count, error);
        if (status == NN_OK)
            status = nni_comm_send_bytes_to_root(comm, rank, sent->rows, sent->count * sizeof *sent->rows, error);
        if (status == NN_OK)
            status =
                nni_comm_send_bytes_to_root(comm, rank, sent->x, sent->count * sent->features * sizeof *sent->x, error);
        if (status == NN_OK && comm->rank == 0)
            merge(worst, &other);
    }
    nni_worst_free(&other);
    return status;
}
