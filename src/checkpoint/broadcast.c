/* SPDX-License-Identifier: MIT */
#include "checkpoint/broadcast.h"

#include <string.h>

#include "comm/string_set.h"
#include "support/memory.h"

/* Sizes and settings by which the other ranks create the objects that arrays go into. */
typedef struct checkpoint_header {
    nni_progress progress;
    nni_provenance provenance;
    uint64_t inputs, layer_count, recipe_bytes, optimizer_steps;
    nn_feature_scaling normalization;
    nn_target_scaling target_scaling;
    double limit;
    bool imputes, ranged, names_are_labels;
    nni_optimizer_settings optimizer;
} checkpoint_header;

static nn_status create_objects(const checkpoint_header *header, const nni_layer_settings *layers,
                                nni_checkpoint *checkpoint, nn_error *error)
{
    checkpoint->progress = header->progress;
    checkpoint->provenance = header->provenance;
    checkpoint->names_are_labels = header->names_are_labels;
    NN_TRY(nni_network_create(header->inputs, layers, header->layer_count, &checkpoint->network, error));
    NN_TRY(nni_feature_scaler_create(header->normalization, header->inputs, &checkpoint->normalization, error));
    NN_TRY(nni_target_scaler_create(header->target_scaling, checkpoint->network->outputs, &checkpoint->target_scaling,
                                    error));
    checkpoint->normalization->limit = header->limit;
    if (header->imputes)
        NN_TRY(nni_feature_scaler_impute(checkpoint->normalization, error));
    if (header->ranged)
        NN_TRY(nni_feature_scaler_take_range(checkpoint->normalization, error));
    const nni_regularization_settings none = {.l1 = 0};
    NN_TRY(
        nni_optimizer_create_stateless(&header->optimizer, &none, checkpoint->network, &checkpoint->optimizer, error));
    checkpoint->optimizer->steps = header->optimizer_steps;
    return nni_allocate(header->recipe_bytes, 1, "the recipe", &checkpoint->recipe, error);
}

enum { PIECE = 1 << 18 }; /* elements */

/* What of elements first .. first + count - 1 this rank updates. @param values  [count] */
static void keep_own(nni_optimizer *optimizer, size_t state, size_t first, size_t count, const nni_real *values)
{
    for (size_t p = 0; p < optimizer->part_count; p++) {
        const nni_partition part = optimizer->parts[p];
        const size_t part_end = part.first + part.count, end = first + count < part_end ? first + count : part_end;
        const size_t from = first > part.first ? first : part.first;
        if (from < end)
            memcpy(optimizer->state[state] + from, values + (from - first), (end - from) * sizeof *values);
    }
}

/* Piece by piece to all. */
static nn_status send_state(nn_comm *comm, size_t state, const nni_checkpoint *checkpoint, nni_optimizer *optimizer,
                            nni_real *piece, nn_error *error)
{
    const size_t flat_count = checkpoint->network->flat_count;
    for (size_t first = 0; first < flat_count; first += PIECE) {
        const size_t count = flat_count - first < PIECE ? flat_count - first : PIECE;
        if (comm->rank == 0)
            memcpy(piece, checkpoint->optimizer->state[state] + first, count * sizeof *piece);
        NN_TRY(nn_comm_broadcast(comm, piece, count * sizeof *piece, error));
        keep_own(optimizer, state, first, count, piece);
    }
    return NN_OK;
}

nn_status nni_checkpoint_send_state(nn_comm *comm, const nni_checkpoint *checkpoint, nni_optimizer *optimizer,
                                    nn_error *error)
{
    nni_real *piece = NULL;
    nn_status status = nni_allocate(PIECE, sizeof *piece, "a piece of the optimizer's state", &piece, error);
    status = nn_comm_agree(comm, status, error);
    for (size_t s = 0; status == NN_OK && s < optimizer->state_count; s++)
        status = send_state(comm, s, checkpoint, optimizer, piece, error);
    nni_release(piece);
    optimizer->steps = checkpoint->optimizer->steps;
    return status;
}

