/* SPDX-License-Identifier: MIT */
/** Reads and checks every row of a split once, when it is opened, and keeps the rows that fit into memory. */
#ifndef NNI_DATA_DATASET_READ_H
#define NNI_DATA_DATASET_READ_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "data/dataset/spec.h"
#include "hdf5/file.h"

/**
 * Reads this rank's rows of an open file: x, y and w as far as the spec names them. Collective and agreed.
 *
 * Fills the arrays that the dataset has, its digests, x_range, and the outputs of classes. NN_DATA where a number is
 * not finite, a class or a weight negative, naming the row.
 */
nn_status nni_dataset_read(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_dataset_layouts *layouts,
                           hid_t file, nn_comm *comm, nn_error *error);

#endif
