/** How good a network is on a split, summed over all ranks. */
#ifndef NNTRAIN_EVALUATE_H
#define NNTRAIN_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/comm.h"
#include "nntrain/dataset.h"
#include "nntrain/network.h"
#include "nntrain/status.h"

/** Figures of a whole split. */
typedef struct nn_metrics {
    size_t rows;
    double loss;
    bool classes;    /**< whether targets are classes: then accuracy holds, else rmse */
    size_t correct;  /**< rows whose predicted class is theirs */
    double accuracy; /**< correct / rows */
    double rmse;     /**< root of the mean squared difference over rows and outputs */
} nn_metrics;

/**
 * The class a row of output activations speaks for: the largest of several (the first of equals), or with one output
 * whether it is at least 0.5.
 */
size_t nn_predicted_class(const nn_real *output, size_t outputs);

/**
 * Runs the network over a split in pieces of at most the work space's capacity. Collective.
 *
 * @param dataset  normalised, targets fitted to the network
 */
nn_status nn_evaluate(nn_loss_kind loss, const nn_network *network, const nn_dataset *dataset, nn_workspace *work,
                      nn_comm *comm, nn_metrics *metrics, nn_error *error);

#endif
