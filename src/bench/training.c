/* SPDX-License-Identifier: MIT */
#include "bench/training.h"

#include <math.h>
#include <stdio.h>

#include "bench/bench.h"
#include "bench/measure.h"
#include "data/loading/sampler.h"
#include "support/memory.h"
#include "support/philox.h"
#include "train/run/gradient_sync.h"

const char *nni_bench_part_name(nni_bench_part part)
{
    static const char *const names[NNI_BENCH_PARTS] = {"load", "forward", "loss", "backward", "descent"};
    return names[part];
}

static size_t ranks_of(const nni_bench_task *task)
{
    return task->comm ? (size_t)task->comm->size : 1;
}

static size_t slices_of(const nni_bench_task *task)
{
    const size_t usual = ranks_of(task) > 16 ? ranks_of(task) : 16;
    return task->batch < usual ? task->batch : usual;
}

/* A recipe, so that names are understood and defaults filled in as for a training. */
static nn_status make_recipe(const nni_bench_task *task, nn_recipe **recipe, nn_error *error)
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
                                 slices_of(task), task->batch, task->precision, task->optimizer);
    if (used < sizeof text && task->momentum >= 0)
        used += (size_t)snprintf(text + used, sizeof text - used, "  momentum: %g\n", task->momentum);
    if (used >= sizeof text)
        return nn_fail(error, NN_USAGE, "--activation, --optimizer or --precision: a name of such length is none");
    return nn_recipe_parse(text, "the recipe of the benchmark", NULL, NULL, 0, recipe, error);
}

static void draw_rows(nni_dataset *dataset)
{
    const size_t count = dataset->slicing.rows * dataset->row.features;
    nni_real *x = dataset->resident.x;
    for (size_t i = 0; i < count; i += 4) {
        const nni_philox_block block = nni_random_block(1, NNI_RANDOM_GENERATE, 1, i / 4);
        for (size_t k = 0; k < 4 && i + k < count; k++)
            x[i + k] = (nni_real)((int32_t)block.word[k] >> 8) / (nni_real)8388608;
    }
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        dataset->resident.classes[row] =
            (int32_t)(nni_random_block(1, NNI_RANDOM_GENERATE, 2, row).word[0] % (uint32_t)dataset->row.outputs);
}

static nn_status make_rows(const nni_bench_task *task, nni_dataset **dataset, nn_error *error)
{
    const size_t rows = task->batch * 2 > 16384 ? task->batch * 2 : 16384;
    NN_TRY(nni_allocate(1, sizeof **dataset, "the rows of a benchmark", dataset, error));
    nni_dataset *d = *dataset;
    const size_t rank = task->comm ? (size_t)task->comm->rank : 0;
    d->slicing.slices = d->slicing.whole = (nni_slices){rows, slices_of(task)};
    d->slicing.first_slice = nni_slices_first_of_rank(d->slicing.slices, rank, ranks_of(task));
    d->slicing.slice_count =
        nni_slices_first_of_rank(d->slicing.slices, rank + 1, ranks_of(task)) - d->slicing.first_slice;
    d->slicing.first_row = nni_slices_first_row(d->slicing.slices, d->slicing.first_slice);
    d->slicing.rows =
        nni_slices_first_row(d->slicing.slices, d->slicing.first_slice + d->slicing.slice_count) - d->slicing.first_row;
    d->row.features = task->widths[0];
    d->row.element = NNI_REAL;
    d->row.target = NNI_TARGET_CLASSES;
    d->row.outputs = task->widths[task->width_count - 1];
    NN_TRY(nni_allocate(d->slicing.rows, d->row.features * sizeof(nni_real), "the rows of a benchmark", &d->resident.x,
                        error));
    NN_TRY(nni_allocate(d->slicing.rows, sizeof *d->resident.classes, "the classes of a benchmark",
                        &d->resident.classes, error));
    draw_rows(d);
    return NN_OK;
}

