/* SPDX-License-Identifier: MIT */
/** Callbacks: what is optional about a training, called at named moments; and the reports that it is given. */
#ifndef NNI_TRAIN_RUN_CALLBACK_H
#define NNI_TRAIN_RUN_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics/evaluate.h"
#include "nntrain/status.h"

typedef struct nni_run nni_run; /* see run.h */

/** One step, once the update is done. The same on every rank. */
typedef struct nni_step_report {
    double loss;         /**< of the batch, over all ranks, before the update */
    size_t rows;         /**< of the batch, over all ranks */
    bool stop_requested; /**< some rank was told to stop */
    bool diverged;       /**< loss or gradients are not finite: nothing is updated by them */
} nni_step_report;

/** One epoch, once it is evaluated. The same on every rank. */
typedef struct nni_epoch_report {
    double train_loss; /**< mean over the rows of the epoch, each at the weights it was seen with */
    bool validated, tested;
    nni_metrics validation, test;
    bool improved;        /**< the metric that early stopping follows is the best so far */
    double learning_rate; /**< of the last step */
    double seconds;       /**< this session spent on the epoch, evaluation included */
    double waited;        /**< seconds of them that the rank that waited longest waited for rows of files */
    size_t rows;          /**< seen by this session in the epoch */
    size_t skipped;       /**< rows of the epoch whose steps were skipped */
    double slowest_step;  /**< seconds of the slowest step, on the rank where that took longest */
    double memory_peak;   /**< bytes that the rank with most memory has had at once, so far */
} nni_epoch_report;

/**
 * Functions of a callback. Every moment may be NULL. All are collective, and end the training where they fail, but for
 * finish_write and halt, whose failures are warnings. See notify.h for the order.
 */
typedef struct nni_callback {
    /** before the first step */
    nn_status (*begin)(void *self, nni_run *run, nn_error *error);
    /** after a step, skipped ones included */
    nn_status (*step)(void *self, nni_run *run, const nni_step_report *report, nn_error *error);
    /** after an epoch, once it is evaluated */
    nn_status (*epoch)(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error);
    /**
     * before weights are written to a file: whether they may be
     *
     * @param rolled_back  receives true where they may not, and the run went back to an earlier step instead; NULL: the
     * training is over, and cannot go back
     */
    nn_status (*before_write)(void *self, nni_run *run, bool *rolled_back, nn_error *error);
    /** before an error is reported: waits for a checkpoint that is being written, so that the newest good one is known
     */
    nn_status (*finish_write)(void *self, nni_run *run, nn_error *error);
    /** the run went back to an earlier step, that of its counters: what was kept of later ones is void */
    nn_status (*rolled_back)(void *self, nni_run *run, nn_error *error);
    /** after the last epoch */
    nn_status (*end)(void *self, nni_run *run, nn_error *error);
    /** instead of end, where a signal or divergence ended the run before */
    nn_status (*halt)(void *self, nni_run *run, nn_error *error);
    void (*free)(void *self);
    void *self;
} nni_callback;

/** Makes a callback, or leaves it zeroed where the recipe does not ask for it. Local; what it took is freed by `free`,
 * also where it fails. */
typedef nn_status (*nni_callback_maker)(nni_run *run, nni_callback *callback, nn_error *error);

/** The callbacks of a run, in the order of their table. Owns them. */
typedef struct nni_callbacks {
    nni_callback *items;
    size_t count;
} nni_callbacks;

#endif
