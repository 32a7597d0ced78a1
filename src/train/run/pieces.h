/* SPDX-License-Identifier: MIT */
/** Gradients cut into pieces, which are summed and updated one by one: layers, or where they are sent parts of layers.
 */
#ifndef NNI_TRAIN_RUN_PIECES_H
#define NNI_TRAIN_RUN_PIECES_H

#include "comm/comm.h"
#include "model/network.h"
#include "optim/optimizer.h"
#include "recipe/recipe.h"
#include "support/threads/partition.h"

/** In the order of the flat array, in which gradients are complete; frozen layers have none. Owns its arrays. */
typedef struct nni_pieces {
    size_t count;
    nni_partition *items; /**< [count] elements of each, in whole blocks of the optimizer */
    size_t layer_count;
    size_t *first; /**< [layer_count + 1] of each layer, last layer first */
} nni_pieces;

/** A place in the pieces as a forward pass needs them: layer by layer, first layer first. */
typedef struct nni_piece_cursor {
    size_t layer; /**< layer_count: behind the last */
    size_t piece;
} nni_piece_cursor;

/** Collective: where pieces are sent, they are as long as the recipe says or the network asks for. */
nn_status nni_pieces_create(nn_comm *comm, const nni_parallel_settings *parallel, const nn_network *network,
                            const nni_optimizer *optimizer, nni_pieces *pieces, nn_error *error);
void nni_pieces_free(nni_pieces *pieces);

nni_piece_cursor nni_pieces_begin(const nni_pieces *pieces);

/** @return whether the piece of a cursor, which moves on to the next layer at the end of one, is needed for what lies
 * before an element of a layer, and of the layers before */
bool nni_pieces_needs(const nni_pieces *pieces, nni_piece_cursor *at, size_t layer, size_t end);

#endif
