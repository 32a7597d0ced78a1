#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "train/folder.h"
#include "train/observers.h"

static const char best_name[] = "best.h5";

/* Diverged weights must not become the newest checkpoint: the loss of the next batch would tell, but one step late. */
static nn_status refuse_nan(const nn_run *run, nn_error *error)
{
    if (nn_network_is_finite(run->network))
        return NN_OK;
    return nn_fail(error, NN_DIVERGED,
                   "a weight became NaN or infinite by step %" PRIu64
                   "; lower optimizer.learning_rate (now %g) or normalize the data%s%s",
                   run->progress.step, nn_run_rate(run),
                   run->last_checkpoint[0] ? "; the last good checkpoint is " : "", run->last_checkpoint);
}

/* Rank 0 writes, with the state that all have; all ranks learn how it went. */
static nn_status write_to(const nn_run *run, const char *path, nn_error *error)
{
    nn_optimizer *whole = NULL;
    NN_TRY(nn_run_collect_state(run, &whole, error));
    nn_checkpoint checkpoint = {
        .network = run->network,
        .normalization = run->normalization,
        .optimizer = whole,
        .progress = run->progress,
        .provenance = run->provenance,
        .recipe = run->recipe->text,
    };
    const nn_status status = run->comm->rank == 0 ? nn_checkpoint_write(path, &checkpoint, error) : NN_OK;
    nn_run_release_state(run, whole);
    return nn_comm_follow(run->comm, status, error);
}

/* Keeps the newest `keep`; removing an old file may fail without harm. */
static void rotate(const nn_run *run)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    if (nn_folder_list(run->folder, &steps, &count, NULL) != NN_OK)
        return;
    for (size_t i = run->recipe->checkpoint.keep; i < count; i++) {
        char path[PATH_MAX];
        if (nn_folder_checkpoint(run->folder, steps[i], path, NULL) == NN_OK)
            unlink(path);
    }
    free(steps);
}

static nn_status write_checkpoint(nn_run *run, nn_error *error)
{
    nn_run_mark(run, NN_SPAN_CHECKPOINT);
    NN_TRY(nn_comm_agree(run->comm, refuse_nan(run, error), error));
    char path[PATH_MAX] = "";
    NN_TRY(nn_folder_checkpoint(run->folder, run->progress.step, path, error));
    NN_TRY(nn_run_agree_on_weights(run, error));
    NN_TRY(write_to(run, path, error));
    if (run->comm->rank == 0)
        rotate(run);
    nn_run_mark(run, NN_SPAN_NONE);
    memcpy(run->last_checkpoint, path, sizeof run->last_checkpoint);
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
static nn_status set_aside(const nn_run *run, nn_error *error)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    NN_TRY(nn_folder_list(run->folder, &steps, &count, error));
    nn_status status = NN_OK;
    size_t later = 0;
    for (; later < count && steps[later] > run->progress.step && status == NN_OK; later++) {
        char path[PATH_MAX];
        status = nn_folder_checkpoint(run->folder, steps[later], path, error);
        if (status == NN_OK && !rename_aside(path))
            status = nn_fail(error, NN_SYSTEM, "cannot rename %s, which is of a later step than the one resumed", path);
    }
    free(steps);
    /* The finished model of that history, too; there may be none. */
    char model[PATH_MAX];
    if (status == NN_OK && later > 0 && nn_folder_join(run->folder, "model.h5", model, NULL) == NN_OK)
        rename_aside(model);
    return status;
}

/* A file beside the numbered ones. */
static nn_status write_named(nn_run *run, const char *name, nn_error *error)
{
    char path[PATH_MAX];
    NN_TRY(nn_folder_join(run->folder, name, path, error));
    NN_TRY(nn_run_agree_on_weights(run, error));
    nn_run_mark(run, NN_SPAN_CHECKPOINT);
    NN_TRY(write_to(run, path, error));
    nn_run_mark(run, NN_SPAN_NONE);
    return NN_OK;
}

static nn_status begin(void *self, nn_run *run, nn_error *error)
{
    (void)self;
    nn_status status = NN_OK;
    if (run->comm->rank == 0)
        status = set_aside(run, error);
    return nn_comm_follow(run->comm, status, error);
}

static nn_status step(void *self, nn_run *run, const nn_step_report *report, nn_error *error)
{
    (void)self;
    const size_t every = run->recipe->checkpoint.every_steps;
    if (!report->stop_requested && (every == 0 || run->progress.step % every != 0))
        return NN_OK;
    NN_TRY(write_checkpoint(run, error));
    if (!report->stop_requested)
        return NN_OK;
    return nn_fail(error, NN_STOPPED,
                   "stopped by a signal after step %" PRIu64 "; %s is written, continue with --resume",
                   run->progress.step, run->last_checkpoint);
}

static nn_status epoch(void *self, nn_run *run, const nn_epoch_report *report, nn_error *error)
{
    (void)self;
    const size_t every = run->recipe->checkpoint.every_epochs;
    const bool last = run->finished || run->progress.epoch == run->recipe->training.epochs;
    /* Before the checkpoint that vouches for the epoch: whoever resumes finds the best of all its epochs. */
    if (report->improved && run->recipe->training.restore_best)
        NN_TRY(write_named(run, best_name, error));
    if (last || (every > 0 && run->progress.epoch % every == 0))
        return write_checkpoint(run, error);
    return NN_OK;
}

/* The weights of the best epoch instead of the last; the test figures are then those of that model. */
static nn_status restore_best(nn_run *run, nn_error *error)
{
    char path[PATH_MAX];
    nn_checkpoint *best = NULL;
    NN_TRY(nn_folder_join(run->folder, best_name, path, error));
    NN_TRY(nn_checkpoint_read(path, run->comm, &best, error));
    nn_network *network = run->network;
    nn_status status = NN_OK;
    if (best->network->flat_count != network->flat_count ||
        best->network->statistics_count != network->statistics_count) {
        status = nn_fail(error, NN_DATA, "%s is of another network than this run's", path);
    } else {
        memcpy(network->parameters, best->network->parameters, network->flat_count * sizeof(nn_real));
        memcpy(network->statistics, best->network->statistics, network->statistics_count * sizeof(nn_real));
    }
    nn_checkpoint_free(best);
    if (status == NN_OK && run->evaluate_test)
        status = nn_evaluate(run->evaluate_test, &run->recipe->loss, network, run->work, &run->test_metrics, error);
    return status;
}

static nn_status end(void *self, nn_run *run, nn_error *error)
{
    (void)self;
    if (run->recipe->training.restore_best && !isnan(run->progress.best))
        NN_TRY(restore_best(run, error));
    return write_named(run, "model.h5", error);
}

nn_status nn_observe_checkpoints(nn_run *run, nn_observer *observer, nn_error *error)
{
    (void)run;
    (void)error;
    *observer = (nn_observer){.begin = begin, .step = step, .epoch = epoch, .end = end};
    return NN_OK;
}
