/* SPDX-License-Identifier: MIT */
/** What a closed formula says of a step on many ranks, to stand beside the simulation. */
#ifndef NNI_SIM_MODEL_H
#define NNI_SIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/profile.h"

typedef struct nni_model {
    size_t ranks;
    size_t bucket;    /**< elements */
    double latency;   /**< seconds of a short message */
    double bandwidth; /**< bytes a second, in and out each */
    double speed;     /**< of a rank, in those of the core that the profile was measured on */
    bool segments;    /**< each rank sends each other one its segment, in place of rounds */
} nni_model;

/**
 * Seconds of a step whose buckets are summed one after the other while the backward pass goes on, and descended as they
 * come. With alpha the latency, beta the seconds a byte and gamma those of an addition, n bytes over P ranks take
 * 2 ceil(log2(P)) alpha + 2 (P - 1)/P n beta + (P - 1)/P n gamma; with segments 2 (P - 1) alpha in place of the first
 * term.
 */
double nni_model_step(const nni_model *model, const nni_profile *profile);

#endif
