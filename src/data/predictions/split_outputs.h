/* SPDX-License-Identifier: MIT */
/** Outputs of a network for the rows of a split, each rank's for its own rows. */
#ifndef NNI_DATA_PREDICTIONS_SPLIT_OUTPUTS_H
#define NNI_DATA_PREDICTIONS_SPLIT_OUTPUTS_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "model/network.h"

/** Some rows of a split, evenly spaced: the k-th of `count` is floor(k * rows / count). */
typedef struct nni_row_choice {
    size_t rows;  /**< of the split */
    size_t count; /**< that are chosen: all, or at most 2^24 */
} nni_row_choice;

/** @return the row of the split that is the k-th one chosen */
static inline size_t nni_chosen_row(nni_row_choice choice, size_t k)
{
    return choice.count == choice.rows ? k : k * choice.rows / choice.count;
}

/** A row that went through the network. */
typedef struct nni_split_row {
    size_t index;         /**< among those chosen of this rank */
    size_t number;        /**< in the split */
    const nni_rows *rows; /**< as they are in the file, of which it is row `row` */
    size_t row;
    const nni_real *output; /**< [outputs] activations of the last layer */
} nni_split_row;

/** @return how many rows of a rank are chosen. Local. */
size_t nni_split_rows_of(const nni_dataset *dataset, nni_row_choice choice, const nn_comm *comm, int rank);

/**
 * Runs the chosen rows of this rank through a network, in their order. Local.
 *
 * The bits of an output do not depend on which rows are chosen.
 *
 * @param work  of the network, of a capacity of at least 1
 * @param take  called with each row; what it points to is valid in the call alone
 * @return NN_DATA where rows stay in the file and it can no longer be read; NN_SYSTEM where memory runs out
 */
nn_status nni_split_run(const nn_network *network, nni_workspace *work, const nni_dataset *dataset,
                        nni_row_choice choice, void (*take)(void *context, const nni_split_row *row), void *context,
                        nn_error *error);

#endif
