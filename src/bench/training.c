#include "bench/training.h"

#include <stdio.h>

#include "base/philox.h"
#include "bench/bench.h"
#include "bench/measure.h"
#include "nntrain/memory.h"

const char *nn_bench_part_name(nn_bench_part part)
{
    static const char *const names[NN_BENCH_PARTS] = {"load", "forward", "loss", "backward", "descent"};
    return names[part];
}

static size_t slices_of(size_t batch)
{
    return batch < 16 ? batch : 16;
}

/* A recipe, so that names are understood and defaults filled in as for a training. */
static nn_status make_recipe(const nn_bench_task *task, nn_recipe **recipe, nn_error *error)
{
    char text[4096];
    size_t used = 0;
    used += (size_t)snprintf(text, sizeof text, "data: {train: {file: synthetic}}\nnetwork:\n  layers:\n");
    for (size_t l = 1; l < task->width_count && used < sizeof text; l++)
        used += (size_t)snprintf(text + used, sizeof text - used, "  - {units: %zu, activation: %s}\n", task->widths[l],
                                 l + 1 < task->width_count ? task->activation : "softmax");
    if (used < sizeof text)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "loss: cross_entropy\nparallel: {slices: %zu}\ntraining: {batch: %zu, precision: %s}\n"
                                 "optimizer:\n  name: %s\n  learning_rate: 0.01\n",
                                 slices_of(task->batch), task->batch, task->precision, task->optimizer);
    if (used < sizeof text && task->momentum >= 0)
        used += (size_t)snprintf(text + used, sizeof text - used, "  momentum: %g\n", task->momentum);
    if (used >= sizeof text)
        return nn_fail(error, NN_USAGE, "--activation, --optimizer or --precision: a name of such length is none");
    return nn_recipe_parse(text, "the recipe of the benchmark", NULL, NULL, 0, recipe, error);
}

static void draw_rows(nn_dataset *dataset)
{
    const size_t count = dataset->rows * dataset->features;
    nn_real *x = dataset->x;
    for (size_t i = 0; i < count; i += 4) {
        const nn_philox_block block = nn_random_block(1, NN_RANDOM_GENERATE, 1, i / 4);
        for (size_t k = 0; k < 4 && i + k < count; k++)
            x[i + k] = (nn_real)((int32_t)block.word[k] >> 8) / (nn_real)8388608;
    }
    for (size_t row = 0; row < dataset->rows; row++)
        dataset->classes[row] =
            (int32_t)(nn_random_block(1, NN_RANDOM_GENERATE, 2, row).word[0] % (uint32_t)dataset->outputs);
}

static nn_status make_rows(const nn_bench_task *task, nn_dataset **dataset, nn_error *error)
{
    const size_t rows = task->batch * 2 > 16384 ? task->batch * 2 : 16384;
    NN_TRY(nn_allocate(1, sizeof **dataset, "the rows of a benchmark", dataset, error));
    nn_dataset *d = *dataset;
    d->slices = d->whole = (nn_slices){rows, slices_of(task->batch)};
    d->slice_count = d->slices.count;
    d->rows = rows;
    d->features = task->widths[0];
    d->element = NN_REAL;
    d->target = NN_TARGET_CLASSES;
    d->outputs = task->widths[task->width_count - 1];
    NN_TRY(nn_allocate(rows, d->features * sizeof(nn_real), "the rows of a benchmark", &d->x, error));
    NN_TRY(nn_allocate(rows, sizeof *d->classes, "the classes of a benchmark", &d->classes, error));
    draw_rows(d);
    return NN_OK;
}

static nn_status make_all(const nn_bench_task *task, nn_bench_training *t, nn_error *error)
{
    NN_TRY(make_recipe(task, &t->recipe, error));
    const nn_recipe_network *layers = &t->recipe->network;
    NN_TRY(nn_network_create(task->widths[0], layers->layers, layers->layers_count, &t->network, error));
    t->network->precision = t->recipe->training.precision;
    nn_network_initialize(t->network, layers, t->recipe->seed);
    NN_TRY(make_rows(task, &t->dataset, error));
    NN_TRY(nn_sampler_create(t->dataset, t->recipe->seed, task->batch, &t->sampler, error));
    NN_TRY(nn_workspace_create(t->network, nn_sampler_capacity(t->sampler), task->threads, 1, &t->work, error));
    return nn_optimizer_create(&t->recipe->optimizer, &t->recipe->regularization, t->network, &t->optimizer, error);
}

nn_status nn_bench_training_create(const nn_bench_task *task, nn_bench_training *training, nn_error *error)
{
    *training = (nn_bench_training){.threads = task->threads};
    const nn_status status = make_all(task, training, error);
    if (status != NN_OK)
        nn_bench_training_free(training);
    return status;
}

void nn_bench_training_free(nn_bench_training *training)
{
    nn_optimizer_free(training->optimizer);
    nn_workspace_free(training->work);
    nn_sampler_free(training->sampler);
    nn_dataset_free(training->dataset);
    nn_network_free(training->network);
    nn_recipe_free(training->recipe);
}

void nn_bench_training_step(nn_bench_training *t, double *seconds)
{
    /* The last batch of an epoch may be a short one; such are left out. */
    const size_t whole = t->dataset->rows / t->recipe->training.batch_rows;
    double at[NN_BENCH_PARTS + 1];
    at[NN_BENCH_LOAD] = nn_bench_now(t->threads);
    nn_sampler_batch(t->sampler, t->steps / whole, t->steps % whole, &t->batch, NULL); /* resident rows come */
    at[NN_BENCH_FORWARD_PASS] = nn_bench_now(t->threads);
    nn_network_forward(t->network, &t->batch, t->work);
    at[NN_BENCH_LOSS] = nn_bench_now(t->threads);
    nn_loss(&t->recipe->loss, t->network, &t->batch, t->work);
    at[NN_BENCH_BACKWARD_PASS] = nn_bench_now(t->threads);
    nn_network_backward(&t->recipe->loss, t->network, &t->batch, t->work);
    at[NN_BENCH_DESCENT] = nn_bench_now(t->threads);
    nn_optimizer_step(t->optimizer, t->network, t->work->gradients, t->recipe->optimizer.learning_rate);
    at[NN_BENCH_PARTS] = nn_bench_now(t->threads);
    for (size_t part = 0; part < NN_BENCH_PARTS; part++)
        seconds[part] += at[part + 1] - at[part];
    t->steps++;
}
