/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include "train/callbacks/callbacks.h"
#include "train/run/run.h"
#include "train/run_folder/folder.h"
#include "train/run_folder/run_lock.h"

static nn_status write_report(nni_run *run, nn_error *error)
{
    const nni_history_wanted all = {.records = true, .predictions = true, .weights = true};
    nni_history *history = NULL;
    char path[PATH_MAX];
    NN_TRY(nni_run_lock_check(run->files.lock, error));
    NN_TRY(nni_folder_join(run->files.folder, "report.html", path, error));
    NN_TRY(nni_history_read(run->files.folder, all, &history, error));
    const nn_status status =
        nni_report_write((const nni_history *const *)&history, 1, &(nni_report_options){.share = false}, path, error);
    nni_history_free(history);
    if (status == NN_OK)
        snprintf(run->files.report, sizeof run->files.report, "%s", path);
    return status;
}

/* A training without its report is still one. */
static nn_status end(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    if (run->comm->rank == 0 && write_report(run, error) != NN_OK)
        nni_output_say(&run->output, "warning  no report: %s", error->message);
    return NN_OK;
}

nn_status nni_callback_report(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)error;
    if (run->recipe->report == NNI_REPORT_AUTO)
        *callback = (nni_callback){.end = end, .halt = end};
    return NN_OK;
}
