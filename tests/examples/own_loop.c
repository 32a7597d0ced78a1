/* SPDX-License-Identifier: MIT */
/* A training loop of one's own, on any number of ranks: mpirun -np 4 own_loop circles.h5 model.h5 */
#include <nntrain/nntrain.h>
#include <stdio.h>

static const char settings[] = "data:\n"
                               "  train: {file: \"%s\", x: /train/x, y: /train/y}\n"
                               "  test: {file: \"%s\", x: /test/x, y: /test/y}\n"
                               "network: {layers: [{units: 16, activation: tanh}, {units: 2, activation: softmax}]}\n"
                               "loss: cross_entropy\n"
                               "optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}\n"
                               "schedule: {name: cosine}\n"
                               "training: {epochs: 40, batch: 64}\n";

/* All that a training takes; NULL until it is taken. */
typedef struct training {
    nn_comm *comm;
    nn_recipe *recipe;
    nn_dataset *data;
    nn_network *network;
    nn_sampler *sampler;
    nn_workspace *work;
    nn_optimizer *optimizer;
    nn_evaluator *evaluator;
} training;

/* What each rank takes by itself. */
static nn_status take_memory(training *t, nn_error *error)
{
    const nn_recipe *recipe = nn_dataset_recipe(t->data); /* with numbers wherever the recipe says auto */
    NN_TRY(nn_network_create(recipe, nn_dataset_features(t->data), &t->network, error));
    NN_TRY(nn_sampler_create(t->data, &t->sampler, error));
    NN_TRY(nn_workspace_create(recipe, t->network, nn_sampler_capacity(t->sampler), t->comm, &t->work, error));
    return nn_optimizer_create(recipe, t->network, nn_sampler_steps(t->sampler), nn_sampler_batch_rows(t->sampler),
                               &t->optimizer, error);
}

static nn_status prepare(training *t, const char *file, nn_error *error)
{
    char text[2048];
    snprintf(text, sizeof text, settings, file, file);
    NN_TRY(nn_recipe_parse(text, "own_loop", NULL, NULL, 0, &t->recipe, error));
    NN_TRY(nn_dataset_open(t->recipe, t->comm, &t->data, error));
    NN_TRY(nn_comm_agree(t->comm, take_memory(t, error), error)); /* no rank waits for one that has no memory left */
    return nn_evaluator_create(t->data, NN_SPLIT_TEST, t->network, t->work, NULL, &t->evaluator, error);
}

/* One step: load, forward, loss, backward, sum over the ranks, descent. */
static nn_status step(training *t, size_t epoch, size_t index, double *loss, nn_error *error)
{
    nn_batch batch;
    NN_TRY(nn_comm_agree(t->comm, nn_sampler_batch(t->sampler, epoch, index, &batch, error), error));
    NN_TRY(nn_network_forward(t->network, &batch, t->work, error));
    *loss += nn_network_loss(t->network, &batch, t->work);
    NN_TRY(nn_network_backward(t->network, &batch, t->work, error));
    NN_TRY(nn_workspace_sum_gradients(t->work, error));
    nn_optimizer_step(t->optimizer, t->network, t->work, nn_optimizer_rate(t->optimizer));
    return NN_OK;
}

static nn_status train(training *t, const char *file, const char *model, nn_error *error)
{
    NN_TRY(prepare(t, file, error));
    const size_t epochs = nn_recipe_epochs(nn_dataset_recipe(t->data)), steps = nn_sampler_steps(t->sampler);
    for (size_t epoch = 0; epoch < epochs; epoch++) {
        double loss = 0;
        for (size_t index = 0; index < steps; index++)
            NN_TRY(step(t, epoch, index, &loss, error));
        NN_TRY(nn_comm_sum_double(t->comm, &loss, 1, error));
        NN_TRY(nn_evaluate(t->evaluator, error));
        if (nn_comm_rank(t->comm) == 0 && (epoch + 1) % 10 == 0)
            printf("epoch %zu: loss %.4f, accuracy %.4f\n", epoch + 1, loss / (double)steps,
                   nn_evaluator_value(t->evaluator, NN_METRIC_ACCURACY));
    }
    return nn_model_write(model, t->data, t->network, t->optimizer, error);
}

/* Whatever was taken, by then or ever. */
static void free_all(training *t)
{
    nn_evaluator_free(t->evaluator);
    nn_optimizer_free(t->optimizer);
    nn_workspace_free(t->work);
    nn_sampler_free(t->sampler);
    nn_network_free(t->network);
    nn_dataset_free(t->data);
    nn_recipe_free(t->recipe);
}

int main(int argc, char **argv)
{
    nn_error error;
    training t = {.comm = NULL};
    nn_status status = nn_comm_create(&argc, &argv, &t.comm, &error);
    if (status == NN_OK && argc != 3)
        status = nn_fail(&error, NN_USAGE, "name the data and the model to be written");
    if (status == NN_OK)
        status = train(&t, argv[1], argv[2], &error);
    if (status != NN_OK && (!t.comm || nn_comm_rank(t.comm) == 0))
        fprintf(stderr, "%s\n", error.message);
    free_all(&t);
    nn_comm_free(t.comm);
    return status;
}
