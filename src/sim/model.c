/* SPDX-License-Identifier: MIT */
#include "sim/model.h"

#include <math.h>

/* The first steps find nothing to wait for. Pieces of a layer that travel at a time: see comm/allreduce/owner.c. */
enum { STEPS = 6, SKIPPED = 2, WINDOW = 4 };

/* What a sum keeps its rank's wire and processor busy with, seconds. */
static double busy(const nni_model *model, const nni_profile *profile, double elements)
{
    const double ranks = (double)model->ranks, share = (ranks - 1) / ranks * elements;
    return 2 * share * (double)model->element_sent / model->bandwidth + share * profile->add / model->speed;
}

/* What its rounds wait for. @param between  two looks at messages */
static double waits(const nni_model *model, double between)
{
    return 2 * ceil(log2((double)model->ranks)) * (model->latency + between / 2);
}

/* The pieces of a layer that are still to be summed. */
typedef struct queue {
    size_t pieces, sent;
    double begin, each; /* when its gradients begin to be computed, and seconds of a piece */
} queue;

static double complete_at(const queue *q)
{
    return q->begin + q->each * (double)(q->sent + 1);
}

/* The layer whose piece is sent next: of those that have one by then, the one that the next forward pass needs first;
 * else the one that has one first. `queues` has the last layer first. */
static size_t choose(const queue *queues, size_t layers, double network)
{
    size_t chosen = layers;
    for (size_t l = 0; l < layers; l++)
        if (queues[l].sent < queues[l].pieces &&
            (chosen == layers || complete_at(&queues[l]) <= fmax(network, complete_at(&queues[chosen]))))
            chosen = l;
    return chosen;
}

/* @param arrived  [layers] receives when their sums are there @return when the network has nothing more to do */
static double send_all(const nni_model *model, const nni_profile *profile, queue *queues, double network,
                       double *arrived)
{
    const size_t layers = profile->layer_count;
    for (size_t l; (l = choose(queues, layers, network)) < layers; queues[l].sent++) {
        const double elements = (double)nni_profile_elements(profile, l) / (double)queues[l].pieces;
        const double next = l + 1 < layers ? queues[l + 1].each * (double)queues[l + 1].pieces : 0;
        const double wait = waits(model, next / (double)model->looks);
        const double begin = fmax(network, complete_at(&queues[l])), works = busy(model, profile, elements);
        network = begin + fmax(works, (works + wait) / WINDOW);
        arrived[l] = begin + works + wait;
    }
    return network;
}

/* Three that wait for each other: the passes, the network, and the update, which is a part of the next forward pass. */
double nni_model_step(const nni_model *model, const nni_profile *profile)
{
    const size_t layers = profile->layer_count, count = profile->layers[layers - 1].complete;
    double arrived[NNI_PROFILE_MOST_LAYERS] = {0}, now = 0, network = 0, begun = 0;
    queue queues[NNI_PROFILE_MOST_LAYERS];
    for (size_t step = 0; step < STEPS; step++) {
        begun = step == SKIPPED ? now : begun;
        for (size_t l = layers; l-- > 0;) /* first layer first */
            now = fmax(now, arrived[l]) + (profile->descent + profile->forward) / model->speed *
                                              (double)nni_profile_elements(profile, l) / (double)count;
        for (size_t l = 0; l < layers; l++) {
            const size_t pieces = (nni_profile_elements(profile, l) + model->piece - 1) / model->piece;
            const double backward = profile->layers[l].backward / model->speed;
            queues[l] = (queue){.pieces = pieces, .begin = now, .each = backward / (double)pieces};
            now += backward;
            arrived[l] = now;
        }
        if (model->ranks > 1)
            network = send_all(model, profile, queues, network, arrived);
        now += profile->rest / model->speed;
    }
    return (now - begun) / (STEPS - SKIPPED);
}
