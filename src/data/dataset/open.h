/* SPDX-License-Identifier: MIT */
/** Opens a split: finds its files, describes them, and reads every row of this rank once. */
#ifndef NNI_DATA_DATASET_OPEN_H
#define NNI_DATA_DATASET_OPEN_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "data/dataset/spec.h"

/** Receives how many rows a split has, as its files describe themselves; none is read. Collective, with the errors of
 * nni_dataset_open that need no row. */
nn_status nni_dataset_count(const nni_dataset_spec *spec, nn_comm *comm, size_t *rows, nn_error *error);

/**
 * Opens a split and reads this rank's rows. Collective. Several files are the one that has all their rows, bit for bit.
 *
 * Errors, each one sentence that names file and dataset, agreed between ranks: no such file, not HDF5 (or truncated),
 * no such dataset, a type that is no number, x without rows or features, y or w with another number of rows than x,
 * negative classes or weights, another shape or kind of values than in the first of several files, NaN or infinity, a
 * text that is no known class (with the row), and, where `slices` is more than the rows and `every_slice` is set, an
 * empty slice.
 *
 * Classes that are texts are numbered in their order by bytes, over all ranks' rows; those of integers may have their
 * names in the file's dataset /classes. Where spec->class_names are given, both are read through these.
 *
 * Where spec->head tells classes apart, the integers of a training split that are not 0 to outputs - 1 become classes
 * in their order if they are as many as it has classes, and the integers are the classes' names; else NN_DATA says how
 * many there are, unless spec->any_classes. Floats that are whole numbers are classes as well, under several outputs of
 * softmax or sigmoid, and under a single sigmoid with binary_cross_entropy or iou. Integers that a head which predicts
 * a value cannot take for classes are values. Values are checked against spec->head.loss: cross_entropy takes rows that
 * are distributions, binary_cross_entropy and iou numbers from 0 to 1.
 *
 * All rows are read once, and kept where they take no more than spec->memory on every rank. Else they are read again
 * for every use; what is trained then is the same, bit for bit.
 *
 * @param slices       S; more ranks than S is NN_USAGE
 * @param every_slice  true for training, where a slice without rows is an error; evaluation allows it
 */
nn_status nni_dataset_open(const nni_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                           nni_dataset **dataset, nn_error *error);

/** @return bytes of rows that a rank may have in memory: as asked, or for 0 half of what its host can give, shared by
 * the ranks there; 0: unknown */
size_t nni_dataset_memory(size_t asked, const nn_comm *comm);

#endif