static nn_status broadcast_arrays(nn_comm *comm, const checkpoint_header *header, nni_checkpoint *checkpoint,
                                  nn_error *error)
{
    const size_t flat_bytes = checkpoint->network->flat_count * sizeof(nni_real);
    nni_feature_scaler *normalization = checkpoint->normalization;
    NN_TRY(nn_comm_broadcast(comm, checkpoint->network->parameters, flat_bytes, error));
    NN_TRY(nn_comm_broadcast(comm, checkpoint->network->statistics,
                             checkpoint->network->statistics_count * sizeof(nni_real), error));
    NN_TRY(nn_comm_broadcast(comm, normalization->offset, header->inputs * sizeof(double), error));
    NN_TRY(nn_comm_broadcast(comm, normalization->scale, header->inputs * sizeof(double), error));
    nni_feature_scaler_round(normalization);
    if (header->imputes)
        NN_TRY(nn_comm_broadcast(comm, normalization->missing, header->inputs * sizeof(nni_real), error));
    if (header->ranged) {
        NN_TRY(nn_comm_broadcast(comm, normalization->least, header->inputs * sizeof(double), error));
        NN_TRY(nn_comm_broadcast(comm, normalization->most, header->inputs * sizeof(double), error));
    }
    nni_target_scaler *scaling = checkpoint->target_scaling;
    NN_TRY(nn_comm_broadcast(comm, scaling->offset, scaling->outputs * sizeof *scaling->offset, error));
    NN_TRY(nn_comm_broadcast(comm, scaling->scale, scaling->outputs * sizeof *scaling->scale, error));
    NN_TRY(nni_string_set_broadcast(comm, &checkpoint->class_names, error));
    NN_TRY(nni_string_set_broadcast(comm, &checkpoint->feature_names, error));
    return nn_comm_broadcast(comm, checkpoint->recipe, header->recipe_bytes, error);
}

static nni_layer_settings spec_of(const nni_layer *layer)
{
    return (nni_layer_settings){
        .units = layer->outputs,
        .activation = layer->activation,
        .normalization = layer->norm,
        .dropout = layer->dropout,
    };
}

nn_status nni_checkpoint_broadcast(nn_comm *comm, nni_checkpoint *checkpoint, nn_error *error)
{
    checkpoint_header header;
    memset(&header, 0, sizeof header);
    if (comm->rank == 0)
        header = (checkpoint_header){
            .progress = checkpoint->progress,
            .provenance = checkpoint->provenance,
            .inputs = checkpoint->network->inputs,
            .layer_count = checkpoint->network->layer_count,
            .recipe_bytes = strlen(checkpoint->recipe) + 1,
            .normalization = checkpoint->normalization->kind,
            .target_scaling = checkpoint->target_scaling->kind,
            .limit = checkpoint->normalization->limit,
            .imputes = checkpoint->normalization->missing != NULL,
            .ranged = checkpoint->normalization->least != NULL,
            .names_are_labels = checkpoint->names_are_labels,
            .optimizer = checkpoint->optimizer->settings,
            .optimizer_steps = checkpoint->optimizer->steps,
        };
    NN_TRY(nn_comm_broadcast(comm, &header, sizeof header, error));

    nni_layer_settings *layers = NULL;
    nn_status status = nni_allocate(header.layer_count, sizeof *layers, "the table of layers", &layers, error);
    status = nn_comm_agree(comm, status, error);
    for (size_t l = 0; status == NN_OK && comm->rank == 0 && l < header.layer_count; l++)
        layers[l] = spec_of(&checkpoint->network->layers[l]);
    if (status == NN_OK)
        status = nn_comm_broadcast(comm, layers, header.layer_count * sizeof *layers, error);
    if (status == NN_OK) {
        if (comm->rank != 0)
            status = create_objects(&header, layers, checkpoint, error);
        status = nn_comm_agree(comm, status, error);
    }
    nni_release(layers);
    NN_TRY(status);
    return broadcast_arrays(comm, &header, checkpoint, error);
}
