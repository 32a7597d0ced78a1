/* SPDX-License-Identifier: MIT */
/** Classes that have names: y holds the names themselves, or numbers that the file's /classes names. */
#ifndef NNI_DATA_DATASET_LABELS_H
#define NNI_DATA_DATASET_LABELS_H

#include "comm/comm.h"
#include "data/dataset/label_set.h"
#include "data/dataset/spec.h"
#include "hdf5/rows.h"

/** What the classes of a split are called, and how y tells them. */
typedef struct nni_labels {
    nni_string_set names; /**< [classes] */
    bool texts;           /**< y holds them; else numbers */
    nni_string_set own;   /**< what the file calls its numbers, where that is something else */
    int64_t *number;  /**< [own.count] class of each number of the file, -1: none; NULL: its numbers are the classes */
    int64_t *integer; /**< [names.count] ascending, which the names are in decimal; NULL: names are something else. y
                         holds them unless it holds texts or names of its own */
} nni_labels;

/**
 * Labels of a y that holds numbers.
 *
 * @param own     what the file calls them; may be empty
 * @param labels  receives them; NULL: classes are numbers alone
 */
nn_status nni_labels_of_numbers(const nni_dataset_spec *spec, const nni_string_set *own, nni_labels **labels,
                                nn_error *error);

/**
 * Labels of a y that holds texts: those of the spec, or the different texts of all ranks' rows, sorted. Collective and
 * agreed.
 *
 * @param rows  of y that belong to this rank
 * @return NN_DATA where there are more than NNI_STRING_SET_MAX, one is empty or longer than NNI_LABEL_MOST bytes
 */
nn_status nni_labels_of_texts(const nni_dataset_spec *spec, const nni_hdf5_rows *rows, nn_comm *comm,
                              nni_labels **labels, nn_error *error);

/** Labels of a y that holds whole numbers, each the name of a class. Local. */
nn_status nni_labels_of_integers(const nni_label_set *set, nni_labels **labels, nn_error *error);

/** @param copy  receives NULL where there are none; to be freed also after a failure */
nn_status nni_labels_copy(const nni_labels *labels, nni_labels **copy, nn_error *error);
void nni_labels_free(nni_labels *labels);

/** @return how a y with these labels becomes classes while it is read; labels may be NULL, and are borrowed */
nni_hdf5_class_map nni_labels_map(const nni_labels *labels);

#endif
