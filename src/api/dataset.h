/** What the public nn_dataset holds. */
#ifndef NNI_API_DATASET_H
#define NNI_API_DATASET_H

#include "checkpoint/checkpoint.h"
#include "data/dataset/dataset.h"
#include "nntrain/dataset.h"
#include "recipe/recipe.h"

enum { NNI_SPLITS = NN_SPLIT_TEST + 1 };

/** Owns all but comm and the caller's recipe. */
struct nn_dataset {
    nn_comm *comm;
    const nn_recipe *recipe;        /**< with a number wherever it says auto */
    nn_recipe *resolved;            /**< that one; NULL: the caller's says auto nowhere */
    nni_dataset *split[NNI_SPLITS]; /**< by nn_split; NULL: there is none, but NN_SPLIT_TRAIN */
    nni_feature_scaler *feature_scaler;
    nni_target_scaler *target_scaler;
    nni_provenance provenance;
};

#endif
