/* SPDX-License-Identifier: MIT */
#include "sim/model.h"

#include <math.h>

static double exchange(const nni_model *model, const nni_profile *profile, size_t elements)
{
    const double ranks = (double)model->ranks, share = (ranks - 1) / ranks * (double)elements;
    const double messages = model->segments ? ranks - 1 : ceil(log2(ranks));
    return 2 * messages * model->latency + 2 * share * (double)sizeof(float) / model->bandwidth +
           share * profile->add / model->speed;
}

double nni_model_step(const nni_model *model, const nni_profile *profile)
{
    const size_t count = profile->layers[profile->layer_count - 1].complete;
    double compute = profile->forward / model->speed, network = 0, descent = profile->rest / model->speed;
    for (size_t l = 0; l < profile->layer_count; l++)
        descent += profile->layers[l].backward / model->speed;
    descent += compute;
    /* Three that wait for each other: the passes, the network, the descent, which begins when the passes are over. */
    for (size_t first = 0, l = 0; first < count; first += model->bucket) {
        const size_t end = first + model->bucket < count ? first + model->bucket : count;
        while (l < profile->layer_count && (l == 0 || profile->layers[l - 1].complete < end))
            compute += profile->layers[l++].backward / model->speed;
        if (model->ranks > 1)
            network = fmax(network, compute) + exchange(model, profile, end - first);
        descent = fmax(descent, network) + profile->descent / model->speed * (double)(end - first) / (double)count;
    }
    return descent;
}
