/* SPDX-License-Identifier: MIT */
/** What a step of one rank costs on a real core, measured by nntrain_profile and read by the simulation. */
#ifndef NNI_SIM_PROFILE_H
#define NNI_SIM_PROFILE_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"

enum { NNI_PROFILE_MOST_LAYERS = 16 };

/** Seconds, unless said otherwise. */
typedef struct nni_profile {
    size_t rows;        /**< of the batch of a rank */
    double forward;     /**< forward pass and loss */
    size_t layer_count; /**< in the order of the backward pass: the last layer first */
    struct {
        size_t complete; /**< elements from the front of the flat gradients that are complete by then */
        double backward; /**< from the layer before to that moment */
    } layers[NNI_PROFILE_MOST_LAYERS];
    double rest;    /**< of the backward pass after the last gradient */
    double descent; /**< of all elements */
    double add;     /**< one addition of gradients */
} nni_profile;

/** @return elements of a layer, counted as `layers` are */
size_t nni_profile_elements(const nni_profile *profile, size_t layer);

void nni_profile_write(const nni_profile *profile, FILE *out);

/** @return NN_DATA where the file is none */
nn_status nni_profile_read(const char *path, nni_profile *profile, nn_error *error);

#endif
