/* SPDX-License-Identifier: MIT */
/** Warm start: a training that begins with the first layers of a trained model (network.from). */
#ifndef NNI_TRAIN_RUN_WARM_START_H
#define NNI_TRAIN_RUN_WARM_START_H

#include "checkpoint/checkpoint.h"
#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "recipe/recipe.h"

enum { NNI_WARM_START_TEXT = 300 };

/** A model, and what is taken of it. Zeroed, there is none. Owns the model and the recipes. */
typedef struct nni_warm_start {
    nni_checkpoint *model; /**< NULL: nothing is taken, or nothing any more */
    size_t taken;          /**< layers that go on, from the first on */
    bool other_classes;    /**< the last layer does not, though it is like the model's: its classes are others */
    bool other_order;      /**< they are the model's in another order */
    char text[NNI_WARM_START_TEXT]; /**< of these, for people: "layer 0 is taken; layer 1 is drawn anew: ..." */
    nn_recipe *recipes[2]; /**< the recipe with the layers of a model, then with a last layer for the classes of the
                              data; NULL: it needed none */
} nni_warm_start;

/**
 * Reads the model that a recipe begins with. Collective: rank 0 reads, all ranks receive.
 *
 * @return NN_DATA where there is no such file, or it is damaged
 */
nn_status nni_warm_start_read(nni_warm_start *start, const nn_recipe *recipe, nn_comm *comm, nn_error *error);

/**
 * Gives a recipe without layers those of a network. Local.
 *
 * @param recipe  is replaced by one that `start` owns; the one before stays
 */
nn_status nni_warm_start_complete(nni_warm_start *start, const nn_network *network, const nn_recipe **recipe,
                                  nn_error *error);

/**
 * Finds which layers go on. Local.
 *
 * @return NN_USAGE where not even the first does, or where layers are to keep weights that the model has none for
 */
nn_status nni_warm_start_match(nni_warm_start *start, const nn_recipe *recipe, nn_error *error);

/**
 * Fits the last layer to the classes of the training rows: it is drawn anew where they are called otherwise than the
 * model's, or are another number and the recipe leaves the layers to the model. Local.
 *
 * @param recipe  is replaced likewise
 */
nn_status nni_warm_start_fit(nni_warm_start *start, const nni_dataset *train, const nn_recipe **recipe,
                             nn_error *error);

/** @return whether classes of the data decide on the last layer, see nni_dataset_spec.any_classes */
bool nni_warm_start_takes_any_classes(const nni_warm_start *start, const nn_recipe *recipe);

/**
 * Takes over how the model scales features, which its layers have been trained on, unless the recipe names a scaling of
 * its own. Local.
 *
 * @param scaler  receives it, the caller's from then on; stays as it is where there is none to take
 * @return NN_USAGE where values are to be imputed and the model has none to put in their place
 */
nn_status nni_warm_start_take_features(nni_warm_start *start, const nn_recipe *recipe, nni_feature_scaler **scaler,
                                       nn_error *error);

/** The same of targets that are values, where the last layer goes on. */
void nni_warm_start_take_targets(nni_warm_start *start, const nn_recipe *recipe, const nni_dataset *train,
                                 nni_target_scaler **scaler);

/** @return how targets are scaled where they are values: as the recipe says, or as the model does it */
nn_target_scaling nni_warm_start_target_kind(const nni_warm_start *start, const nn_recipe *recipe);

/** NN_DATA where features of the training rows are called otherwise than the model's. Collective. */
nn_status nni_warm_start_compare_names(const nni_warm_start *start, const nni_dataset *train, const nn_recipe *recipe,
                                       nn_comm *comm, nn_error *error);

/** The model is not needed any more. */
void nni_warm_start_release(nni_warm_start *start);

void nni_warm_start_free(nni_warm_start *start);

#endif
