/* SPDX-License-Identifier: MIT */
#include "train/setup_model.h"

#include "metrics/metric.h"
#include "support/system/cpu.h"
#include "train/loss_allreduce.h"
#include "train/run/gradient_sync.h"

/* Rows that go through a work space at once, at least: evaluation goes in pieces of it. */
enum { WORK_ROWS_MIN = 256 };

/* Values that network, gradients, optimizer and the passes of a batch take on one rank, about; in double, for the
 * numbers of a mistyped recipe. */
static double model_values(const nni_run *run)
{
    const nni_network_settings *network = &run->recipe->network;
    const double share = (double)run->plan.batch_rows / (double)run->comm->size + 1,
                 rows = share > WORK_ROWS_MIN ? share : WORK_ROWS_MIN;
    /* Gradients of this rank, and those of its parts that come from other hosts; parameters and what the optimizer
     * keeps, which the ranks of a host share. */
    const double nodes = (double)nni_sum_tree_nodes(nni_run_leaves(run->recipe, run->comm));
    const double ranks = run->comm->local_size, arriving = run->comm->host_count > 1 ? nodes / ranks : 0;
    const double state = (double)nni_optimizer_state_count(&run->recipe->optimizer);
    const double keepers = run->recipe->optimizer.shard_state ? run->comm->host_count : 1;
    /* Histograms of gradients come from others on rank 0 (train/record). */
    const nni_record_settings *record = &run->recipe->record;
    const double recorded = record->name != NNI_RECORD_OFF && record->histograms.epochs > 0;
    const double weights = nodes + arriving + (1 + state / keepers + recorded) / ranks;
    /* Rows of x as nni_real: the batch, and a piece of each split that is evaluated. */
    const double pieces = 1.0 + (run->data.validation != NULL) + (run->data.test != NULL);
    double inputs = (double)run->data.train->row.features, widest = 0, values = pieces * rows * inputs;
    for (size_t l = 0; l < network->layers_count; l++) {
        const double units = (double)network->layers[l].units;
        values += weights * inputs * units + rows * units;
        widest = units > widest ? units : widest;
        inputs = units;
    }
    return values + 2 * rows * widest;
}

/* Linux would grant memory that it does not have, and kill the process later without a message. */
static nn_status check_memory(const nni_run *run, nn_error *error)
{
    const double gibibyte = 1024.0 * 1024 * 1024;
    const double need = model_values(run) * sizeof(nni_real) * run->comm->local_size;
    const double there = (double)nni_host_memory_available();
    if (there == 0 || need < there)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "the network and its batches take %.1f GiB on %s (%d ranks), which has %.1f GiB left; use fewer "
                   "units, a smaller batch or more hosts",
                   need / gibibyte, run->comm->host, run->comm->local_size, there / gibibyte);
}

nn_status nni_setup_model(nni_run *run, nn_error *error)
{
    const nn_recipe *recipe = run->recipe;
    run->plan.batch_rows =
        recipe->training.batch_rows ? recipe->training.batch_rows : run->data.train->slicing.slices.rows;
    NN_TRY(check_memory(run, error));
    NN_TRY(nni_network_create(run->data.train->row.features, recipe->network.layers, recipe->network.layers_count,
                              &run->model.network, error));
    run->model.network->precision = recipe->training.precision;
    run->model.network->frozen = recipe->network.freeze;
    return nni_optimizer_create_stateless(&recipe->optimizer, &recipe->regularization, run->model.network,
                                          &run->model.optimizer, error);
}

/* The sampler and the work space of the passes; the sampler copies targets as they are by now. */
nn_status nni_setup_work(nni_run *run, nn_error *error)
{
    const nni_training_settings *training = &run->recipe->training;
    NN_TRY(nni_sampler_create(run->data.train, run->recipe->seed, run->plan.batch_rows, &run->data.sampler, error));
    run->plan.epoch_batches = nni_sampler_steps(run->data.sampler);
    run->plan.epoch_steps = (run->plan.epoch_batches + training->accumulate - 1) / training->accumulate;
    /* Evaluation goes through the same work space in pieces; not too small ones where a rank has few rows of a batch.
     */
    const size_t capacity = nni_sampler_capacity(run->data.sampler);
    NN_TRY(nni_workspace_create(run->model.network, capacity > WORK_ROWS_MIN ? capacity : WORK_ROWS_MIN,
                                run->threads.count, nni_sum_tree_height(nni_run_leaves(run->recipe, run->comm)),
                                &run->model.work, error));
    run->model.work->seed = run->recipe->seed;
    run->model.work->timeline = &run->timeline;
    return NN_OK;
}

/* Ranked metrics are costly: only where early stopping follows one. nntrain eval computes all. */
nn_status nni_setup_evaluators(nni_run *run, nn_error *error)
{
    const nni_training_settings *training = &run->recipe->training;
    const nni_metrics_wanted wanted = {
        .top_k = training->top_k < run->model.network->outputs ? training->top_k : 0,
        .ranking = nni_metric_needs_ranking(training->stop.metric),
    };
    const size_t capacity = run->model.work->capacity;
    if (run->data.validation)
        NN_TRY(nni_evaluator_create(run->model.network, capacity, run->data.validation, wanted, run->comm,
                                    &run->model.validation_evaluator, error));
    if (run->data.validation)
        NN_TRY(nni_evaluator_check(run->model.validation_evaluator, &run->recipe->loss, training->stop.metric, error));
    if (run->data.test)
        NN_TRY(nni_evaluator_create(run->model.network, capacity, run->data.test, wanted, run->comm,
                                    &run->model.test_evaluator, error));
    return NN_OK;
}

nn_status nni_setup_sync(nni_run *run, nn_error *error)
{
    const nni_gradient_sync_plan plan = {
        .comm = run->comm,
        .recipe = run->recipe,
        .network = run->model.network,
        .work = run->model.work,
        .optimizer = run->model.optimizer,
        .threads = run->threads.count,
    };
    const size_t tree_leaves = run->recipe->parallel.reproducible ? run->recipe->parallel.slices : 0;
    NN_TRY(nni_gradient_sync_create(&plan, &run->model.gradient_sync, error));
    return nni_loss_allreduce_create(run->comm, tree_leaves, nni_run_leaves(run->recipe, run->comm),
                                     &run->model.loss_allreduce, error);
}
