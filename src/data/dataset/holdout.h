/* SPDX-License-Identifier: MIT */
/** Which rows of a training split are held out for validation or testing: a choice by the seed alone. */
#ifndef NNI_DATA_DATASET_HOLDOUT_H
#define NNI_DATA_DATASET_HOLDOUT_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "data/settings.h"

/** Which rows of a training split go into another split. */
typedef struct nni_holdout {
    double fraction;    /**< share of the rows, 0 < fraction < 1; ignored with folds */
    size_t fold, folds; /**< the fold that goes, 1 <= fold <= folds; folds 0: a fraction goes */
    bool stratified;    /**< of every class the same share */
    uint64_t seed;      /**< keys the choice */
    bool test;          /**< they go for testing, else for validation: another choice of the same seed */
} nni_holdout;

/** @return which of the training rows are for testing. @param seed  the recipe's */
nni_holdout nni_holdout_of_test(const nni_data_settings *data, uint64_t seed);

/** @return which of the rows that remain are for validation */
nni_holdout nni_holdout_of_validation(const nni_data_settings *data, uint64_t seed);

/** @return how many of so many rows are held out */
size_t nni_holdout_count(const nni_holdout *holdout, size_t rows);

/** @return whether any rows are held out */
static inline bool nni_holdout_takes(const nni_holdout *holdout)
{
    return holdout->fraction > 0 || holdout->folds > 0;
}

/** Rows that are held out. Owns its arrays. */
typedef struct nni_held_rows {
    nni_row_set *rows; /**< of this rank, counted in the split as it is */
    size_t *staying;   /**< [slices + 1] row that each slice begins with among those that stay, over all ranks */
    bool regular;      /**< slices of what stays are cut as those of all rows were */
} nni_held_rows;

/**
 * Chooses them. Collective and agreed; the same on any number of ranks.
 *
 * @param held  receives them, to be freed also after a failure
 * @return NN_USAGE where fewer rows than slices would stay, none would go, or strata are asked for where targets are no
 * classes
 */
nn_status nni_holdout_choose(const nni_dataset *dataset, const nni_holdout *holdout, nn_comm *comm, nni_held_rows *held,
                             nn_error *error);
void nni_held_rows_free(nni_held_rows *held);

#endif
