/* SPDX-License-Identifier: MIT */
/* nntrain_profile ROWS WIDTH WIDTH...: trains a network on synthetic rows with one thread, and prints the profile of
 * its fastest step in seconds of computation, in which other programs on the core do not count. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/measure.h"
#include "bench/training.h"
#include "comm/allreduce/wire.h"
#include "sim/profile.h"
#include "support/memory.h"

enum {
    ROUNDS = 3,
    MOST_WIDTHS = NNI_PROFILE_MOST_LAYERS + 1,
    /* As many as are added in the first exchange of a bucket of 4 MiB. */
    ADDED = 1 << 19,
};

/* What the backward pass tells as it goes. */
typedef struct clock {
    nni_profile profile;
    double before;
} clock;

static nn_status layer_done(void *context, size_t count, nn_error *error)
{
    clock *c = context;
    const double now = nni_bench_now(1);
    if (c->profile.layer_count == NNI_PROFILE_MOST_LAYERS)
        return nn_fail(error, NN_USAGE, "more than %d layers", NNI_PROFILE_MOST_LAYERS);
    c->profile.layers[c->profile.layer_count].complete = count;
    c->profile.layers[c->profile.layer_count++].backward = now - c->before;
    c->before = now;
    return NN_OK;
}

static nni_profile time_step(nni_bench_training *t, size_t step)
{
    clock c = {.profile = {.rows = t->recipe->training.batch_rows}};
    t->work->sync.complete = layer_done;
    t->work->sync.context = &c;
    nni_sampler_batch(t->sampler, 0, step, &t->batch, NULL); /* resident rows come */
    const double begin = nni_bench_now(1);
    t->work->sync.ready = NULL;
    nni_network_forward(t->network, &t->batch, t->work);
    nni_loss(&t->recipe->loss, t->network, &t->batch, t->work);
    c.before = nni_bench_now(1);
    c.profile.forward = c.before - begin;
    nni_network_backward(&t->recipe->loss, t->network, &t->batch, t->work);
    const double descent = nni_bench_now(1);
    c.profile.rest = descent - c.before;
    nni_optimizer_step(t->optimizer, t->network, t->work->gradients, t->recipe->optimizer.learning_rate, NULL, NULL);
    c.profile.descent = nni_bench_now(1) - descent;
    return c.profile;
}

static double total(const nni_profile *profile)
{
    double seconds = profile->forward + profile->rest + profile->descent;
    for (size_t l = 0; l < profile->layer_count; l++)
        seconds += profile->layers[l].backward;
    return seconds;
}

typedef struct addition {
    nni_element_wire element;
    float *sum, *received;
} addition;

static void add(void *context)
{
    addition *a = context;
    a->element.add(a->sum, a->received, a->sum, ADDED);
}

static nn_status time_addition(double *seconds, nn_error *error)
{
    addition a = {.element = nni_element_wire_of(NNI_REAL, NNI_WIRE_FLOAT32)};
    NN_TRY(nni_allocate(ADDED, sizeof(float), "the sums", &a.sum, error));
    nn_status status = nni_allocate(ADDED, sizeof(float), "what is added", &a.received, error);
    if (status == NN_OK)
        *seconds = nni_bench_time(&(nni_contestant){add, &a}, 0.1, 1) / ADDED;
    nni_release(a.sum);
    nni_release(a.received);
    return status;
}

static nn_status measure(const nni_bench_task *task, nn_error *error)
{
    nni_bench_training training;
    NN_TRY(nni_bench_training_create(task, &training, error));
    nni_profile best = {0};
    for (size_t step = 0; step <= ROUNDS; step++) {
        const nni_profile profile = time_step(&training, step % 2);
        /* The first step finds its memory untouched. */
        if (step == 1 || (step > 1 && total(&profile) < total(&best)))
            best = profile;
    }
    nn_status status = training.work->sync.status;
    if (status != NN_OK)
        *error = training.work->sync.error;
    nni_bench_training_free(&training);
    if (status == NN_OK)
        status = time_addition(&best.add, error);
    if (status == NN_OK)
        nni_profile_write(&best, stdout);
    return status;
}

int main(int argc, char **argv)
{
    size_t widths[MOST_WIDTHS];
    const size_t width_count = argc > 2 ? (size_t)argc - 2 : 0;
    if (width_count < 2 || width_count > MOST_WIDTHS) {
        fprintf(stderr, "usage: nntrain_profile ROWS WIDTH WIDTH...\n");
        return NN_USAGE;
    }
    for (size_t w = 0; w < width_count; w++)
        widths[w] = strtoul(argv[w + 2], NULL, 10);
    const nni_bench_task task = {.widths = widths,
                                 .width_count = width_count,
                                 .batch = strtoul(argv[1], NULL, 10),
                                 .activation = "relu",
                                 .optimizer = "sgd",
                                 .precision = "float32",
                                 .momentum = 0.9,
                                 .threads = 1};
    nn_error error;
    const nn_status status = measure(&task, &error);
    if (status != NN_OK)
        fprintf(stderr, "nntrain_profile: %s\n", error.message);
    return status;
}
