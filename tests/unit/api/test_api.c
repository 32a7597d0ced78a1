/* SPDX-License-Identifier: MIT */
/* The public API as a program uses it that has rows of its own: recipes from memory, batches that no file holds. On one
 * or two ranks. */
#include <nntrain/nntrain.h>
#include <stdio.h>
#include <string.h>

#include "support/suite.h"

static const char recipe_text[] = "data: {train: {file: none.h5, x: /x, y: /y}}\n"
                                  "network: {layers: [{units: 8, activation: tanh}, {units: 1, activation: linear}]}\n"
                                  "loss: mse\n"
                                  "optimizer: {name: adam, learning_rate: 0.05}\n"
                                  "schedule: {name: constant, warmup: 0 steps}\n"
                                  "training: {epochs: 10, batch: 4}\n"
                                  "parallel: {slices: 1, threads: 1}\n";

static const float x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};

/* What the tests share; taken by set_up, given back by tear_down. */
static nn_comm *comm;
static nn_recipe *recipe;
static nn_network *network;
static nn_workspace *work;
static nn_error error;
static nn_batch batch; /* this rank's rows */

/* @param override  NULL: none */
static void set_up(const char *override)
{
    const size_t rank = (size_t)nn_comm_rank(comm), rows = 4 / (size_t)nn_comm_size(comm);
    batch = (nn_batch){.rows = rows, .global_rows = 4, .x = x + rank * rows * 2, .values = y + rank * rows};
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(recipe_text, "test", NULL, &override, override != NULL, &recipe, &error),
                          NN_OK);
    CU_ASSERT_EQUAL_FATAL(nn_network_create(recipe, 2, &network, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nn_workspace_create(recipe, network, 4, comm, &work, &error), NN_OK);
}

static void tear_down(void)
{
    nn_workspace_free(work);
    nn_network_free(network);
    nn_recipe_free(recipe);
}

static double loss_of_all_rows(void)
{
    CU_ASSERT_EQUAL(nn_network_forward(network, &batch, work, &error), NN_OK);
    double loss = nn_network_loss(network, &batch, work);
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, &loss, 1, &error), NN_OK);
    return loss;
}

static void the_version_is_one_in_headers_and_library(void)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", NNTRAIN_VERSION_MAJOR, NNTRAIN_VERSION_MINOR, NNTRAIN_VERSION_PATCH);
    CU_ASSERT_STRING_EQUAL(nn_version(), text);
    CU_ASSERT_STRING_EQUAL(NNTRAIN_VERSION, text);
    CU_ASSERT_EQUAL(nn_version_number(), NNTRAIN_VERSION_NUMBER);
}

static void a_loop_over_rows_of_the_program_learns_them(void)
{
    nn_optimizer *optimizer = NULL;
    set_up(NULL);
    CU_ASSERT_EQUAL_FATAL(nn_optimizer_create(recipe, network, 1, 4, &optimizer, &error), NN_OK);
    CU_ASSERT(loss_of_all_rows() > 0.05);
    for (int step = 0; step < 300; step++) {
        loss_of_all_rows();
        CU_ASSERT_EQUAL(nn_network_backward(network, &batch, work, &error), NN_OK);
        CU_ASSERT_EQUAL(nn_workspace_sum_gradients(work, &error), NN_OK);
        nn_optimizer_step(optimizer, network, work, nn_optimizer_rate(optimizer));
    }
    CU_ASSERT(loss_of_all_rows() < 1e-3);
    const float *outputs = nn_network_infer(network, x, 4, work);
    for (int row = 0; row < 4; row++)
        CU_ASSERT_DOUBLE_EQUAL(outputs[row], y[row], 0.1);
    nn_optimizer_free(optimizer);
    tear_down();
}

/* Central differences of the loss, through the tensors that the API gives: their places and shapes are those of the
 * gradients, and batch norm is over the rows of all ranks. The tolerance is that of differences of float32. */
static void gradients_are_those_of_the_tensors(void)
{
    set_up("network.layers[0].normalization=batch");
    for (size_t t = 0; t < nn_network_tensors(network); t++) {
        const nn_tensor tensor = nn_network_tensor(network, t);
        loss_of_all_rows();
        CU_ASSERT_EQUAL(nn_network_backward(network, &batch, work, &error), NN_OK);
        CU_ASSERT_EQUAL(nn_workspace_sum_gradients(work, &error), NN_OK);
        const nn_tensor gradient = nn_workspace_gradient(work, network, t);
        CU_ASSERT_STRING_EQUAL(gradient.name, tensor.name);
        const size_t last = tensor.rows * tensor.columns - 1;
        const float kept = tensor.values[last], step = 1e-2f, found = gradient.values[last];
        tensor.values[last] = kept + step;
        const double above = loss_of_all_rows();
        tensor.values[last] = kept - step;
        const double below = loss_of_all_rows();
        tensor.values[last] = kept;
        CU_ASSERT_DOUBLE_EQUAL((above - below) / (2 * (double)step), found, 1e-3);
    }
    tear_down();
}

static void a_batch_that_does_not_fit_is_refused(void)
{
    set_up(NULL);
    const nn_batch large = {.rows = nn_workspace_capacity(work) + 1, .global_rows = 1000, .x = x, .values = y};
    CU_ASSERT_EQUAL(nn_network_forward(network, &large, work, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "take a larger one"));
    tear_down();
}

/* A schedule cannot count in epochs and batches that are not known yet. */
static void an_optimizer_wants_numbers_for_auto(void)
{
    const char *const automatic[] = {"training.batch=auto"};
    nn_optimizer *optimizer = NULL;
    nn_recipe *other = NULL;
    set_up(NULL);
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(recipe_text, "test", NULL, automatic, 1, &other, &error), NN_OK);
    CU_ASSERT_EQUAL(nn_optimizer_create(other, network, 1, 4, &optimizer, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "nn_dataset_recipe"));
    nn_recipe_free(other);
    tear_down();
}

/* Of two work spaces the one that came first has the threads; whichever is freed first, the other still computes. */
static void work_spaces_may_be_freed_in_any_order(void)
{
    nn_workspace *second = NULL;
    set_up(NULL);
    CU_ASSERT_EQUAL_FATAL(nn_workspace_create(recipe, network, 4, comm, &second, &error), NN_OK);
    nn_workspace_free(work);
    work = second;
    CU_ASSERT(loss_of_all_rows() > 0);
    tear_down();
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(the_version_is_one_in_headers_and_library), NN_TEST(a_loop_over_rows_of_the_program_learns_them),
        NN_TEST(gradients_are_those_of_the_tensors),        NN_TEST(a_batch_that_does_not_fit_is_refused),
        NN_TEST(an_optimizer_wants_numbers_for_auto),       NN_TEST(work_spaces_may_be_freed_in_any_order),
    };
    int code = nni_run_suite("api", tests, sizeof tests / sizeof *tests);
    nn_comm_free(comm);
    return code;
}
