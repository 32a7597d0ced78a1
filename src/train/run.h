/** What a training holds while it runs, and the moments at which others look at it. */
#ifndef NNI_TRAIN_RUN_H
#define NNI_TRAIN_RUN_H

#include <limits.h>

#include "checkpoint/checkpoint.h"
#include "data/dataset/dataset.h"
#include "data/loading/sampler.h"
#include "data/scaling/feature_scaling.h"
#include "model/network.h"
#include "optim/optimizer.h"
#include "support/timeline.h"
#include "train/callbacks/trace_file.h"
#include "train/metrics/evaluate.h"
#include "train/run_folder/run_lock.h"
#include "train/train.h"

typedef struct nni_run nni_run;
typedef struct nni_gradient_sync nni_gradient_sync; /* see average.h */
typedef struct nni_divergence nni_divergence;       /* see trouble.h */
typedef struct nni_row_consistency nni_row_consistency;

/** How far time and memory went at the worst, on this rank. */
typedef struct nni_resource_usage {
    double last_step;     /**< clock when the newest step ended, or what came between it and the next */
    double slowest;       /**< seconds of the slowest step of the epoch in work */
    double waited_before; /**< seconds waited for rows of files before it */
    double available;     /**< bytes that the host had left when the training began */
    double looked;        /**< clock of the newest look at that */
    bool warned;          /**< that it has little left */
} nni_resource_usage;

/** One step, once its descent is done. The same on every rank. */
typedef struct nni_step_report {
    double loss;         /**< of the batch, over all ranks, before the descent */
    size_t rows;         /**< of the batch, over all ranks */
    bool stop_requested; /**< some rank was told to stop */
    bool broken;         /**< loss or gradients are not finite: nothing is moved by them */
} nni_step_report;

/** One epoch, once it is evaluated. The same on every rank. */
typedef struct nni_epoch_report {
    double train_loss; /**< mean over the rows of the epoch, each at the weights it was seen with */
    bool validated, tested;
    nni_metrics validation, test;
    bool improved;        /**< the watched metric is the best so far */
    double learning_rate; /**< of the last step */
    double seconds;       /**< this session spent on the epoch, evaluation included */
    double waited;        /**< seconds of them that the rank that waited longest waited for rows of files */
    size_t rows;          /**< seen by this session in the epoch */
    size_t skipped;       /**< rows of the epoch whose steps moved nothing */
    double slowest_step;  /**< seconds of the slowest step, on the rank where that took longest */
    double memory_peak;   /**< bytes that the rank with most memory has had at once, so far */
} nni_epoch_report;

/**
 * Something that looks on. Every moment may be NULL; all are collective and may end the training by their status.
 * A run calls its observers in their order in the table.
 */
typedef struct nni_callback {
    nn_status (*begin)(void *self, nni_run *run, nn_error *error);
    nn_status (*step)(void *self, nni_run *run, const nni_step_report *report, nn_error *error);
    nn_status (*epoch)(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error);
    nn_status (*end)(void *self, nni_run *run, nn_error *error);
    /** ends what goes on beside the training, so that the newest good checkpoint is known: trouble is about to be told
     */
    nn_status (*settle)(void *self, nni_run *run, nn_error *error);
    /** the run has gone back to an earlier step, which progress tells: what was kept of later ones is void */
    nn_status (*rewind)(void *self, nni_run *run, nn_error *error);
    /** instead of end, where a signal or divergence ended the run before */
    nn_status (*halt)(void *self, nni_run *run, nn_error *error);
    void (*free)(void *self);
    void *self;
} nni_callback;

enum { NNI_CALLBACKS_MAX = 8 };

/** A training. Owns all it points to but the caller's recipe and comm. */
struct nni_run {
    const nn_recipe *asked;  /* the caller's */
    const nn_recipe *recipe; /* the same, with a number where it says auto, once the data is known */
    nn_recipe *settled;      /* that one; NULL: the caller's says auto nowhere */
    nn_comm *comm;
    FILE *out;            /* NULL on ranks that do not speak */
    int (*columns)(void); /* of the terminal that `out` ends on; NULL: it ends on none */
    nn_progress_style style;
    size_t *bar_width; /* characters of a bar on the screen, which a line must not be glued to; NULL: there is no bar */

    size_t memory; /* bytes that rows may take on this rank */
    nni_dataset *train;
    nni_dataset *validation; /* NULL: there is none */
    nni_dataset *test;       /* NULL: nothing is held out */
    nni_feature_scaler *normalization;
    nni_target_scaler *target_scaling;
    nni_feature_scaler_notes normalization_notes; /* of a run that begins */
    nn_network *network;
    nni_optimizer *optimizer;
    nni_sampler *sampler;
    nni_augment *augment; /* NULL: training sees the rows as they are */
    nni_workspace *work;
    nni_threads threads;
    nni_evaluator *evaluate_validation, *evaluate_test; /* NULL without the split */
    size_t batch_rows;                                  /* of a full batch over all ranks */
    size_t epoch_batches;                               /* batches of an epoch */
    size_t epoch_steps; /* steps of descent of an epoch: batches / accumulate, rounded up */
    size_t part;        /* batches already in the step in work */
    nni_gradient_sync *average;
    bool finished; /* a stop of the recipe holds */
    bool stopped;  /* by a signal */
    const char *finish_reason;