static nn_status make_all(const nni_bench_task *task, nni_bench_training *t, nn_error *error)
{
    if (task->batch < ranks_of(task))
        return nn_fail(error, NN_USAGE, "--batch: %zu rows are fewer than %zu ranks", task->batch, ranks_of(task));
    NN_TRY(make_recipe(task, &t->recipe, error));
    const nni_network_settings *layers = &t->recipe->network;
    NN_TRY(nni_network_create(task->widths[0], layers->layers, layers->layers_count, &t->network, error));
    t->network->precision = t->recipe->training.precision;
    NN_TRY(make_rows(task, &t->dataset, error));
    NN_TRY(nni_sampler_create(t->dataset, t->recipe->seed, task->batch, &t->sampler, error));
    NN_TRY(nni_workspace_create(t->network, nni_sampler_capacity(t->sampler), task->threads, 1, &t->work, error));
    return nni_optimizer_create_stateless(&t->recipe->optimizer, &t->recipe->regularization, t->network, &t->optimizer,
                                          error);
}

static void initialize(void *context)
{
    nni_bench_training *t = context;
    nni_network_initialize(t->network, &t->recipe->network, t->recipe->seed);
}

/* As in a training that stops where gradients are not finite. */
static nn_status make_sync(nn_comm *comm, nni_bench_training *t, nn_error *error)
{
    const nni_gradient_sync_plan plan = {.comm = comm,
                                         .recipe = t->recipe,
                                         .network = t->network,
                                         .work = t->work,
                                         .optimizer = t->optimizer,
                                         .threads = t->threads};
    NN_TRY(nni_gradient_sync_create(&plan, &t->sync, error));
    return nni_gradient_sync_rewrite(t->sync, initialize, t, error);
}

nn_status nni_bench_training_create(const nni_bench_task *task, nni_bench_training *training, nn_error *error)
{
    *training = (nni_bench_training){
        .alone = nni_comm_alone(), .threads = task->threads, .workers = task->threads * ranks_of(task)};
    nn_status status = make_all(task, training, error);
    if (task->comm)
        status = nn_comm_agree(task->comm, status, error);
    if (status == NN_OK)
        status = make_sync(task->comm ? task->comm : &training->alone, training, error);
    if (status != NN_OK)
        nni_bench_training_free(training);
    return status;
}

void nni_bench_training_free(nni_bench_training *training)
{
    nni_gradient_sync_free(training->sync);
    nni_optimizer_free(training->optimizer);
    nni_workspace_free(training->work);
    nni_sampler_free(training->sampler);
    nni_dataset_free(training->dataset);
    nn_network_free(training->network);
    nn_recipe_free(training->recipe);
}

/* What a part has taken since the one before it. Reading the clock takes as long as a small network's part. */
typedef struct stopwatch {
    double *seconds; /* [NNI_BENCH_PARTS]; NULL: nobody asks */
    size_t workers;
    double since;
} stopwatch;

static void lap(stopwatch *watch, nni_bench_part part)
{
    if (!watch->seconds)
        return;
    const double now = nni_bench_now(watch->workers);
    watch->seconds[part] += now - watch->since;
    watch->since = now;
}

nn_status nni_bench_training_step(nni_bench_training *t, double *seconds, nn_error *error)
{
    /* The last batch of an epoch may be a short one; such are left out. */
    const size_t whole = t->dataset->slicing.rows / t->recipe->training.batch_rows;
    stopwatch watch = {seconds, t->workers, seconds ? nni_bench_now(t->workers) : 0};
    nni_sampler_batch(t->sampler, t->steps / whole, t->steps % whole, &t->batch, NULL); /* resident rows come */
    lap(&watch, NNI_BENCH_LOAD);
    nni_network_forward(t->network, &t->batch, t->work);
    lap(&watch, NNI_BENCH_FORWARD_PASS);
    nni_loss(&t->recipe->loss, t->network, &t->batch, t->work);
    lap(&watch, NNI_BENCH_LOSS);
    nni_gradient_sync_begin_batch(t->sync, true, true, t->recipe->optimizer.learning_rate, true);
    nni_network_backward(&t->recipe->loss, t->network, &t->batch, t->work);
    lap(&watch, NNI_BENCH_BACKWARD_PASS);
    NN_TRY(nni_gradient_sync_end_batch(t->sync, error));
    double place = INFINITY;
    NN_TRY(nni_gradient_sync_update(t->sync, &place, error));
    lap(&watch, NNI_BENCH_UPDATE);
    t->steps++;
    return NN_OK;
}
