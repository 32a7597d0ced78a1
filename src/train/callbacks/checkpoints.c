#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#include "support/memory.h"
#include "support/timeline.h"
#include "train/callbacks/callbacks.h"
#include "train/callbacks/snapshot.h"
#include "train/divergence.h"
#include "train/run/format.h"
#include "train/run_folder/folder.h"

static const char best_name[] = "best.h5";

/* What is being written. */
typedef struct checkpoints {
    nni_snapshot *snapshot; /* rank 0's; NULL: the training waits for every checkpoint */
    char path[PATH_MAX];    /* of the newest one, written or not */
    bool writing;           /* whether it is under way; on all ranks */
    size_t failures;        /* in a row */
    double failing_since;   /* clock of the first of them */
    bool missed;            /* that the newest checkpoint was removed by others */
} checkpoints;

static nni_checkpoint state_of(const nni_run *run)
{
    const nni_string_set *names = nni_dataset_class_names(run->train);
    return (nni_checkpoint){
        .network = run->network,
        .normalization = run->normalization,
        .target_scaling = run->target_scaling,
        .optimizer = run->optimizer,
        .progress = run->progress,
        .provenance = run->provenance,
        .recipe = run->recipe->text,
        .class_names = names ? *names : (nni_string_set){.count = 0},
        .names_are_labels = nni_dataset_names_are_labels(run->train),
    };
}

/* Ranks that have a share of the optimizer's state each write it themselves, and train on when that is done. */
static bool writes_beside(const nni_run *run)
{
    return run->recipe->checkpoint.asynchronous && !nni_run_shards_state(run);
}

/* All ranks learn how it went. */
static nn_status write_to(const nni_run *run, const char *path, nn_error *error)
{
    const nni_checkpoint checkpoint = state_of(run);
    if (nni_run_shards_state(run))
        return nni_checkpoint_write_parallel(path, run->comm, &checkpoint, error);
    const nn_status status = run->comm->rank == 0 ? nni_checkpoint_write(path, &checkpoint, NULL, error) : NN_OK;
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* Keeps the newest `keep`; removing an old file may fail without harm. */
static void rotate(const nni_run *run)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    if (nni_run_lock_check(run->lock, NULL) != NN_OK || nni_folder_list(run->folder, &steps, &count, NULL) != NN_OK)
        return;
    for (size_t i = run->recipe->checkpoint.keep; i < count; i++) {
        char path[PATH_MAX];
        if (nni_folder_checkpoint(run->folder, steps[i], path, NULL) == NN_OK)
            unlink(path);
    }
    free(steps);
}

/* A checkpoint that cannot be written is no reason to end: the one before is there, and a disk may have room again by
 * the next. Several in a row, for minutes, are: of frequent ones several fail while a disk is full for a second. */
