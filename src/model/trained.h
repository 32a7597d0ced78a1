/* SPDX-License-Identifier: MIT */
/** A trained model as whoever takes it elsewhere sees it: the network with what comes before and after it. */
#ifndef NNI_MODEL_TRAINED_H
#define NNI_MODEL_TRAINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/feature_scaler.h"
#include "model/network.h"
#include "model/target_scaler.h"
#include "nntrain/kinds.h"
#include "support/string_set.h"

/** Borrows everything. */
typedef struct nni_trained {
    const nn_network *network;
    const nni_feature_scaler *feature_scaler;
    const nni_target_scaler *target_scaler;
    nn_prediction predicts;
    const nni_string_set *class_names;   /**< in the order of the outputs; without texts: classes are numbers alone */
    bool names_are_labels;               /**< the names are the whole numbers that the training's y held */
    const nni_string_set *feature_names; /**< [inputs]; NULL or empty: unknown */
    uint64_t epochs;                     /**< complete epochs of its training */
    uint64_t classes;                    /**< that its targets were numbers of; 0: they were values */
    const char *recipe;                  /**< the resolved recipe */
    const char *data_file;               /**< of its training rows; "": unknown */
    uint64_t data_digest;                /**< of these rows; 0: unknown */
} nni_trained;

#endif
