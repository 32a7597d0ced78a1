/* SPDX-License-Identifier: MIT */
/** What a closed formula says of a step on many ranks, to stand beside the simulation. */
#ifndef NNI_SIM_MODEL_H
#define NNI_SIM_MODEL_H

#include <stddef.h>

#include "sim/profile.h"

/** Parts of a layer that a forward pass takes at a time: see model/passes.c. */
enum { NNI_MODEL_PARTS = 8 };

typedef struct nni_model {
    size_t ranks;
    size_t piece;        /**< elements */
    size_t element_sent; /**< bytes of an element in a message */
    size_t looks;        /**< at messages, while a rank computes a layer */
    double latency;      /**< seconds of a short message */
    double bandwidth;    /**< bytes a second, in and out each */
    double speed;        /**< of a rank, in those of the core that the profile was measured on */
} nni_model;

/**
 * Seconds of a step among others like it: pieces are summed while the passes go on, of those that are complete the
 * first layer's first, and a layer's parameters are updated when the next forward pass comes to them. With alpha the
 * latency, beta the seconds a byte and gamma those of an addition, n elements over P ranks take 2 ceil(log2 P) alpha +
 * 2 (P - 1)/P n b beta + (P - 1)/P n gamma, with b the bytes of an element sent. A round that ends while its rank
 * computes is seen at the next look, half of the time between two later; while a sum waits for a round, three others
 * travel.
 */
double nni_model_step(const nni_model *model, const nni_profile *profile);

#endif
