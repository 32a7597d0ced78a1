/* SPDX-License-Identifier: MIT */
/**
 * What a training holds while it runs, by owner: data, model, progress, files, output. setup.c makes it; step.c,
 * epoch.c and the callbacks work on it.
 */
#ifndef NNI_TRAIN_RUN_RUN_H
#define NNI_TRAIN_RUN_RUN_H

#include <limits.h>

#include "checkpoint/checkpoint.h"
#include "data/dataset/dataset.h"
#include "data/loading/sampler.h"
#include "data/scaling/feature_scaling.h"
#include "model/network.h"
#include "optim/optimizer.h"
#include "recipe/recipe.h"
#include "support/sum_tree.h"
#include "support/timeline.h"
#include "train/run/callback.h"
#include "train/run/output.h"
#include "train/run/resource_usage.h"
#include "train/run/threads.h"
#include "train/run/warm_start.h"

/** Rows to train and to measure on. */
typedef struct nni_run_data {
    size_t memory; /* bytes that rows may take on this rank */
    nni_dataset *train;
    nni_dataset *validation;      /* NULL: there is none */
    nni_dataset *test;            /* NULL: nothing is held out */
    nni_string_set feature_names; /* [features] on rank 0; empty: unknown */
    nni_feature_scaler *feature_scaler;
    nni_feature_scaler_notes feature_notes; /* of a run that begins */
    nni_target_scaler *target_scaler;
    nni_sampler *sampler;
    nni_augment *augment; /* NULL: training sees the rows as they are */
} nni_run_data;

/** Sizes of batches and epochs. */
typedef struct nni_run_plan {
    size_t batch_rows;    /* of a full batch over all ranks */
    size_t epoch_batches; /* batches of an epoch */
    size_t epoch_steps;   /* updates of an epoch: batches / accumulate, rounded up */
} nni_run_plan;

/** The network and all that computes with it. */
typedef struct nni_run_model {
    nn_network *network;
    nni_optimizer *optimizer;
    nni_workspace *work;
    nni_evaluator *validation_evaluator, *test_evaluator; /* NULL without the split */
    struct nni_gradient_sync *gradient_sync;
    struct nni_loss_allreduce *loss_allreduce;
    struct nni_divergence *divergence;
} nni_run_model;

/** How far the training is. */
typedef struct nni_run_progress {
    nni_progress counters; /* what checkpoints keep of it */
    size_t batch;          /* batches already in the step in work */
    nn_status load_status; /* of this rank's rows of the step in work */
    nn_error load_error;
    double began;          /* clock when this session's training began */
    double seconds_before; /* trained by earlier sessions */
    double epoch_began;    /* clock when this session began the epoch in work */
    size_t epoch_rows;     /* rows this session has seen in it */
    nni_resource_usage usage;
    nni_metrics test;          /* of the newest evaluation */
    bool finished;             /* a stop of the recipe holds */
    const char *finish_reason; /* NULL: none does */
    bool stopped;              /* by a signal */
    bool restored_best;        /* the network has the weights of the best epoch again */
    nn_error end_error;        /* what ended the training before its end; status NN_OK: nothing has */
} nni_run_progress;

/** The run's folder and the checkpoints in it. */
typedef struct nni_run_files {
    char folder[PATH_MAX];
    struct nni_run_lock *lock;      /* of the folder, on rank 0 */
    char resumed_from[PATH_MAX];    /* empty: a fresh run */
    char last_checkpoint[PATH_MAX]; /* newest known good; empty: none yet */
    char report[PATH_MAX];          /* on rank 0, once it is written; else empty */
    nni_provenance provenance;      /* for checkpoints to come */
} nni_run_files;

/** A training. Owns all it points to but the caller's recipe, comm and output. */
struct nni_run {
    const nn_recipe *asked;  /* the caller's */
    const nn_recipe *recipe; /* the same, with a number where it says auto, once the data is known */
    nn_recipe *resolved;     /* that one; NULL: the caller's says auto nowhere */
    nni_warm_start start;
    nn_comm *comm;
    nni_threads threads;
    nni_output output;
    nni_run_data data;
    nni_run_plan plan;
    nni_run_model model;
    nni_run_progress progress;
    nni_run_files files;
    nni_callbacks callbacks;
    nni_timeline timeline;   /* of this rank since its run began */
    struct nni_trace *trace; /* NULL: not asked for */
};

/** @return whether the epochs that are complete are all of the training */
bool nni_run_is_over(const nni_run *run);

/** This rank does something else from now on. */
void nni_run_mark(nni_run *run, nni_span_kind kind);

/** @return rows of the whole step in work, over all its batches and ranks: the n that its loss is divided by */
size_t nni_run_step_rows(const nni_run *run);

/** @return the learning rate of the step in work */
double nni_run_rate(const nni_run *run);

/** @return the leaves that this rank's sums are made of: its slices, or where any order will do, one leaf */
nni_leaf_range nni_run_leaves(const nn_recipe *recipe, const nn_comm *comm);

#endif
