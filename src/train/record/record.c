/* SPDX-License-Identifier: MIT */
#include "train/record/record.h"

#include <math.h>
#include <string.h>

#include "support/memory.h"
#include "train/record/begin.h"
#include "train/record/cost.h"
#include "train/record/frames.h"
#include "train/record/histograms.h"
#include "train/record/lines.h"
#include "train/record/norms.h"
#include "train/record/predictions.h"
#include "train/record/probe.h"
#include "train/record/surface.h"
#include "train/run/format.h"
#include "train/run_folder/run_lock.h"

typedef struct recorder {
    nni_run *run; /* borrowed */
    nni_record_lines lines;
    nni_string_set hosts; /* on rank 0 */
    nni_record_plan plan;
    nni_record_norms *norms;
    nni_record_frames *frames; /* NULL: none are drawn */
    nni_probe *probe;          /* of rank 0; NULL: nothing needs it */
    bool surface;
    bool begun, ended;
    enum { DUE, PENDING, WRITTEN } begin; /* the event begin: PENDING until it is flushed */
    off_t begin_at;                       /* bytes of the file before it */
    double seconds;                       /* that recording took */
} recorder;

/* Before any other event, of which nobody could make anything without the event begin. */
static void put_begin(recorder *state)
{
    if (state->begin != DUE)
        return;
    nni_record_begin(&state->lines, state->run, &state->hosts);
    state->begin_at = state->lines.file.bytes;
    state->begin = PENDING;
}

static void flush(recorder *state)
{
    const bool written = nni_record_lines_flush(&state->lines);
    if (state->begin == PENDING)
        state->begin = written ? WRITTEN : DUE;
}

/* --- the beginning --- */

/* What is there before the first step; a run that goes on has it. */
static nn_status record_beginning(recorder *state, nn_error *error)
{
    nni_run *run = state->run;
    if (state->surface)
        NN_TRY(nni_record_surface(run, &state->lines, error));
    if (state->surface)
        NN_TRY(nni_record_parameters(run, &state->lines, error));
    if (state->probe && nni_record_frames_due(state->frames, 0, false))
        nni_record_frame(state->frames, state->probe, &state->lines);
    return NN_OK;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    recorder *state = self;
    const double since = nni_clock();
    NN_TRY(nni_record_hosts(run, &state->hosts, error));
    nni_record_lines_open(&state->lines, run);
    state->begun = true;
    put_begin(state);
    NN_TRY(nni_record_frames_begin(state->frames, run->comm, error));
    if (run->progress.counters.step == 0)
        NN_TRY(record_beginning(state, error));
    flush(state);
    nni_record_norms_begin(state->norms, run);
    state->seconds += nni_clock() - since;
    return NN_OK;
}

/* --- epochs --- */

static bool is_due(const nni_run *run, size_t every)
{
    const uint64_t epoch = run->progress.counters.epoch;
    return every > 0 && (epoch == 1 || epoch % every == 0 || nni_run_is_over(run));
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    recorder *state = self;
    (void)report;
    if (!state->surface)
        return NN_OK;
    const double since = nni_clock();
    put_begin(state);
    NN_TRY(nni_record_parameters(run, &state->lines, error));
    state->seconds += nni_clock() - since;
    return NN_OK;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    recorder *state = self;
    const double since = nni_clock();
    if (nni_record_lines_lost(&state->lines))
        state->begin = DUE;
    put_begin(state);
    const nni_norms_wanted wanted = {
        .norms = is_due(run, state->plan.norms), .ranks = is_due(run, state->plan.ranks), .stepped = report->rows > 0};
    NN_TRY(nni_record_norms_epoch(state->norms, wanted, &state->lines, run, error));
    if (state->probe && is_due(run, state->plan.histograms))
        nni_record_histograms(state->probe, &state->lines);
    if (state->probe && nni_record_frames_due(state->frames, run->progress.counters.epoch, nni_run_is_over(run)))
        nni_record_frame(state->frames, state->probe, &state->lines);
    flush(state);
    state->seconds += nni_clock() - since;
    return NN_OK;
}

/* --- the end --- */

