/* SPDX-License-Identifier: MIT */
/** Settings of a network and its loss. */
#ifndef NNI_MODEL_SETTINGS_H
#define NNI_MODEL_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "model/losses/settings.h"
#include "nntrain/kinds.h"
#include "support/setting.h"

/** A dense layer: o = a W^T + b, normalised where asked for, then the activation, then dropout. */
typedef struct nni_layer_settings {
    size_t units;
    nn_activation activation;
    nn_norm_kind normalization;
    double dropout; /**< share of the outputs set to 0 in training, 0 <= p < 1; the rest is scaled by 1 / (1 - p) */
} nni_layer_settings;

typedef struct nni_network_settings {
    nni_layer_settings *layers;
    uint32_t layers_count; /**< 0: those of the model in `from` */
    char *from;            /**< file of a trained model to begin with; NULL: weights are drawn */
    size_t freeze;         /**< layers, from the first on, that keep its weights */
    nn_initializer initializer;
    double constant; /**< of the constant initialiser */
} nni_network_settings;

#endif
