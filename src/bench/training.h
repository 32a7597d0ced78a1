/* SPDX-License-Identifier: MIT */
/** A training on synthetic rows in memory, step by step. */
#ifndef NNI_BENCH_TRAINING_H
#define NNI_BENCH_TRAINING_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "data/loading/sampler.h"
#include "model/network.h"
#include "nntrain/status.h"
#include "optim/optimizer.h"
#include "recipe/recipe.h"

/** What a step consists of. */
typedef enum nni_bench_part {
    NNI_BENCH_LOAD,
    NNI_BENCH_FORWARD_PASS,
    NNI_BENCH_LOSS,
    NNI_BENCH_BACKWARD_PASS,
    NNI_BENCH_UPDATE,
} nni_bench_part;

enum { NNI_BENCH_PARTS = 5 };

/** "load", "forward", "loss", "backward", "descent". */
const char *nni_bench_part_name(nni_bench_part part);

/** What is to be trained. */
typedef struct nni_bench_task {
    const size_t *widths; /**< [width_count] inputs, hidden layers, classes */
    size_t width_count;
    size_t batch;
    const char *activation, *optimizer, *precision; /**< as in a recipe */
    double momentum;                                /**< below 0: the optimizer's default */
    size_t threads;
    nn_comm *comm; /**< of the ranks that share each batch; NULL: one alone */
} nni_bench_task;

/** Owns all it points to. */
typedef struct nni_bench_training {
    nn_recipe *recipe;
    nni_dataset *dataset;
    nni_sampler *sampler;
    nn_network *network;
    nni_workspace *work;
    nni_optimizer *optimizer;
    struct nni_gradient_sync *sync; /**< of the ranks, or of one alone */
    nn_comm alone;                  /**< a run of one rank, where no other is given */
    nni_batch batch;                /**< of the last step */
    size_t threads;                 /**< that compute, of this rank */
    size_t workers;                 /**< of all ranks */
    size_t steps;                   /**< done so far */
} nni_bench_training;

/**
 * Lays out network, rows and work space, with weights drawn as training draws them. Collective.
 *
 * The rows are uniform between -1 and 1 and of random classes: 16,384 of them, more than caches hold, or two batches.
 *
 * @return NN_USAGE where the recipe of it all is none, or a batch has fewer rows than there are ranks
 */
nn_status nni_bench_training_create(const nni_bench_task *task, nni_bench_training *training, nn_error *error);
void nni_bench_training_free(nni_bench_training *training);

/**
 * The five parts of a step, as the training loop has them. Collective; a rank waits for others in the descent.
 *
 * @param seconds  [NNI_BENCH_PARTS], each part adds to its own, a look at the clock included; NULL: no clock is read
 */
nn_status nni_bench_training_step(nni_bench_training *training, double *seconds, nn_error *error);

#endif
