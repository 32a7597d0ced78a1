/* SPDX-License-Identifier: MIT */
/** Holds rows of a training split out, as a split of their own. */
#ifndef NNI_DATA_DATASET_SPLIT_H
#define NNI_DATA_DATASET_SPLIT_H

#include "data/dataset/holdout.h"

/**
 * Holds rows of a training split out, for validation or for testing. The same on any number of ranks. Collective.
 * Targets may have been fitted, so that a message about one names its row in the file. Of what remains more may be held
 * out: the rows that go first do not depend on those that go later.
 *
 * A fraction: N' = N - round(fraction * N) rows stay, in the same number of slices: slice s keeps floor((N' + s) / S)
 * of its floor((N + s) / S) rows. Which rows of a slice go is a keyed bijection of the seed alone. Folds: the rows of
 * all slices, each in its keyed order, go to the folds by turns, so that every row is in one of them and folds differ
 * by a row at most. Stratified: the same class by class, for a fraction as for folds; a class of n rows loses fraction
 * * n of them, give or take one. Once folds or strata have left slices of any size, a fraction goes by turns as well.
 *
 * All others stay in the order of the file, in both splits. Both splits count their rows anew. x_range remains that of
 * the whole. What is held out serves evaluation: no sampler, digest or fit of a
 * normalisation may use it.
 *
 * @param held_out  receives these rows, to be freed by the caller
 * @return NN_USAGE where fewer rows than slices would stay, none would be held out, or strata are asked
 * for where targets are no classes; the dataset is then as it was
 */
nn_status nni_dataset_split(nni_dataset *dataset, const nni_holdout *holdout, nn_comm *comm, nni_dataset **held_out,
                            nn_error *error);

#endif