static nn_status take_failure(checkpoints *state, nni_run *run, const nn_error *failure, nn_error *error)
{
    const nni_checkpoint_settings *recipe = &run->recipe->checkpoint;
    nn_status status = NN_OK;
    if (state->failures++ == 0)
        state->failing_since = nni_clock();
    const double lasts = nni_clock() - state->failing_since;
    if (run->comm->rank == 0 && state->failures >= recipe->max_failures && lasts >= recipe->give_up_seconds)
        status = nn_fail(error, NN_SYSTEM, "%s; no checkpoint could be written %zu times in a row, for %s%s%s",
                         failure->message, state->failures, nni_figure_seconds(lasts).text,
                         run->last_checkpoint[0] ? ", the last good one is " : "", run->last_checkpoint);
    else if ((state->failures & (state->failures - 1)) == 0) /* the first, and ever fewer of a long row */
        nni_run_say(run,
                    "warning  %s; the training goes on without it (failure %zu; it ends after %zu in a row and %s, "
                    "checkpoint.max_failures and give_up_after)",
                    failure->message, state->failures, recipe->max_failures, recipe->give_up_after);
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* Nobody but this run takes its checkpoints away. Told once: the newest is written by now. */
static void look_for_last(checkpoints *state, const nni_run *run)
{
    char folder[PATH_MAX];
    if (state->missed || run->last_checkpoint[0] == '\0' || access(run->last_checkpoint, F_OK) == 0 ||
        !nni_folder_of(run->last_checkpoint, folder) || strcmp(folder, run->folder) != 0)
        return;
    state->missed = true;
    nni_run_say(run, "warning  %s was removed while the training ran; %s is there", run->last_checkpoint, state->path);
}

/* @param outcome  rank 0's, of the write to state->path */
static nn_status take_outcome(checkpoints *state, nni_run *run, nn_status outcome, const nn_error *failure,
                              nn_error *error)
{
    bool failed = outcome != NN_OK;
    NN_TRY(nn_comm_broadcast(run->comm, &failed, sizeof failed, error));
    if (failed)
        return take_failure(state, run, failure, error);
    state->failures = 0;
    if (run->comm->rank == 0)
        look_for_last(state, run);
    memcpy(run->last_checkpoint, state->path, sizeof run->last_checkpoint);
    if (run->comm->rank == 0)
        rotate(run);
    return NN_OK;
}

/* The write that went on beside the training, if there is one. */
static nn_status finish_write(checkpoints *state, nni_run *run, nn_error *error)
{
    nn_error failure;
    if (!state->writing)
        return NN_OK;
    state->writing = false;
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    const nn_status outcome = state->snapshot ? nni_snapshot_finish(state->snapshot, &failure) : NN_OK;
    nni_run_mark(run, NNI_SPAN_NONE);
    return take_outcome(state, run, outcome, &failure, error);
}

/* With a copy for it, the thread goes on writing when this returns. */
static nn_status begin_write(checkpoints *state, nni_run *run, nn_error *error)
{
    nn_error failure;
    const nni_checkpoint checkpoint = state_of(run);
    state->writing = writes_beside(run);
    if (state->snapshot)
        nni_snapshot_begin(state->snapshot, state->path, &checkpoint);
    if (state->writing)
        return NN_OK;
    const nn_status outcome = write_to(run, state->path, &failure);
    return take_outcome(state, run, outcome, &failure, error);
}

/* Diverged weights must not become the newest checkpoint: the loss of the next batch would tell, but one step late. */
static nn_status write_checkpoint(checkpoints *state, nni_run *run, nn_error *error)
{
    bool back = false;
    NN_TRY(nni_run_check_lock(run, error));
    NN_TRY(finish_write(state, run, error));
    NN_TRY(nni_divergence_with_weights(run, &back, error));
    if (back)
        return NN_OK;
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    NN_TRY(nni_folder_checkpoint(run->folder, run->progress.step, state->path, error));
    NN_TRY(nni_run_check_row_consistency(run, error));
    NN_TRY(nni_run_check_weight_consistency(run, error));
    NN_TRY(begin_write(state, run, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    return NN_OK;
}

static bool rename_aside(const char *path)
{
    char aside[PATH_MAX + 16];
    snprintf(aside, sizeof aside, "%s.superseded", path);
    return rename(path, aside) == 0;
}

/* Checkpoints of later steps than the one continued from are of a history that is being given up: kept, but under a
 * name that --resume does not look for. */
static nn_status set_aside(const nni_run *run, nn_error *error)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    NN_TRY(nni_folder_list(run->folder, &steps, &count, error));
    nn_status status = NN_OK;
    size_t later = 0;
    for (; later < count && steps[later] > run->progress.step && status == NN_OK; later++) {
        char path[PATH_MAX];
        status = nni_folder_checkpoint(run->folder, steps[later], path, error);
        if (status == NN_OK && !rename_aside(path))
            status = nn_fail(error, NN_SYSTEM, "cannot rename %s, which is of a later step than the one resumed", path);
    }
    free(steps);
    /* The finished model of that history, too; there may be none. */
    char model[PATH_MAX];
    if (status == NN_OK && later > 0 && nni_folder_join(run->folder, "model.h5", model, NULL) == NN_OK)
        rename_aside(model);
    return status;
}

/* A file beside the numbered ones. */
static nn_status write_named(nni_run *run, const char *name, nn_error *error)
{
    char path[PATH_MAX];
    NN_TRY(nni_folder_join(run->folder, name, path, error));
    NN_TRY(nni_run_check_lock(run, error));
    NN_TRY(nni_run_check_weight_consistency(run, error));
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    NN_TRY(write_to(run, path, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    return NN_OK;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    checkpoints *state = self;
    nn_status status = NN_OK;
    if (run->comm->rank == 0 && writes_beside(run))
        status = nni_snapshot_create(run, &state->snapshot, error);
    if (run->comm->rank == 0 && status == NN_OK)
        status = set_aside(run, error);
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* Whoever is told to stop waits for the file, since its name is what the end tells. */
static nn_status stop(checkpoints *state, nni_run *run, nn_error *error)
{
    char path[PATH_MAX];
    run->stopped = true;
    NN_TRY(finish_write(state, run, error));
    if (strcmp(run->last_checkpoint, state->path) == 0)
        return nn_fail(error, NN_STOPPED,
                       "stopped by a signal after step %" PRIu64 "; %s is written, continue with --resume",
                       run->progress.step, run->last_checkpoint);
    memcpy(path, run->last_checkpoint, sizeof path);
    return nn_fail(error, NN_SYSTEM,
                   "stopped by a signal after step %" PRIu64 ", and its checkpoint could not be written%s%s",
                   run->progress.step, path[0] ? "; continue with --resume from " : "; begin anew", path);
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    checkpoints *state = self;
    const size_t every = run->recipe->checkpoint.every.steps;
    if (!report->stop_requested && (every == 0 || run->progress.step % every != 0))
        return NN_OK;
    NN_TRY(write_checkpoint(state, run, error));
    return report->stop_requested ? stop(state, run, error) : NN_OK;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    checkpoints *state = self;
    const size_t every = run->recipe->checkpoint.every.epochs;
    const bool last = run->finished || run->progress.epoch == run->recipe->training.epochs;
    /* Before the checkpoint that vouches for the epoch: whoever resumes finds the best of all its epochs. */
    if (report->improved && run->recipe->training.restore_best)
        NN_TRY(write_named(run, best_name, error));
    if (last || (every > 0 && run->progress.epoch % every == 0))
        return write_checkpoint(state, run, error);
    return NN_OK;
}

/* The weights of the best epoch instead of the last; the test figures are then those of that model. */
static nn_status restore_best(nni_run *run, nn_error *error)
{
    char path[PATH_MAX];
    nni_checkpoint *best = NULL;
    NN_TRY(nni_folder_join(run->folder, best_name, path, error));
    NN_TRY(nni_checkpoint_read(path, run->comm, &best, error));
    nn_network *network = run->network;
    nn_status status = NN_OK;
    if (best->network->flat_count != network->flat_count ||
        best->network->statistics_count != network->statistics_count) {
        status = nn_fail(error, NN_DATA, "%s is of another network than this run's", path);
    } else {
        memcpy(network->parameters, best->network->parameters, network->flat_count * sizeof(nni_real));
        memcpy(network->statistics, best->network->statistics, network->statistics_count * sizeof(nni_real));
    }
    nni_checkpoint_free(best);
    if (status == NN_OK && run->evaluate_test)
        status = nni_evaluate(run->evaluate_test, &run->recipe->loss, network, run->work, &run->test_metrics, error);
    return status;
}

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    NN_TRY(finish_write(self, run, error));
    if (run->recipe->training.restore_best && !isnan(run->progress.best))
        NN_TRY(restore_best(run, error));
    return write_named(run, "model.h5", error);
}

/* The newest checkpoint is on its way when another observer or the loss ends the run. */
static nn_status settle(void *self, nni_run *run, nn_error *error)
{
    return finish_write(self, run, error);
}

/* Where the run went back further than to its newest checkpoint, that is of a history given up. */
static nn_status go_back(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    return nni_comm_broadcast_status(run->comm, run->comm->rank == 0 ? set_aside(run, error) : NN_OK, error);
}

static void release(void *self)
{
    checkpoints *state = self;
    nni_snapshot_free(state->snapshot);
    nni_release(state);
}

nn_status nni_callback_checkpoints(nni_run *run, nni_callback *observer, nn_error *error)
{
    (void)run;
    checkpoints *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the checkpoints", &state, error));
    *observer = (nni_callback){.begin = begin,
                               .step = step,
                               .epoch = epoch,
                               .end = end,
                               .settle = settle,
                               .rewind = go_back,
                               .free = release,
                               .self = state};
    return NN_OK;
}
