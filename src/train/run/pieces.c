/* SPDX-License-Identifier: MIT */
#include "train/run/pieces.h"

#include "comm/allreduce/piece_size.h"
#include "support/extremes.h"
#include "support/memory.h"

static const char what[] = "the pieces of the gradients";

/* --- in the order of a forward pass --- */

static size_t first_of(const nni_pieces *p, size_t layer)
{
    return p->first[p->layer_count - 1 - layer];
}

static size_t end_of(const nni_pieces *p, size_t layer)
{
    return p->first[p->layer_count - layer];
}

nni_piece_cursor nni_pieces_begin(const nni_pieces *p)
{
    return (nni_piece_cursor){0, first_of(p, 0)};
}

bool nni_pieces_needs(const nni_pieces *p, nni_piece_cursor *at, size_t layer, size_t end)
{
    while (at->layer <= layer && at->piece == end_of(p, at->layer)) {
        if (++at->layer == p->layer_count)
            return false;
        at->piece = first_of(p, at->layer);
    }
    return at->layer < layer || (at->layer == layer && p->items[at->piece].first < end);
}

/* --- memory --- */

/* The tensors of a layer, and the padding behind them; none of a frozen one. */
static nni_partition elements_of(const nn_network *network, size_t layer)
{
    const size_t first = network->layers[layer].first;
    if (layer < network->frozen)
        return (nni_partition){first, 0};
    return (nni_partition){first, (layer > 0 ? network->layers[layer - 1].first : network->flat_count) - first};
}

static size_t pieces_of(const nn_network *network, size_t layer, size_t most)
{
    return (elements_of(network, layer).count + most - 1) / most;
}

/* @param most  elements of a piece, about */
static nn_status cut(nni_pieces *p, const nn_network *network, const nni_optimizer *optimizer, size_t most,
                     nn_error *error)
{
    const size_t layers = p->layer_count = network->layer_count;
    NN_TRY(nni_allocate(layers + 1, sizeof *p->first, what, &p->first, error));
    for (size_t i = 0; i < layers; i++)
        p->first[i + 1] = p->first[i] + pieces_of(network, layers - 1 - i, most);
    p->count = p->first[layers];
    NN_TRY(nni_allocate(p->count, sizeof *p->items, what, &p->items, error));
    for (size_t i = 0; i < layers; i++) {
        const size_t first = p->first[i], count = p->first[i + 1] - first;
        for (size_t n = 0; n < count; n++)
            p->items[first + n] = nni_optimizer_part(optimizer, elements_of(network, layers - 1 - i), n, count);
    }
    return NN_OK;
}

/* A layer is one piece where nothing is sent. @param elements  receives those of a piece, about */
static nn_status find_size(nn_comm *comm, const nni_parallel_settings *parallel, size_t count, size_t *elements,
                           nn_error *error)
{
    const bool apart = parallel->exchange == NNI_EXCHANGE_MPI;
    *elements = SIZE_MAX / 2;
    if (comm->size == 1 || (comm->host_count == 1 && !apart))
        return NN_OK;
    *elements = nni_larger(parallel->bucket_bytes / sizeof(nni_real), 1);
    return parallel->bucket_bytes > 0 ? NN_OK
                                      : nni_piece_size_measure(comm, apart, parallel->wire, count, elements, error);
}

nn_status nni_pieces_create(nn_comm *comm, const nni_parallel_settings *parallel, const nn_network *network,
                            const nni_optimizer *optimizer, nni_pieces *pieces, nn_error *error)
{
    size_t elements = 0;
    NN_TRY(find_size(comm, parallel, nni_network_trained(network), &elements, error));
    return nn_comm_agree(comm, cut(pieces, network, optimizer, elements, error), error);
}

void nni_pieces_free(nni_pieces *pieces)
{
    nni_release(pieces->items);
    nni_release(pieces->first);
}
