/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "metrics/metric.h"
#include "report/report.h"
#include "support/files.h"
#include "support/memory.h"
#include "train/callbacks/callbacks.h"
#include "train/run/run.h"
#include "train/run_folder/epoch_lines.h"
#include "train/run_folder/folder.h"
#include "train/run_folder/run_lock.h"

/* Rank 0's open metrics.jsonl. */
typedef struct metrics {
    nni_epoch_lines lines;
    bool warned; /* that it was removed by others */
} metrics;

static nn_status write_recipe(const char *folder, const char *text, nn_error *error)
{
    char recipe[PATH_MAX];
    NN_TRY(nni_folder_join(folder, "recipe.yaml", recipe, error));
    return nni_file_replace(recipe, text, strlen(text), error);
}

/* What an earlier run left, which ended before its first checkpoint, would be told as this one's; so would predictions
 * of a model that is about to be trained on. */
static void remove_stale(const nni_run *run)
{
    const bool fresh = run->files.resumed_from[0] == '\0';
    char path[PATH_MAX];
    if (fresh && nni_folder_join(run->files.folder, "records.jsonl", path, NULL) == NN_OK)
        unlink(path);
    if (!nni_run_is_over(run) && nni_folder_join(run->files.folder, "predictions.h5", path, NULL) == NN_OK)
        unlink(path);
    if (fresh && nni_folder_join(run->files.folder, "report.html", path, NULL) == NN_OK && nni_report_is_one(path))
        unlink(path);
}

static nn_status open_files(metrics *state, const nni_run *run, nn_error *error)
{
    const nni_progress *counters = &run->progress.counters;
    remove_stale(run);
    NN_TRY(write_recipe(run->files.folder, run->recipe->text, error));
    return nni_epoch_lines_open(run->files.folder, "metrics.jsonl", counters->epoch, counters->step, &state->lines,
                                error);
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

static void write_line(FILE *file, const nni_run *run, const nni_epoch_report *report)
{
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
}

/* Somebody may have removed the file, or all of the folder, which the lock has made again by now. A warning, once. */
static void check_file_exists(metrics *state, const nni_run *run)
{
    if (!nni_epoch_lines_removed(&state->lines))
        return;
    if (write_recipe(run->files.folder, run->recipe->text, NULL) == NN_OK && nni_epoch_lines_begin(&state->lines) &&
        !state->warned)
        nni_output_say(&run->output,
                       "warning  %s was removed while the training ran; it is there again from epoch %" PRIu64
                       " on, and the recipe beside it",
                       state->lines.path, run->progress.counters.epoch);
    state->warned = true;
}

static nn_status go_back(metrics *state, const nni_progress *counters, nn_error *error)
{
    return nni_epoch_lines_go_back(&state->lines, counters->epoch, counters->step, error);
}

static nn_status after_rollback(void *self, nni_run *run, nn_error *error)
{
    return nni_comm_broadcast_status(
        run->comm, run->comm->rank == 0 ? go_back(self, &run->progress.counters, error) : NN_OK, error);
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    metrics *state = self;
    NN_TRY(nni_run_lock_agree(run->files.lock, run->comm, error));
    if (run->comm->rank != 0)
        return NN_OK;
    check_file_exists(state, run);
    FILE *file = nni_epoch_lines_begin(&state->lines);
    if (file)
        write_line(file, run, report);
    if (!nni_epoch_lines_end(&state->lines))
        nni_output_say(&run->output, "warning  cannot write %s: %s; the line of epoch %" PRIu64 " is not in it",
                       state->lines.path, strerror(errno), run->progress.counters.epoch);
    return NN_OK;
}

static void close_files(void *self)
{
    metrics *state = self;
    nni_epoch_lines_close(&state->lines);
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
