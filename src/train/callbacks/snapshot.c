#include "train/callbacks/snapshot.h"

#include <stdio.h>
#include <string.h>

#include "support/memory.h"
#include "support/system/worker.h"

struct nn_snapshot {
    nn_worker *worker;
    nn_job job;
    char path[PATH_MAX];
    nn_checkpoint_room room; /* that the file is composed in */
    nn_checkpoint copy;      /* network and optimizer are its own, the rest is the run's, which does not change */
};

static nn_status take_memory(const nn_run *run, nn_snapshot *snapshot, nn_error *error)
{
    const nn_recipe *recipe = run->recipe;
    NN_TRY(nn_network_create(run->network->inputs, recipe->network.layers, recipe->network.layers_count,
                             &snapshot->copy.network, error));
    NN_TRY(nn_optimizer_create(&recipe->optimizer, &recipe->regularization, snapshot->copy.network,
                               &snapshot->copy.optimizer, error));
    return nn_worker_create(&snapshot->worker, error);
}

nn_status nn_snapshot_create(const nn_run *run, nn_snapshot **result, nn_error *error)
{
    nn_snapshot *snapshot = NULL;
    NN_TRY(nn_allocate(1, sizeof *snapshot, "the copy for checkpoints", &snapshot, error));
    const nn_status status = take_memory(run, snapshot, error);
    if (status != NN_OK) {
        nn_snapshot_free(snapshot);
        return status;
    }
    *result = snapshot;
    return NN_OK;
}

void nn_snapshot_free(nn_snapshot *snapshot)
{
    if (!snapshot)
        return;
    nn_worker_free(snapshot->worker);
    nn_checkpoint_room_free(&snapshot->room);
    nn_optimizer_free(snapshot->copy.optimizer);
    nn_network_free(snapshot->copy.network);
    nn_release(snapshot);
}

/* Threads share what takes a second of one: hundreds of megabytes in pieces. */
static void copy_values(nn_real *to, const nn_real *from, size_t count)
{
    enum { PIECE = 1 << 16, WORTH_THREADS = 4 * PIECE };
#pragma omp parallel for schedule(static) if (count > WORTH_THREADS)
    for (size_t first = 0; first < count; first += PIECE)
        memcpy(to + first, from + first, (count - first < PIECE ? count - first : PIECE) * sizeof *to);
}

static void copy_state(nn_checkpoint *copy, const nn_checkpoint *state)
{
    nn_network *network = copy->network;
    nn_optimizer *optimizer = copy->optimizer;
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
}

static nn_status write_copy(void *context, nn_error *error)
{
    nn_snapshot *snapshot = context;
    return nn_checkpoint_write(snapshot->path, &snapshot->copy, &snapshot->room, error);
}

void nn_snapshot_begin(nn_snapshot *snapshot, const char *path, const nn_checkpoint *state)
{
    snprintf(snapshot->path, sizeof snapshot->path, "%s", path);
    copy_state(&snapshot->copy, state);
    snapshot->job.run = write_copy;
    snapshot->job.context = snapshot;
    nn_worker_submit(snapshot->worker, &snapshot->job);
}

nn_status nn_snapshot_finish(nn_snapshot *snapshot, nn_error *error)
{
    return nn_worker_wait(snapshot->worker, &snapshot->job, error);
}