static void put_end(recorder *state, const char *how, const char *message)
{
    const nni_run_progress *progress = &state->run->progress;
    nni_json json;
    state->ended = true;
    /* The folder may be another run's by now: rank 0 alone knows. */
    if (state->run->comm->rank != 0 || nni_run_lock_check(state->run->files.lock, NULL) != NN_OK)
        return;
    put_begin(state);
    if (!nni_record_line(&state->lines, "end", &json))
        return;
    nni_record_time(&json);
    nni_json_text(&json, "state", how);
    if (message && message[0] != '\0')
        nni_json_text(&json, "message", message);
    if (progress->finish_reason)
        nni_json_text(&json, "reason", progress->finish_reason);
    if (progress->restored_best)
        nni_json_count(&json, "model_epoch", progress->counters.best_epoch);
    nni_json_number(&json, "record_seconds", state->seconds);
    nni_json_end(&json, '}');
    flush(state);
}

/* The predictions are a picture for people, and the training is done: what fails is said, and no more. */
static void record_predictions(recorder *state)
{
    nni_run *run = state->run;
    nn_error failure;
    if (nni_record_predictions(run, &failure) != NN_OK)
        nni_output_say(&run->output, "warning  %s; the report will lack predictions", failure.message);
}

/* More than it should be, and so much that somebody may care. */
static void tell_cost(const recorder *state)
{
    static const double dear = 0.01, noticed = 0.1;
    const nni_run *run = state->run;
    const double all = nni_clock() - run->progress.began;
    if (state->seconds > dear * all && state->seconds > noticed && nni_output_reports(&run->output))
        nni_output_say(&run->output, "record   took %s, %.1f %% of the training; record: off leaves it out",
                       nni_figure_seconds(state->seconds).text, 100 * state->seconds / all);
}

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    recorder *state = self;
    const double since = nni_clock();
    (void)error, (void)run;
    record_predictions(state);
    state->seconds += nni_clock() - since;
    put_end(state, "finished", NULL);
    tell_cost(state);
    return NN_OK;
}

/* Without predictions: who sends a signal does not wait for a pass over a split, and diverged parameters say nothing.
 */
static nn_status halt(void *self, nni_run *run, nn_error *error)
{
    const nni_run_progress *progress = &run->progress;
    (void)error;
    put_end(self, progress->stopped ? "stopped" : "diverged", progress->stopped ? NULL : progress->end_error.message);
    tell_cost(self);
    return NN_OK;
}

/* The run went back: what was recorded of later steps goes. */
static nn_status after_rollback(void *self, nni_run *run, nn_error *error)
{
    recorder *state = self;
    (void)error;
    nni_record_lines_go_back(&state->lines);
    if (run->comm->rank == 0 && state->lines.file.bytes <= state->begin_at)
        state->begin = DUE;
    return NN_OK;
}

/* A run that neither ended nor was halted failed. */
static void release(void *self)
{
    recorder *state = self;
    if (state->begun && !state->ended)
        put_end(state, "failed", state->run->progress.end_error.message);
    nni_record_lines_close(&state->lines);
    nni_string_set_free(&state->hosts);
    nni_record_norms_free(state->norms);
    nni_record_frames_free(state->frames);
    nni_probe_free(state->probe);
    nni_release(state);
}

nn_status nni_callback_record(nni_run *run, nni_callback *callback, nn_error *error)
{
    *callback = (nni_callback){.self = NULL};
    if (run->recipe->record.name == NNI_RECORD_OFF)
        return NN_OK;
    recorder *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the records", &state, error));
    state->run = run;
    state->plan = nni_record_plan_of(run);
    state->surface = nni_record_surface_is_on(run);
    *callback = (nni_callback){.begin = begin,
                               .step = step,
                               .epoch = epoch,
                               .rolled_back = after_rollback,
                               .end = end,
                               .halt = halt,
                               .free = release,
                               .self = state};
    NN_TRY(nni_record_norms_create(run, &state->norms, error));
    NN_TRY(nni_record_frames_create(run, &state->frames, error));
    if (run->comm->rank == 0 && (state->plan.histograms > 0 || state->frames))
        return nni_probe_create(run, state->plan.histograms > 0 ? state->plan.rows : 0, &state->probe, error);
    return NN_OK;
}
