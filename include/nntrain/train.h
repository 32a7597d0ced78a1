/** A whole training: from a recipe to a folder with a model, its checkpoints and its metrics. */
#ifndef NNTRAIN_TRAIN_H
#define NNTRAIN_TRAIN_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "nntrain/comm.h"
#include "nntrain/evaluate.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

/** How progress is shown. */
typedef enum nn_progress_style {
    NN_PROGRESS_LINES, /**< one line an epoch, for files and batch jobs */
    NN_PROGRESS_BAR,   /**< a bar redrawn in place as well, for a terminal */
    NN_PROGRESS_QUIET, /**< nothing but warnings */
} nn_progress_style;

/** How a training is run, as against what is trained. Strings belong to the caller. */
typedef struct nn_train_options {
    const char *output;      /**< the run's folder, made where it is missing; NULL: runs/<name>, runs/<name>-2, ... */
    const char *name;        /**< of the run, for the folder and the first lines */
    bool resume;             /**< continue the run in the folder; without a checkpoint there, begin anew and say so */
    const char *resume_file; /**< continue from this checkpoint; NULL: from the newest intact one */
    nn_progress_style style;
    FILE *out; /**< where rank 0 speaks; the other ranks pass anything */
} nn_train_options;

/** What came out. */
typedef struct nn_train_result {
    char folder[PATH_MAX]; /**< of the run */
    bool tested;           /**< whether there is a held-out split */
    nn_metrics test;       /**< of the last epoch */
} nn_train_result;

/**
 * Trains. Collective.
 *
 * SIGTERM and SIGUSR1 are caught while it runs: the step in work is finished, a checkpoint is written, and NN_STOPPED
 * returned.
 *
 * @return NN_OK; NN_STOPPED; NN_DIVERGED where the loss becomes NaN or infinite, with weights and checkpoints of
 * before; or what recipe, data, checkpoint or system object to. On every rank alike.
 */
nn_status nn_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nn_train_result *result,
                   nn_error *error);

/**
 * Decides how many OpenMP threads this rank computes with, and sets it.
 *
 * @param requested  of the recipe; 0: OMP_NUM_THREADS where set, else the cores of the binding mask divided by the
 * ranks that share them: never more threads than cores
 * @return threads in use
 */
size_t nn_threads_configure(size_t requested, const nn_comm *comm);

#endif