    nni_progress progress;
    nni_provenance provenance;
    char folder[PATH_MAX];
    nni_run_lock *lock;             /* of the folder, on rank 0 */
    char resumed_from[PATH_MAX];    /* empty: a fresh run */
    char last_checkpoint[PATH_MAX]; /* newest known good; empty: none yet */
    nni_metrics test_metrics;       /* of the newest evaluation */

    double began;          /* clock when this session's training began */
    double seconds_before; /* trained by earlier sessions */
    double epoch_began;    /* clock when this session began the epoch in work */
    size_t epoch_rows;     /* rows this session has seen in it */
    nni_resource_usage watermarks;

    nn_status load_status; /* of this rank's rows of the step in work */
    nn_error load_error;

    nni_divergence *trouble;        /* what to do about steps that are not finite */
    nni_row_consistency *row_watch; /* of the observer of rows; NULL: nobody looks */

    nni_timeline timeline; /* of this rank since its run began */
    nni_trace *trace;      /* NULL: not asked for */

    size_t observer_count;
    nni_callback observers[NNI_CALLBACKS_MAX];
};

/** Makes a run ready for its next step: data, network, state, folder. Collective; frees what it took where it fails. */
nn_status nni_run_create(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_run **run,
                         nn_error *error);
void nni_run_free(nni_run *run);

/** The five steps, over and over, until the last epoch, a signal, or trouble. */
nn_status nni_run_loop(nni_run *run, nn_error *error);

/** The next batch of the step in work. Where its rows cannot be read, nni_loss_allreduce_finish tells all ranks so. */
void nni_run_load(nni_run *run, nni_batch *batch);

/** Once the loss of a batch is known: makes ready for its gradients, and with the last batch of a step has the loss and
 * a request to stop set out for the other ranks. */
nn_status nni_loss_allreduce_start(nni_run *run, const nni_batch *batch, nn_error *error);

/** Once its gradients are on their way. @param more  receives whether the step takes more batches before its descent */
nn_status nni_run_batch_done(nni_run *run, bool *more, nn_error *error);

/** Receives the loss of the step over all ranks. Nothing has been moved by then. @return NN_DIVERGED where it is no
 * finite number, and the recipe says to stop then */
nn_status nni_loss_allreduce_finish(nni_run *run, nni_step_report *report, nn_error *error);

/** Moves the parameters by the average over all ranks, bucket by bucket as it comes; a broken step's is dropped.
 * @return NN_DIVERGED where it is not finite, and the recipe says to stop then */
nn_status nni_run_update(nni_run *run, nni_step_report *report, nn_error *error);

/** @return whether ranks keep the optimizer's state of their own shares of the parameters alone */
bool nni_run_shards_state(const nni_run *run);

/** @return rows of the whole step in work, over all its batches and ranks: the n that its loss is divided by */
size_t nni_run_step_rows(const nni_run *run);

/** @return the learning rate of the step in work */
double nni_run_rate(const nni_run *run);

/** Takes note of a step: progress, then the observers. Goes back instead, where a broken step asks for that. */
nn_status nni_run_step_done(nni_run *run, const nni_step_report *report, nn_error *error);

/** Before the first step. */
void nni_resource_usage_begin(nni_run *run);

/** A step has ended. */
void nni_resource_usage_step(nni_run *run, double now);

/** The worst figures of an epoch over all ranks, into the report. Warns where memory runs out. Collective. */
nn_status nni_resource_usage_epoch(nni_run *run, nni_epoch_report *report, nn_error *error);

/** Looks at the watched metric: the best so far, patience, and whether a stop of the recipe holds. */
void nni_run_check_early_stopping(nni_run *run, nni_epoch_report *report);

/** @return whether a stop of the recipe held already when the run was left */
bool nni_run_was_finished(const nni_run *run);

/** Takes note of an epoch: evaluation, progress, then the observers. */
nn_status nni_run_epoch_done(nni_run *run, nn_error *error);

/** Before anything in the folder is changed: it may have become another run's while this one was suspended. Collective.
 * @return NN_SYSTEM where it has */
nn_status nni_run_check_lock(nni_run *run, nn_error *error);

/** Before trouble is told on all ranks: waits for a checkpoint under way, so that last_checkpoint is the newest good
 * one. Collective. */
void nni_run_finish_checkpoints(nni_run *run);

/** Compares the ranks' weights, unless the recipe says never to. Collective. @return NN_SYSTEM naming a rank whose
 * weights are others than those of most ranks */
nn_status nni_run_check_weight_consistency(nni_run *run, nn_error *error);

/** Makes sure that resident rows of all ranks are still those that were read, unless the recipe says never to compare.
 * Collective. @return NN_SYSTEM naming the rank where they are not */
nn_status nni_run_check_row_consistency(nni_run *run, nn_error *error);

/** This rank does something else from now on. */
void nni_run_mark(nni_run *run, nni_span_kind kind);

/** Takes the bar off the screen. */
void nni_run_wipe(const nni_run *run);

/** @return columns of the terminal that rank 0 speaks to; 0: not known, or it speaks to none */
size_t nni_run_columns(const nni_run *run);

/** Rank 0 says a line, which is broken between words where the terminal is narrow, where it speaks at all. */
void nni_run_say(const nni_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The same in one piece, for what is to be copied into a shell. */
void nni_run_say_command(const nni_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
