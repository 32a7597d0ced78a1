/* SPDX-License-Identifier: MIT */
/** What is read of a y that holds one class a row. */
#ifndef NNI_DATA_DATASET_CLASSES_H
#define NNI_DATA_DATASET_CLASSES_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "data/dataset/spec.h"
#include "hdf5/rows.h"

/** Makes a dataset of values one of classes, which are yet to be read. Local. */
nn_status nni_dataset_become_classes(nni_dataset *dataset, nn_error *error);

/**
 * Reads this rank's classes: fills dataset->classes where it is there, the digests, outputs, labels and label_set.
 * Collective and agreed. Where the spec's head predicts a value and the numbers cannot be classes, the dataset becomes
 * one of values, which are yet to be read.
 *
 * @return NN_DATA where a row is no class, naming the row and what is the matter with all of them
 */
nn_status nni_dataset_read_classes(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_hdf5_rows *y,
                                   nn_comm *comm, nn_error *error);

#endif
