/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/list.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/timeline.h"
#include "train/callbacks/callbacks.h"
#include "train/callbacks/snapshot.h"
#include "train/run/format.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"
#include "train/run/run.h"
#include "train/run_folder/folder.h"
#include "train/run_folder/run_lock.h"

static const char best_name[] = "best.h5";

/* State of the callback. */
typedef struct checkpoints {
    nni_snapshot *snapshot; /* rank 0's; NULL: the training waits for every checkpoint */
    char path[PATH_MAX];    /* of the newest one, written or not */
    bool writing;           /* whether it is under way; on all ranks */
    size_t failures;        /* in a row */
    double failing_since;   /* clock of the first of them */
    bool warned;            /* that the newest checkpoint was removed by others */
} checkpoints;

static nni_checkpoint state_of(const nni_run *run)
{
    const nni_string_set *names = nni_dataset_class_names(run->data.train);
    return (nni_checkpoint){
        .network = run->model.network,
        .normalization = run->data.feature_scaler,
        .target_scaling = run->data.target_scaler,
        .optimizer = run->model.optimizer,
        .progress = run->progress.counters,
        .provenance = run->files.provenance,
        .recipe = run->recipe->text,
        .class_names = names ? *names : (nni_string_set){.count = 0},
        .names_are_labels = nni_dataset_names_are_labels(run->data.train),
        .feature_names = run->data.feature_names,
    };
}

/* Ranks that alone have the state of their parts each write it themselves, and train on when that is done. */
static bool writes_in_background(const nni_run *run)
{
    return run->recipe->checkpoint.asynchronous && !nni_gradient_sync_shards_state(run->model.gradient_sync);
}

/* The status is that of all ranks. */
static nn_status write_to(const nni_run *run, const char *path, nn_error *error)
{
    const nni_checkpoint checkpoint = state_of(run);
    if (nni_gradient_sync_shards_state(run->model.gradient_sync))
        return nni_checkpoint_write_parallel(path, run->comm, &checkpoint, error);
    const nn_status status = run->comm->rank == 0 ? nni_checkpoint_write(path, &checkpoint, NULL, error) : NN_OK;
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* Keeps the newest `keep`; removing an old file may fail without harm. */
static void rotate(const nni_run_files *files, size_t keep)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    if (nni_run_lock_check(files->lock, NULL) != NN_OK ||
        nni_checkpoint_list(files->folder, &steps, &count, NULL) != NN_OK)
        return;
    for (size_t i = keep; i < count; i++) {
        char path[PATH_MAX];
        if (nni_folder_checkpoint(files->folder, steps[i], path, NULL) == NN_OK)
            unlink(path);
    }
    free(steps);
}

/* A checkpoint that cannot be written is no reason to end: the one before is there, and a disk may have space again by
 * the next. Several in a row, for minutes, are: of frequent ones several fail while a disk is full for a second. */
