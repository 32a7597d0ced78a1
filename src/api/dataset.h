/* SPDX-License-Identifier: MIT */
/** What the public nn_dataset holds. */
#ifndef NNI_API_DATASET_H
#define NNI_API_DATASET_H

#include "nntrain/dataset.h"
#include "train/run/run.h"

/** Data that is set up as a training's, of a run that goes no further: comm, recipe, data and provenance alone. */
struct nn_dataset {
    nni_run run;
};

/** @return NULL: there is no such split */
static inline nni_dataset *nni_split_of(const nn_dataset *dataset, nn_split split)
{
    const nni_run_data *data = &dataset->run.data;
    return split == NN_SPLIT_TRAIN ? data->train : split == NN_SPLIT_TEST ? data->test : data->validation;
}

#endif
