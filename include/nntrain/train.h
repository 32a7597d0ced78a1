/* SPDX-License-Identifier: MIT */
/** @file
 * A whole training: from a recipe to a folder with a model, its checkpoints and its metrics.
 */
#ifndef NNTRAIN_TRAIN_H
#define NNTRAIN_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "nntrain/comm.h"
#include "nntrain/export.h"
#include "nntrain/kinds.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How progress is shown. */
typedef enum nn_progress_style {
    NN_PROGRESS_LINES, /**< a line an epoch, of more than 50 epochs some 50 lines, for files and batch jobs */
    NN_PROGRESS_BAR,   /**< a bar redrawn in place as well, for a terminal */
    NN_PROGRESS_QUIET, /**< nothing but warnings */
    NN_PROGRESS_ALL,   /**< a line an epoch, however many there are */
} nn_progress_style;

/** How a training is run, as against what is trained. All zero is fine. Strings belong to the caller. */
typedef struct nn_train_options {
    const char *output;      /**< the run's folder, made where it is missing; NULL: runs/NAME, runs/NAME-2, ... */
    const char *name;        /**< NAME of the run, for the folder and the first lines; NULL: "model" */
    bool resume;             /**< continue the run in the folder; without a checkpoint there, begin anew and say so */
    const char *resume_file; /**< continue from this checkpoint; NULL: from the newest intact one */
    const char *trace;       /**< write what each rank did when to this file; NULL: do not */
    size_t trace_limit;      /**< most spans of a rank in it; 0: 1,000,000, which take 32 MiB */
    nn_progress_style style; /**< how progress is shown, where it is */
    FILE *out;               /**< where rank 0 speaks; NULL: nowhere. The other ranks' is not looked at */
    int (*columns)(void);    /**< asks for the columns of the terminal that `out` ends on, into which lines are then
                                broken; 0: not known. NULL: it ends on none */
} nn_train_options;

/**
 * What came out of a training.
 *
 * Threads: any number at once; it never changes.
 * Ownership: the caller's, until nn_train_result_free.
 */
typedef struct nn_train_result nn_train_result;

/**
 * Trains. Collective.
 *
 * Writes the run's folder: the recipe as it was resolved, metrics, checkpoints and the model and, unless the recipe
 * says otherwise, records and, at the end, report.html, which shows all of it. Nothing is printed unless `options.out`
 * is given. Numbers have a decimal point, whatever the program's locale.
 *
 * Threads are set and pinned while it runs, and left as they were. Call it without an nn_workspace.
 *
 * SIGTERM, SIGUSR1 and SIGINT are caught while it runs: the step in work is finished, a checkpoint is written, and
 * NN_STOPPED returned. A second SIGINT ends the program at once. A program that blocks them from its beginning has
 * those that come earlier obeyed, too. The same happens where the mpirun that started this process has ended.
 *
 * @param recipe   what to train
 * @param options  how; NULL: all zero
 * @param comm     the ranks
 * @param result   receives what came out, also where the status is NN_STOPPED or NN_DIVERGED; NULL where the training
 * did not begin. May be NULL
 * @param error    receives what went wrong
 * @return NN_OK; NN_STOPPED; NN_DIVERGED where the loss becomes NaN or infinite, with weights and checkpoints of
 * before; or what recipe, data, checkpoint or system object to. On every rank alike
 */
NN_API nn_status nn_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm,
                          nn_train_result **result, nn_error *error);

/** Frees a result; NULL is fine. */
NN_API void nn_train_result_free(nn_train_result *result);

/** @return the run's folder, in which model.h5 is the model of a training that ended; the result's */
NN_API const char *nn_train_result_folder(const nn_train_result *result);

/** @return path of the newest checkpoint that is known to be whole; NULL: there is none. The result's. */
NN_API const char *nn_train_result_checkpoint(const nn_train_result *result);

/** @return whether a signal ended the training */
NN_API bool nn_train_result_stopped(const nn_train_result *result);

/** @return a figure of the test split after the last epoch; NaN where there is no such split or no such figure */
NN_API double nn_train_result_test(const nn_train_result *result, nn_metric metric);

#ifdef __cplusplus
}
#endif

#endif
