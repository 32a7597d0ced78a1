/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include "support/memory.h"
#include "train/callbacks/callbacks.h"
#include "train/run/run.h"
#include "train/run_folder/folder.h"
#include "train/run_folder/run_lock.h"

/* How the run ends, which its records may not say: they are switched off, or could not be written. */
static nn_status set_state(const nni_run *run, nni_run_state state, nni_history *history, nn_error *error)
{
    history->state = state;
    nni_release(history->end_message);
    history->end_message = NULL;
    if (run->recipe->record.name == NNI_RECORD_OFF) { /* another session's, if any */
        nni_release(history->end_time);
        history->end_time = NULL;
    }
    return state == NNI_RUN_DIVERGED ? nni_copy_text(run->progress.end_error.message, &history->end_message, error)
                                     : NN_OK;
}

static nn_status write_report(nni_run *run, nni_run_state state, nn_error *error)
{
    const nni_history_wanted all = {.records = true, .predictions = true, .weights = true};
    nni_history *history = NULL;
    char path[PATH_MAX];
    NN_TRY(nni_run_lock_check(run->files.lock, error));
    NN_TRY(nni_folder_join(run->files.folder, "report.html", path, error));
    NN_TRY(nni_history_read(run->files.folder, all, &history, error));
    nn_status status = set_state(run, state, history, error);
    if (status == NN_OK)
        status = nni_report_write((const nni_history *const *)&history, 1, &(nni_report_options){.share = false}, path,
                                  error);
    nni_history_free(history);
    if (status == NN_OK)
        snprintf(run->files.report, sizeof run->files.report, "%s", path);
    return status;
}

/* A training without its report is still one. */
static void report(nni_run *run, nni_run_state state, nn_error *error)
{
    if (run->comm->rank == 0 && write_report(run, state, error) != NN_OK)
        nni_output_say(&run->output, "warning  no report: %s", error->message);
}

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    report(run, NNI_RUN_FINISHED, error);
    return NN_OK;
}

static nn_status halt(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    report(run, run->progress.stopped ? NNI_RUN_STOPPED : NNI_RUN_DIVERGED, error);
    return NN_OK;
}

nn_status nni_callback_report(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)error;
    if (run->recipe->report == NNI_REPORT_AUTO)
        *callback = (nni_callback){.end = end, .halt = halt};
    return NN_OK;
}
