/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "metrics/metric.h"
#include "support/files.h"
#include "support/memory.h"
#include "train/callbacks/callbacks.h"
#include "train/run/run.h"
#include "train/run_folder/folder.h"
#include "train/run_folder/run_lock.h"

/* Rank 0's open metrics.jsonl. */
typedef struct metrics {
    FILE *file; /* NULL: could not be opened again after a failed write */
    char path[PATH_MAX];
    off_t bytes; /* of it that are whole lines */
    bool warned; /* that it was removed by others */
} metrics;

/* Bytes of the text that belong to epochs up to `last`: whole lines, as written by write_line below. */
static size_t lines_until(const char *text, size_t count, uint64_t last)
{
    size_t kept = 0;
    while (kept < count) {
        const char *line = text + kept;
        const char *newline = memchr(line, '\n', count - kept);
        uint64_t epoch = 0;
        if (!newline || sscanf(line, "{\"epoch\": %" SCNu64 ",", &epoch) != 1 || epoch > last)
            break;
        kept += (size_t)(newline - line) + 1;
    }
    return kept;
}

/* The whole file as text with a closing zero; an absent file is an empty one. */
static nn_status read_text(const char *path, char **text, size_t *count, nn_error *error)
{
    *count = 0;
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return nni_allocate(1, 1, "the metrics", text, error);
    long bytes = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        bytes = ftell(file);
    nn_status status = NN_OK;
    if (bytes < 0)
        status = nn_fail(error, NN_SYSTEM, "cannot read %s: %s", path, strerror(errno));
    else
        status = nni_allocate((size_t)bytes + 1, 1, "the metrics", text, error);
    if (status == NN_OK) {
        rewind(file);
        *count = fread(*text, 1, (size_t)bytes, file);
    }
    if (file)
        fclose(file);
    return status;
}

/* Lines of epochs that the checkpoint does not know are about to be written again. */
static nn_status drop_later_lines(const char *path, uint64_t epoch, nn_error *error)
{
    char *text = NULL;
    size_t count = 0;
    NN_TRY(read_text(path, &text, &count, error));
    const size_t kept = lines_until(text, count, epoch);
    nn_status status = NN_OK;
    if (kept < count)
        status = nni_file_replace(path, text, kept, error);
    nni_release(text);
    return status;
}

static bool open_end(metrics *state)
{
    state->file = fopen(state->path, "ab");
    if (!state->file || fseeko(state->file, 0, SEEK_END) != 0)
        return false;
    state->bytes = ftello(state->file);
    return state->bytes >= 0;
}

static nn_status write_recipe(const char *folder, const char *text, nn_error *error)
{
    char recipe[PATH_MAX];
    NN_TRY(nni_folder_join(folder, "recipe.yaml", recipe, error));
    return nni_file_replace(recipe, text, strlen(text), error);
}

static nn_status open_files(metrics *state, const nni_run *run, nn_error *error)
{
    NN_TRY(write_recipe(run->files.folder, run->recipe->text, error));
    NN_TRY(nni_folder_join(run->files.folder, "metrics.jsonl", state->path, error));
    NN_TRY(drop_later_lines(state->path, run->progress.counters.epoch, error));
    if (!open_end(state))
        return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", state->path, strerror(errno));
    return NN_OK;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    nn_status status = NN_OK;
    if (run->comm->rank == 0)
        status = open_files(self, run, error);
    return nni_comm_broadcast_status(run->comm, status, error);
}

/* JSON has no NaN and no infinity. */
static void put_number(FILE *file, const char *name, double value)
{
    if (isfinite(value))
        fprintf(file, ", \"%s\": %.9g", name, value);
    else
        fprintf(file, ", \"%s\": null", name);
}

/* Of several outputs those of each, "test_rmse_outputs": [0.1, 0.2]. */
static void put_each(FILE *file, const char *name, const double *values, size_t count)
{
    fprintf(file, ", \"%s_outputs\": ", name);
    for (size_t i = 0; i < count; i++)
        fprintf(file, isfinite(values[i]) ? "%s%.9g" : "%snull", i == 0 ? "[" : ", ", values[i]);
    fprintf(file, "]");
}

