/* SPDX-License-Identifier: MIT */
#include "train/train.h"

#include <string.h>

#include "support/system/c_locale.h"
#include "train/callback_table.h"
#include "train/early_stopping.h"
#include "train/epoch.h"
#include "train/loop.h"
#include "train/run/notify.h"
#include "train/run/signals.h"
#include "train/run_folder/run_lock.h"
#include "train/setup.h"

static nn_status train(nni_run *run, nn_error *error)
{
    nni_run_progress *progress = &run->progress;
    NN_TRY(nni_callback_table_create(run, error));
    /* Reading the data may have taken hours, or this run was suspended. */
    NN_TRY(nni_run_lock_agree(run->files.lock, run->comm, error));
    progress->finished = nni_early_stopping_holds(&run->recipe->training.stop, &progress->counters);
    NN_TRY(nni_notify_begin(run, error));
    progress->began = progress->epoch_began = nni_clock();
    nni_resource_usage_begin(&progress->usage);
    NN_TRY(nni_run_loop(run, error));
    NN_TRY(nni_epoch_test_finished(run, error));
    return nni_notify_end(run, error);
}

nn_status nni_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_train_result *result,
                    nn_error *error)
{
    nni_run *run = NULL;
    const nni_c_locale locale = nni_c_locale_enter(); /* files are to be the same in every program */
    *result = (nni_train_result){.tested = false};
    nni_signals_catch();
    nn_status status = nni_run_create(recipe, options, comm, &run, error);
    if (status == NN_OK) {
        status = train(run, error);
        if (status != NN_OK && error)
            run->progress.end_error = *error;
        /* On all ranks alike, so that they can still talk to each other. */
        if (status == NN_STOPPED || status == NN_DIVERGED)
            nni_notify_halt(run);
        snprintf(result->folder, sizeof result->folder, "%s", run->files.folder);
        snprintf(result->checkpoint, sizeof result->checkpoint, "%s", run->files.last_checkpoint);
        result->stopped = run->progress.stopped;
        result->tested = run->data.test != NULL;
        result->test = run->progress.test;
        result->test.support = result->test.confusion = NULL; /* with each, the run's */
        memset(result->test.each, 0, sizeof result->test.each);
    }
    nni_run_free(run);
    nni_signals_release();
    nni_c_locale_leave(locale);
    return status;
}
