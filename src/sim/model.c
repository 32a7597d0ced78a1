/* SPDX-License-Identifier: MIT */
#include "sim/model.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "comm/allreduce/owner.h"

/* The first steps find nothing to wait for. */
enum { STEPS = 6, SKIPPED = 2 };

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

/* The pieces of a layer. */
typedef struct queue {
    size_t pieces, sent;
    double begin, each; /* when its gradients begin to be computed, and seconds of a piece */
    double *arrived;    /* [pieces] when their sums are there */
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

/* @return when the network has nothing more to do */
static double send_all(const nni_model *model, const nni_profile *profile, queue *queues, double network)
{
    const size_t layers = profile->layer_count;
    for (size_t l; (l = choose(queues, layers, network)) < layers; queues[l].sent++) {
        const double elements = (double)nni_profile_elements(profile, l) / (double)queues[l].pieces;
        const double pass = queues[l].each * (double)queues[l].pieces;
        const double wait = waits(model, pass / (double)model->looks);
        const double begin = fmax(network, complete_at(&queues[l])), works = busy(model, profile, elements);
        network = begin + fmax(works, (works + wait) / NNI_OWNER_WINDOW);
        queues[l].arrived[queues[l].sent] = begin + works + wait;
    }
    return network;
}

/* A layer's, as its sums come. @return when it is over */
static double forward(const nni_model *model, const nni_profile *profile, size_t layer, const queue *q, double now)
{
    const double share = (double)nni_profile_elements(profile, layer) /
                         (double)profile->layers[profile->layer_count - 1].complete / NNI_MODEL_PARTS;
    for (size_t part = 1, used = 0; part <= NNI_MODEL_PARTS; part++) {
        for (; used * NNI_MODEL_PARTS < part * q->pieces; used++)
            now = fmax(now, q->arrived[used]);
        now += (profile->descent + profile->forward) / model->speed * share;
    }
    return now;
}

static bool create_queues(const nni_model *model, const nni_profile *profile, queue *queues)
{
    bool created = true;
    for (size_t l = 0; l < profile->layer_count; l++) {
        const size_t pieces = (nni_profile_elements(profile, l) + model->piece - 1) / model->piece;
        queues[l] = (queue){.pieces = pieces, .arrived = calloc(pieces, sizeof(double))};
        created = created && queues[l].arrived;
    }
    return created;
}

/* Three that wait for each other: the passes, the network, and the update, which is a part of the next forward pass. */
static double step(const nni_model *model, const nni_profile *profile, queue *queues)
{
    const size_t layers = profile->layer_count;
    double now = 0, network = 0, begun = 0;
    for (size_t step = 0; step < STEPS; step++) {
        begun = step == SKIPPED ? now : begun;
        for (size_t l = layers; l-- > 0;) /* first layer first */
            now = forward(model, profile, l, &queues[l], now);
        for (size_t l = 0; l < layers; l++) {
            const double backward = profile->layers[l].backward / model->speed;
            queues[l].sent = 0;
            queues[l].begin = now;
            queues[l].each = backward / (double)queues[l].pieces;
            now += backward;
        }
        if (model->ranks > 1)
            network = send_all(model, profile, queues, network);
        now += profile->rest / model->speed;
    }
    return (now - begun) / (STEPS - SKIPPED);
}

double nni_model_step(const nni_model *model, const nni_profile *profile)
{
    queue queues[NNI_PROFILE_MOST_LAYERS];
    const double seconds = create_queues(model, profile, queues) ? step(model, profile, queues) : NAN;
    for (size_t l = 0; l < profile->layer_count; l++)
        free(queues[l].arrived);
    return seconds;
}
