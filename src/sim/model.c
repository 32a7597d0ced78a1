/* SPDX-License-Identifier: MIT */
#include "sim/model.h"

#include <math.h>

/* The first steps find nothing to wait for. */
enum { STEPS = 6, SKIPPED = 2 };

static double exchange(const nni_model *model, const nni_profile *profile, size_t elements)
{
    const double ranks = (double)model->ranks, share = (ranks - 1) / ranks * (double)elements;
    return 2 * ceil(log2(ranks)) * model->latency + 2 * share * (double)model->element_sent / model->bandwidth +
           share * profile->add / model->speed;
}

/* Seconds that a sum's rounds wait to be seen while the next layer is computed. */
static double unseen(const nni_model *model, const nni_profile *profile, size_t layer, size_t pieces)
{
    const double between = layer + 1 < profile->layer_count
                               ? profile->layers[layer + 1].backward / model->speed / (double)(pieces * model->looks)
                               : 0;
    return 2 * ceil(log2((double)model->ranks)) * between / 2;
}

/* Three that wait for each other: the passes, the network, and the update, which is a part of the next forward pass. */
double nni_model_step(const nni_model *model, const nni_profile *profile)
{
    const size_t layers = profile->layer_count, count = profile->layers[layers - 1].complete;
    double arrived[NNI_PROFILE_MOST_LAYERS] = {0}, now = 0, network = 0, begun = 0;
    for (size_t step = 0; step < STEPS; step++) {
        begun = step == SKIPPED ? now : begun;
        for (size_t l = layers; l-- > 0;) /* first layer first */
            now = fmax(now, arrived[l]) + (profile->descent + profile->forward) / model->speed *
                                              (double)nni_profile_elements(profile, l) / (double)count;
        for (size_t l = 0; l < layers; l++) {
            const size_t elements = nni_profile_elements(profile, l);
            const size_t pieces = (elements + model->piece - 1) / model->piece;
            for (size_t p = 0; p < pieces; p++) {
                now += profile->layers[l].backward / model->speed / (double)pieces;
                network = fmax(network, now) + (model->ranks > 1 ? exchange(model, profile, elements / pieces) : 0) +
                          unseen(model, profile, l, pieces);
            }
            arrived[l] = network;
        }
        now += profile->rest / model->speed;
    }
    return (now - begun) / (STEPS - SKIPPED);
}
