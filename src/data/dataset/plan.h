/** What a split holds, before a row of it is read: one rank finds out and tells the others. */
#ifndef NNI_DATA_DATASET_PLAN_H
#define NNI_DATA_DATASET_PLAN_H

#include "data/dataset/files.h"
#include "data/dataset/read_split.h"
#include "hdf5/storage/outside.h"

/** Plain facts, the same on every rank. */
typedef struct nn_plan {
    nn_dataset_layouts layouts; /**< of several files: of all their rows */
    nn_target_kind target;
    uint64_t bytes;          /**< of all files */
    nn_hdf5_outside outside; /**< of all files */
} nn_plan;

/**
 * Describes x, y and w of a spec's files. Collective and agreed.
 *
 * @param files        receives the rows that each begins with
 * @param class_names  empty; receives what the files call classes that are numbers
 * @return NN_DATA where a dataset is not as it must be, or another than in the first file, naming the file
 */
nn_status nn_plan_make(const nn_dataset_spec *spec, nn_files *files, nn_comm *comm, nn_plan *plan,
                       nn_texts *class_names, nn_error *error);

#endif
