/* SPDX-License-Identifier: MIT */
/** What a split holds, before a row of it is read: one rank finds out and tells the others. */
#ifndef NNI_DATA_DATASET_PLAN_H
#define NNI_DATA_DATASET_PLAN_H

#include "comm/comm.h"
#include "data/dataset/spec.h"
#include "data/rows/origin.h"
#include "data/rows/rows.h"
#include "hdf5/storage/outside.h"

/** Plain facts, the same on every rank. */
typedef struct nni_plan {
    nni_dataset_layouts layouts; /**< of several files: of all their rows */
    nni_target_kind target;
    uint64_t bytes;           /**< of all files */
    nni_hdf5_outside outside; /**< of all files */
} nni_plan;

/**
 * Describes x, y and w of a spec's files. Collective and agreed.
 *
 * @param files        receives the rows that each begins with
 * @param class_names  empty; receives what the files call classes that are numbers
 * @return NN_DATA where a dataset is not as it must be, or another than in the first file, naming the file
 */
nn_status nni_plan_make(const nni_dataset_spec *spec, nni_files *files, nn_comm *comm, nni_plan *plan,
                        nni_string_set *class_names, nn_error *error);

#endif
