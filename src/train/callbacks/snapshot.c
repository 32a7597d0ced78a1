/* SPDX-License-Identifier: MIT */
#include "train/callbacks/snapshot.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "support/memory.h"
#include "support/threads/worker.h"

struct nni_snapshot {
    nni_worker *worker;
    nni_job job;
    char path[PATH_MAX];
    nni_checkpoint_buffer buffer; /* that the file is serialized to */
    nni_checkpoint copy;          /* network and optimizer are its own, the rest is the run's, which does not change */
};

static nn_status take_memory(const nn_recipe *recipe, size_t inputs, nni_snapshot *snapshot, nn_error *error)
{
    NN_TRY(nni_network_create(inputs, recipe->network.layers, recipe->network.layers_count, &snapshot->copy.network,
                              error));
    NN_TRY(nni_optimizer_create(&recipe->optimizer, &recipe->regularization, snapshot->copy.network,
                                &snapshot->copy.optimizer, error));
    return nni_worker_create(&snapshot->worker, error);
}

nn_status nni_snapshot_create(const nn_recipe *recipe, size_t inputs, nni_snapshot **result, nn_error *error)
{
    nni_snapshot *snapshot = NULL;
    NN_TRY(nni_allocate(1, sizeof *snapshot, "the copy for checkpoints", &snapshot, error));
    const nn_status status = take_memory(recipe, inputs, snapshot, error);
    if (status != NN_OK) {
        nni_snapshot_free(snapshot);
        return status;
    }
    *result = snapshot;
    return NN_OK;
}

void nni_snapshot_free(nni_snapshot *snapshot)
{
    if (!snapshot)
        return;
    nni_worker_free(snapshot->worker);
    nni_checkpoint_buffer_free(&snapshot->buffer);
    nni_optimizer_free(snapshot->copy.optimizer);
    nn_network_free(snapshot->copy.network);
    nni_release(snapshot);
}

/* Threads share what takes a second of one: hundreds of megabytes in pieces. */
static void copy_values(nni_real *to, const nni_real *from, size_t count)
{
    enum { PIECE = 1 << 16, WORTH_THREADS = 4 * PIECE };
#pragma omp parallel for schedule(static) if (count > WORTH_THREADS)
    for (size_t first = 0; first < count; first += PIECE)
        memcpy(to + first, from + first, (count - first < PIECE ? count - first : PIECE) * sizeof *to);
}

static void copy_state(nni_checkpoint *copy, const nni_checkpoint *state)
{
    nn_network *network = copy->network;
    nni_optimizer *optimizer = copy->optimizer;
    copy_values(network->parameters, state->network->parameters, network->flat_count);
    copy_values(network->statistics, state->network->statistics, network->statistics_count);
    for (size_t s = 0; s < optimizer->state_count; s++)
        copy_values(optimizer->state[s], state->optimizer->state[s], network->flat_count);
    optimizer->steps = state->optimizer->steps;
    copy->progress = state->progress;
    copy->provenance = state->provenance;
    copy->normalization = state->normalization;
    copy->target_scaling = state->target_scaling;
    copy->recipe = state->recipe;
    copy->class_names = state->class_names;
    copy->names_are_labels = state->names_are_labels;
    copy->feature_names = state->feature_names;
}

static nn_status write_copy(void *context, nn_error *error)
{
    nni_snapshot *snapshot = context;
    return nni_checkpoint_write(snapshot->path, &snapshot->copy, &snapshot->buffer, error);
}

void nni_snapshot_begin(nni_snapshot *snapshot, const char *path, const nni_checkpoint *state)
{
    snprintf(snapshot->path, sizeof snapshot->path, "%s", path);
    copy_state(&snapshot->copy, state);
    snapshot->job.run = write_copy;
    snapshot->job.context = snapshot;
    nni_worker_submit(snapshot->worker, &snapshot->job);
}

nn_status nni_snapshot_finish(nni_snapshot *snapshot, nn_error *error)
{
    return nni_worker_wait(snapshot->worker, &snapshot->job, error);
}