static nn_status handle_failure(checkpoints *state, nni_run *run, const nn_error *failure, nn_error *error)
{
    const nni_checkpoint_settings *recipe = &run->recipe->checkpoint;
    nn_status status = NN_OK;
    if (state->failures++ == 0)
        state->failing_since = nni_clock();
    const double lasts = nni_clock() - state->failing_since;
    if (run->comm->rank == 0 && state->failures >= recipe->max_failures && lasts >= recipe->give_up_seconds)
        status = nn_fail(error, NN_SYSTEM, "%s; no checkpoint could be written %zu times in a row, for %s%s%s",
                         failure->message, state->failures, nni_figure_seconds(lasts).text,
                         run->files.last_checkpoint[0] ? ", the last good one is " : "", run->files.last_checkpoint);
    else if ((state->failures & (state->failures - 1)) == 0) /* the first, and ever fewer of a long row */
        nni_output_say(&run->output,
                       "warning  %s; the training goes on without it (failure %zu; it ends after %zu in a row and %s, "
                       "checkpoint.max_failures and give_up_after)",
                       failure->message, state->failures, recipe->max_failures, recipe->give_up_after);
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* Warns, once, where somebody else removed the newest checkpoint. */
static void check_last_exists(checkpoints *state, const nni_run *run)
{
    char folder[PATH_MAX];
    if (state->warned || run->files.last_checkpoint[0] == '\0' || access(run->files.last_checkpoint, F_OK) == 0 ||
        !nni_folder_of(run->files.last_checkpoint, folder) || strcmp(folder, run->files.folder) != 0)
        return;
    state->warned = true;
    nni_output_say(&run->output, "warning  %s was removed while the training ran; %s is there",
                   run->files.last_checkpoint, state->path);
}

/* @param outcome  rank 0's, of the write to state->path */
static nn_status handle_outcome(checkpoints *state, nni_run *run, nn_status outcome, const nn_error *failure,
                                nn_error *error)
{
    bool failed = outcome != NN_OK;
    NN_TRY(nn_comm_broadcast(run->comm, &failed, sizeof failed, error));
    if (failed)
        return handle_failure(state, run, failure, error);
    state->failures = 0;
    if (run->comm->rank == 0)
        check_last_exists(state, run);
    memcpy(run->files.last_checkpoint, state->path, sizeof run->files.last_checkpoint);
    if (run->comm->rank == 0)
        rotate(&run->files, run->recipe->checkpoint.keep);
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
    return handle_outcome(state, run, outcome, &failure, error);
}

/* With a copy for it, the thread goes on writing when this returns. */
static nn_status begin_write(checkpoints *state, nni_run *run, nn_error *error)
{
    nn_error failure;
    const nni_checkpoint checkpoint = state_of(run);
    state->writing = writes_in_background(run);
    if (state->snapshot)
        nni_snapshot_begin(state->snapshot, state->path, &checkpoint);
    if (state->writing)
        return NN_OK;
    const nn_status outcome = write_to(run, state->path, &failure);
    return handle_outcome(state, run, outcome, &failure, error);
}

/* Diverged weights must not become the newest checkpoint: the loss of the next batch would tell, but one step late. */
static nn_status write_checkpoint(checkpoints *state, nni_run *run, nn_error *error)
{
    bool rolled_back;
    NN_TRY(nni_run_lock_agree(run->files.lock, run->comm, error));
    NN_TRY(finish_write(state, run, error));
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    NN_TRY(nni_gradient_sync_settle(run->model.gradient_sync, error));
    NN_TRY(nni_notify_before_write(run, &rolled_back, error));
    if (rolled_back)
        return NN_OK;
    NN_TRY(nni_folder_checkpoint(run->files.folder, run->progress.counters.step, state->path, error));
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
static nn_status set_aside(const char *folder, uint64_t step, nn_error *error)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    NN_TRY(nni_checkpoint_list(folder, &steps, &count, error));
    nn_status status = NN_OK;
    size_t later = 0;
    for (; later < count && steps[later] > step && status == NN_OK; later++) {
        char path[PATH_MAX];
        status = nni_folder_checkpoint(folder, steps[later], path, error);
        if (status == NN_OK && !rename_aside(path))
            status = nn_fail(error, NN_SYSTEM, "cannot rename %s, which is of a later step than the one resumed", path);
    }
    free(steps);
    /* The finished model of that history, too; there may be none. */
    char model[PATH_MAX];
    if (status == NN_OK && later > 0 && nni_folder_join(folder, "model.h5", model, NULL) == NN_OK)
        rename_aside(model);
    return status;
}

/* A file beside the numbered ones. @param rolled_back  see nni_notify_before_write */
static nn_status write_named(nni_run *run, const char *name, bool *rolled_back, nn_error *error)
{
    char path[PATH_MAX];
    NN_TRY(nni_folder_join(run->files.folder, name, path, error));
    NN_TRY(nni_run_lock_agree(run->files.lock, run->comm, error));
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    NN_TRY(nni_gradient_sync_settle(run->model.gradient_sync, error));
    NN_TRY(nni_notify_before_write(run, rolled_back, error));
    if (rolled_back && *rolled_back)
        return NN_OK;
    NN_TRY(write_to(run, path, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    return NN_OK;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    checkpoints *state = self;
    nn_status status = NN_OK;
    if (run->comm->rank == 0 && writes_in_background(run))
        status = nni_snapshot_create(run->recipe, run->model.network->inputs, &state->snapshot, error);
    if (run->comm->rank == 0 && status == NN_OK)
        status = set_aside(run->files.folder, run->progress.counters.step, error);
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* Waits for the file, since the message names it. */
static nn_status stop(checkpoints *state, nni_run *run, nn_error *error)
{
    char path[PATH_MAX];
    run->progress.stopped = true;
    NN_TRY(finish_write(state, run, error));
    if (strcmp(run->files.last_checkpoint, state->path) == 0)
        return nn_fail(error, NN_STOPPED,
                       "stopped by a signal after step %" PRIu64 "; %s is written, continue with --resume",
                       run->progress.counters.step, run->files.last_checkpoint);
    memcpy(path, run->files.last_checkpoint, sizeof path);
    return nn_fail(error, NN_SYSTEM,
                   "stopped by a signal after step %" PRIu64 ", and its checkpoint could not be written%s%s",
                   run->progress.counters.step, path[0] ? "; continue with --resume from " : "; begin anew", path);
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    checkpoints *state = self;
    const size_t every = run->recipe->checkpoint.every.steps;
    if (!report->stop_requested && (every == 0 || run->progress.counters.step % every != 0))
        return NN_OK;
    NN_TRY(write_checkpoint(state, run, error));
    return report->stop_requested ? stop(state, run, error) : NN_OK;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    checkpoints *state = self;
    const size_t every = run->recipe->checkpoint.every.epochs;
    bool rolled_back = false;
    /* Before the checkpoint that vouches for the epoch: whoever resumes finds the best of all its epochs. */
    if (report->improved && run->recipe->training.restore_best)
        NN_TRY(write_named(run, best_name, &rolled_back, error));
    if (rolled_back)
        return NN_OK;
    if (nni_run_is_over(run) || (every > 0 && run->progress.counters.epoch % every == 0))
        return write_checkpoint(state, run, error);
    return NN_OK;
}

/* What goes into the network. */
typedef struct best_weights {
    nn_network *network;
    const nn_network *best;
} best_weights;

static void write_best(void *context)
{
    const best_weights *weights = context;
    memcpy(weights->network->parameters, weights->best->parameters, weights->best->flat_count * sizeof(nni_real));
}

/* The weights of the best epoch instead of the last; the test figures are then those of that model. */
static nn_status restore_best(nni_run *run, nn_error *error)
{
    char path[PATH_MAX];
    nni_checkpoint *best = NULL;
    NN_TRY(nni_folder_join(run->files.folder, best_name, path, error));
    NN_TRY(nni_checkpoint_read(path, run->comm, &best, error));
    nn_network *network = run->model.network;
    nn_status status = NN_OK;
    if (best->network->flat_count != network->flat_count ||
        best->network->statistics_count != network->statistics_count) {
        status = nn_fail(error, NN_DATA, "%s is of another network than this run's", path);
    } else {
        status = nni_gradient_sync_rewrite(run->model.gradient_sync, write_best,
                                           &(best_weights){network, best->network}, error);
        memcpy(network->statistics, best->network->statistics, network->statistics_count * sizeof(nni_real));
        run->progress.restored_best = true;
    }
    nni_checkpoint_free(best);
    if (status == NN_OK && run->model.test_evaluator)
        status = nni_evaluate(run->model.test_evaluator, &run->recipe->loss, network, run->model.work,
                              &run->progress.test, error);
    return status;
}

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    NN_TRY(finish_write(self, run, error));
    if (run->recipe->training.restore_best && !isnan(run->progress.counters.best))
        NN_TRY(restore_best(run, error));
    return write_named(run, "model.h5", NULL, error);
}

/* The newest checkpoint is on its way when another callback or a loss ends the run. */
static nn_status finish_newest(void *self, nni_run *run, nn_error *error)
{
    return finish_write(self, run, error);
}

/* Where the run went back further than to its newest checkpoint, that is of a history given up. */
static nn_status after_rollback(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    return nni_comm_broadcast_status(
        run->comm, run->comm->rank == 0 ? set_aside(run->files.folder, run->progress.counters.step, error) : NN_OK,
        error);
}

static void release(void *self)
{
    checkpoints *state = self;
    nni_snapshot_free(state->snapshot);
    nni_release(state);
}

nn_status nni_callback_checkpoints(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)run;
    checkpoints *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the checkpoints", &state, error));
    *callback = (nni_callback){.begin = begin,
                               .step = step,
                               .epoch = epoch,
                               .end = end,
                               .finish_write = finish_newest,
                               .rolled_back = after_rollback,
                               .free = release,
                               .self = state};
    return NN_OK;
}
