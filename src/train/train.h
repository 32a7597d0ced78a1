/* SPDX-License-Identifier: MIT */
/** A whole training: from a recipe to a folder with a model, its checkpoints and its metrics. */
#ifndef NNI_TRAIN_TRAIN_H
#define NNI_TRAIN_TRAIN_H

#include <stdbool.h>

#include "comm/comm.h"
#include "metrics/evaluate.h"
#include "nntrain/status.h"
#include "nntrain/train.h"
#include "recipe/recipe.h"

/** Bytes of a path that the library gives, with the 0 at its end. */
enum { NNI_PATH_SIZE = 4096 };

/** What came out. */
typedef struct nni_train_result {
    char folder[NNI_PATH_SIZE];     /**< of the run */
    char checkpoint[NNI_PATH_SIZE]; /**< newest one known to be whole; empty: there is none */
    bool stopped;                   /**< a signal ended it */
    bool tested;                    /**< whether there is a held-out split */
    nni_metrics test;               /**< of the last epoch, without arrays */
} nni_train_result;

/**
 * Trains, as nn_train says. Collective.
 *
 * @param result  receives what came out; all zero where the training did not begin
 */
nn_status nni_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_train_result *result,
                    nn_error *error);

#endif
