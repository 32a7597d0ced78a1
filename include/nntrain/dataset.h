/* SPDX-License-Identifier: MIT */
/** @file
 * The data that a recipe names, ready to be trained on, and batches of it.
 */
#ifndef NNTRAIN_DATASET_H
#define NNTRAIN_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "nntrain/comm.h"
#include "nntrain/export.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Which rows of a dataset. */
typedef enum nn_split {
    NN_SPLIT_TRAIN,
    NN_SPLIT_VALIDATION,
    NN_SPLIT_TEST,
} nn_split;

/**
 * The splits of a recipe's data: this rank's rows of them, with features and targets scaled as the recipe says.
 *
 * Threads: one thread at a time; getters any number at once.
 * Ownership: the caller's, until nn_dataset_free; borrows recipe and comm.
 */
typedef struct nn_dataset nn_dataset;

/**
 * Opens the data of a recipe and reads this rank's rows. Collective.
 *
 * Does all that a training does before its first step: opens data.train, data.validation and data.test or holds out
 * rows for them, settles what the recipe leaves to auto, numbers the classes, measures how features and targets are
 * scaled, and checks that the targets suit the network.
 *
 * @param recipe   what and how
 * @param comm     the ranks, which share the rows
 * @param dataset  receives the data
 * @param error    receives what went wrong
 * @return NN_DATA naming file and dataset where there is something wrong with the data, NN_USAGE naming the key where
 * recipe and data do not go together; on every rank alike
 */
NN_API nn_status nn_dataset_open(const nn_recipe *recipe, nn_comm *comm, nn_dataset **dataset, nn_error *error);

/** Frees a dataset; NULL is fine. */
NN_API void nn_dataset_free(nn_dataset *dataset);

/** @return the recipe with a number wherever it says auto; the dataset's */
NN_API const nn_recipe *nn_dataset_recipe(const nn_dataset *dataset);

/** @return rows of a split over all ranks; 0: there is no such split */
NN_API size_t nn_dataset_rows(const nn_dataset *dataset, nn_split split);

/** @return features of a row */
NN_API size_t nn_dataset_features(const nn_dataset *dataset);

/** @return classes that targets are numbers of; 0: they are values */
NN_API size_t nn_dataset_classes(const nn_dataset *dataset);

/** @return name of a class; NULL where classes are numbers alone. The dataset's. */
NN_API const char *nn_dataset_class_name(const nn_dataset *dataset, size_t class_number);

/**
 * Rows to train on: of a sampler, or filled by a program that has rows of its own. All zero but what is set.
 *
 * Threads: a value. Ownership: its arrays are somebody else's; those of nn_sampler_batch are the sampler's until its
 * next batch.
 */
typedef struct nn_batch {
    size_t rows;             /**< of this rank; 0 is valid */
    size_t global_rows;      /**< over all ranks: the n that a loss is divided by */
    const float *x;          /**< [rows, features], scaled */
    const int32_t *classes;  /**< [rows] from 0 to outputs - 1; NULL: targets are values */
    const float *values;     /**< [rows, outputs], scaled; NULL: targets are classes */
    const float *weights;    /**< [rows] of the samples; NULL: each weighs 1 */
    const uint64_t *samples; /**< [rows] numbers of the samples, which with epoch choose what dropout drops; NULL: no
                                layer has dropout */
    uint64_t epoch;          /**< from 0 */
} nn_batch;

/**
 * Shuffled batches of a training split.
 *
 * Threads: one thread at a time.
 * Ownership: the caller's, until nn_sampler_free; borrows the dataset.
 */
typedef struct nn_sampler nn_sampler;

/**
 * Plans the batches of an epoch, of training.batch rows each over all ranks, augmented as data.augment says. Local, and
 * fails alike on every rank.
 *
 * @param dataset  whose training split is sampled
 * @param sampler  receives the sampler
 * @param error    receives what went wrong
 * @return NN_USAGE where a batch has fewer rows than there are slices, or more than the split has
 */
NN_API nn_status nn_sampler_create(const nn_dataset *dataset, nn_sampler **sampler, nn_error *error);

/** Frees a sampler; NULL is fine. */
NN_API void nn_sampler_free(nn_sampler *sampler);

/** @return steps of an epoch: rows / batch, rounded up */
NN_API size_t nn_sampler_steps(const nn_sampler *sampler);

/** @return rows of a full batch over all ranks */
NN_API size_t nn_sampler_batch_rows(const nn_sampler *sampler);

/** @return the most rows that this rank has in any batch */
NN_API size_t nn_sampler_capacity(const nn_sampler *sampler);

/**
 * This rank's rows of one batch: a function of recipe, data, epoch and step alone, whatever came before. Local: a rank
 * that fails must tell the others before they wait for it (nn_comm_agree).
 *
 * @param sampler  whose arrays the batch points into, until the next call
 * @param epoch    from 0
 * @param step     below nn_sampler_steps
 * @param batch    receives the rows
 * @param error    receives what went wrong
 * @return NN_DATA where rows stay in the file and it can no longer be read
 */
NN_API nn_status nn_sampler_batch(nn_sampler *sampler, uint64_t epoch, size_t step, nn_batch *batch, nn_error *error);

#ifdef __cplusplus
}
#endif

#endif
