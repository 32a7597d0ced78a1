/** A whole training: from a recipe to a folder with a model, its checkpoints and its metrics. */
#ifndef NNI_TRAIN_TRAIN_H
#define NNI_TRAIN_TRAIN_H

#include <stdbool.h>

#include "comm/comm.h"
#include "metrics/evaluate.h"
#include "nntrain/status.h"
#include "recipe/recipe.h"
#include "train/run/options.h"

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
 * Trains. Collective.
 *
 * Threads are set and pinned while it runs, as by nni_threads_configure, and left as they were.
 *
 * SIGTERM, SIGUSR1 and SIGINT are caught while it runs: the step in work is finished, a checkpoint is written, and
 * NN_STOPPED returned. A second SIGINT ends the program at once. A program that blocks them from its beginning has
 * those that come earlier obeyed, too. The same happens where the mpirun that started this process has ended.
 *
 * @return NN_OK; NN_STOPPED; NN_DIVERGED where the loss becomes NaN or infinite, with weights and checkpoints of
 * before; or what recipe, data, checkpoint or system object to. On every rank alike.
 */
nn_status nni_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_train_result *result,
                    nn_error *error);

#endif
