/* Trains a classifier with the library's own parts, on any number of ranks: mpirun -np 4 train circles.h5 */
#include <nntrain/nntrain.h>
#include <stdio.h>

enum { SEED = 1, SLICES = 16, BATCH = 64, EPOCHS = 30 };

static const nni_layer_settings layers[] = {{.units = 16, .activation = NN_TANH},
                                            {.units = 2, .activation = NN_SOFTMAX}};
static const nni_loss_settings loss = {.name = NN_CROSS_ENTROPY};
static const nni_optimizer_settings sgd = {.name = NN_SGD, .learning_rate = 0.1, .momentum = 0.9};

/* One epoch: load, forward, loss, backpropagation, average over the ranks, descent. */
static nn_status epoch(size_t number, nn_comm *comm, nni_sampler *sampler, nn_network *network, nni_workspace *work,
                       nni_optimizer *optimizer, nn_error *error)
{
    for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
        nni_batch batch;
        NN_TRY(nni_sampler_batch(sampler, number, step, &batch, error));
        nni_network_forward(network, &batch, work);
        nni_loss(&loss, network, &batch, work);
        nni_network_backward(&loss, network, &batch, work);
        NN_TRY(nni_comm_sum_real(comm, work->gradients, network->flat_count, error));
        nni_optimizer_step(optimizer, network, work->gradients, sgd.learning_rate);
    }
    return NN_OK;
}

static nn_status train(const char *file, nn_comm *comm, nn_error *error)
{
    nni_dataset *rows, *held_out;
    nn_network *network;
    nni_workspace *work;
    nni_optimizer *optimizer;
    nni_sampler *sampler;
    nni_evaluator *evaluator;
    nni_metrics metrics;
    NN_TRY(nni_dataset_open(&(nni_dataset_spec){.file = file, .x = "/train/x", .y = "/train/y"}, SLICES, true, comm,
                           &rows, error));
    NN_TRY(nni_dataset_open(&(nni_dataset_spec){.file = file, .x = "/test/x", .y = "/test/y"}, SLICES, false, comm,
                           &held_out, error));
    NN_TRY(nni_network_create(rows->features, layers, 2, &network, error));
    NN_TRY(nni_optimizer_create(&sgd, &(nni_regularization_settings){0}, network, &optimizer, error));
    NN_TRY(nni_sampler_create(rows, SEED, BATCH, &sampler, error));
    const nni_threads threads = nni_threads_configure(0, comm);
    NN_TRY(nni_workspace_create(network, nni_sampler_capacity(sampler), threads.count, 1, &work, error));
    NN_TRY(nni_evaluator_create(network, work->capacity, held_out, (nni_metrics_wanted){0}, comm, &evaluator, error));
    nni_network_initialize(network, &(nni_network_settings){.initializer = NN_INITIALIZE_AUTO}, SEED);
    for (size_t number = 0; number < EPOCHS; number++)
        NN_TRY(epoch(number, comm, sampler, network, work, optimizer, error));
    NN_TRY(nni_evaluate(evaluator, &loss, network, work, &metrics, error));
    if (comm->rank == 0)
        printf("accuracy %.4f on %d ranks\n", metrics.value[NN_METRIC_ACCURACY], comm->size);
    nni_workspace_free(work), nni_optimizer_free(optimizer), nni_sampler_free(sampler), nn_network_free(network);
    nni_evaluator_free(evaluator), nni_dataset_free(rows), nni_dataset_free(held_out), nni_threads_release(&threads);
    return metrics.value[NN_METRIC_ACCURACY] > 0.95
               ? NN_OK
               : nn_fail(error, NN_DATA, "accuracy %.4f is too low", metrics.value[NN_METRIC_ACCURACY]);
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_comm *comm;
    if (nn_comm_create(&argc, &argv, &comm, &error) != NN_OK)
        return fprintf(stderr, "%s\n", error.message), NN_SYSTEM;
    nn_status status = train(argc > 1 ? argv[1] : "circles.h5", comm, &error);
    if (status != NN_OK && comm->rank == 0)
        fprintf(stderr, "%s\n", error.message);
    nn_comm_free(comm);
    return status;
}