/* Every figure that applies: "test_loss", "test_accuracy", ... */
static void put_metrics(FILE *file, const char *split, const nni_metrics *figures)
{
    for (int metric = 0; metric < NN_METRIC_COUNT; metric++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", split, nn_metric_name((nn_metric)metric));
        if (!isnan(figures->value[metric]))
            put_number(file, name, figures->value[metric]);
        if (nni_metric_is_of_outputs((nn_metric)metric) && figures->each[metric] && figures->output_count > 1)
            put_each(file, name, figures->each[metric], figures->output_count);
    }
}

static bool write_line(const metrics *state, const nni_run *run, const nni_epoch_report *report)
{
    FILE *file = state->file;
    fprintf(file, "{\"epoch\": %" PRIu64 ", \"step\": %" PRIu64, run->progress.counters.epoch,
            run->progress.counters.step);
    put_number(file, "train_loss", report->train_loss);
    if (report->validated)
        put_metrics(file, "validation", &report->validation);
    if (report->tested)
        put_metrics(file, "test", &report->test);
    put_number(file, "learning_rate", report->learning_rate);
    if (report->skipped > 0)
        put_number(file, "skipped_rows", (double)report->skipped);
    put_number(file, "seconds", run->progress.counters.seconds);
    put_number(file, "samples_per_second", (double)report->rows / report->seconds);
    put_number(file, "io_wait_seconds", report->waited);
    put_number(file, "slowest_step_seconds", report->slowest_step);
    put_number(file, "memory_peak_bytes", report->memory_peak);
    fprintf(file, "}\n");
    return fflush(file) == 0 && !ferror(file);
}

/* A full disk costs the line and not the training: what was written of it goes, so that later ones are whole. */
static void drop_line(metrics *state, const nni_run *run)
{
    const int reason = errno;
    nni_output_say(&run->output, "warning  cannot write %s: %s; the line of epoch %" PRIu64 " is not in it",
                   state->path, strerror(reason), run->progress.counters.epoch);
    if (state->file)
        fclose(state->file);
    state->file = NULL;
    if (truncate(state->path, state->bytes) == 0)
        open_end(state);
}

/* Whether the open file is still the one of that name: somebody may have removed it, or all of the folder, which the
 * lock has made again by now. A warning, once. */
static void check_file_exists(metrics *state, const nni_run *run)
{
    struct stat open_file, named;
    if (!state->file || fstat(fileno(state->file), &open_file) != 0 ||
        (stat(state->path, &named) == 0 && named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino))
        return;
    fclose(state->file);
    state->file = NULL;
    if (write_recipe(run->files.folder, run->recipe->text, NULL) == NN_OK && open_end(state) && !state->warned)
        nni_output_say(&run->output,
                       "warning  %s was removed while the training ran; it is there again from epoch %" PRIu64
                       " on, and the recipe beside it",
                       state->path, run->progress.counters.epoch);
    state->warned = true;
}

static nn_status truncate_later(metrics *state, const nni_run *run, nn_error *error)
{
    if (state->file)
        fclose(state->file);
    state->file = NULL;
    NN_TRY(drop_later_lines(state->path, run->progress.counters.epoch, error));
    open_end(state); /* else with the next line */
    return NN_OK;
}

static nn_status after_rollback(void *self, nni_run *run, nn_error *error)
{
    return nni_comm_broadcast_status(run->comm, run->comm->rank == 0 ? truncate_later(self, run, error) : NN_OK, error);
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    metrics *state = self;
    NN_TRY(nni_run_lock_agree(run->files.lock, run->comm, error));
    if (run->comm->rank != 0)
        return NN_OK;
    check_file_exists(state, run);
    if ((state->file || open_end(state)) && write_line(state, run, report))
        state->bytes = ftello(state->file);
    else
        drop_line(state, run);
    return NN_OK;
}

static void close_files(void *self)
{
    metrics *state = self;
    if (state->file)
        fclose(state->file);
    nni_release(state);
}

nn_status nni_callback_metrics_file(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)run;
    metrics *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the metrics", &state, error));
    *callback = (nni_callback){
        .begin = begin, .epoch = epoch, .rolled_back = after_rollback, .free = close_files, .self = state};
    return NN_OK;
}
