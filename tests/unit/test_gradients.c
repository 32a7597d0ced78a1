/* Backpropagation against central finite differences. Built on the double library: the same sources with double for
 * nn_real, where (E(w+h) - E(w-h)) / 2h is good to about h^2 = 1e-10. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/philox.h"
#include "nntrain/network.h"
#include "suite.h"

enum { ROWS = 7, INPUTS = 5 };

static nn_real x[ROWS * INPUTS];

static double noise(size_t index)
{
    nn_philox_block block = nn_random_block(99, NN_RANDOM_GENERATE, 0, index);
    return 2 * nn_uniform(block.word[0], block.word[1]) - 1;
}

static void fill_inputs(void)
{
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = (nn_real)noise(i);
}

static double loss_of(nn_loss_kind loss, const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    nn_network_forward(network, batch->x, batch->rows, work);
    return nn_loss(loss, network, batch, work);
}

/* |numeric - analytic| over the largest gradient of the network: a relative error that no tiny component spoils. */
static double worst_error(nn_loss_kind loss, nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    loss_of(loss, network, batch, work);
    nn_network_backward(loss, network, batch, work);
    nn_real analytic[4096];
    CU_ASSERT_FATAL(network->flat_count <= 4096);
    memcpy(analytic, work->gradients, network->flat_count * sizeof *analytic);
    const double h = 1e-5;
    double worst = 0, largest = 0;
    for (size_t l = 0; l < network->layer_count; l++) {
        const nn_layer *layer = &network->layers[l];
        const size_t ends[2][2] = {{layer->weight, layer->weight + layer->inputs * layer->outputs},
                                   {layer->bias, layer->bias + layer->outputs}};
        for (size_t tensor = 0; tensor < 2; tensor++)
            for (size_t i = ends[tensor][0]; i < ends[tensor][1]; i++) {
                const nn_real kept = network->parameters[i];
                network->parameters[i] = kept + h;
                const double above = loss_of(loss, network, batch, work);
                network->parameters[i] = kept - h;
                const double below = loss_of(loss, network, batch, work);
                network->parameters[i] = kept;
                worst = fmax(worst, fabs((above - below) / (2 * h) - analytic[i]));
                largest = fmax(largest, fabs(analytic[i]));
            }
    }
    CU_ASSERT(largest > 1e-4); /* a gradient of zero would agree with anything */
    return worst / largest;
}

/* Biases away from zero too, so that their derivatives are tried at a general point; those of ReLU above it, or a small
 * layer could be dead. */
static void shake_biases(nn_network *network)
{
    for (size_t l = 0; l < network->layer_count; l++)
        for (size_t j = 0; j < network->layers[l].outputs; j++)
            network->parameters[network->layers[l].bias + j] =
                (nn_real)(0.3 * noise(1000 * (l + 1) + j) + (network->layers[l].activation == NN_RELU ? 0.8 : 0));
}

static void check(nn_loss_kind loss, nn_activation hidden, nn_activation output, size_t outputs, bool classes)
{
    const nn_recipe_layer layers[] = {{6, hidden}, {4, hidden}, {outputs, output}};
    nn_network *network = NULL;
    nn_workspace *work = NULL;
    CU_ASSERT_FATAL(nn_network_create(INPUTS, layers, 3, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nn_workspace_create(network, ROWS, 2, true, &work, NULL) == NN_OK);
    nn_network_initialize(network, NN_INITIALIZE_AUTO, 5);
    shake_biases(network);

    int32_t labels[ROWS];
    nn_real values[ROWS * 8];
    for (size_t i = 0; i < ROWS; i++) {
        labels[i] = (int32_t)(i * 5 % outputs);
        double sum = 0;
        for (size_t j = 0; j < outputs; j++)
            sum += values[i * outputs + j] = (nn_real)(noise(500 + i * outputs + j) + 1.1);
        /* Cross-entropy is tried with distributions and, in the last row, with a target that adds up to 2. */
        for (size_t j = 0; loss == NN_CROSS_ENTROPY && j < outputs; j++)
            values[i * outputs + j] /= (nn_real)(i + 1 == ROWS ? sum / 2 : sum);
    }
    /* The batch is part of a global one: n is not its number of rows. */
    nn_batch batch = {.rows = ROWS, .global_rows = 3 * ROWS, .x = x};
    if (classes)
        batch.y.classes = labels;
    else
        batch.y.values = values;
    const double error = worst_error(loss, network, &batch, work);
    if (!(error < 1e-6))
        printf("\n%s, %s, %s, %s targets: relative error %.3g\n", nn_loss_name(loss), nn_activation_name(hidden),
               nn_activation_name(output), classes ? "class" : "value", error);
    CU_ASSERT(error < 1e-6);
    nn_workspace_free(work);
    nn_network_free(network);
}

static const nn_activation hidden_kinds[] = {NN_LINEAR, NN_SIGMOID, NN_TANH, NN_RELU};
static const nn_activation output_kinds[] = {NN_LINEAR, NN_SIGMOID, NN_TANH, NN_RELU, NN_SOFTMAX};

static void mse_gradients_are_the_slopes_for_every_pair_of_activations(void)
{
    fill_inputs();
    for (size_t h = 0; h < 4; h++)
        for (size_t o = 0; o < 5; o++)
            for (int classes = 0; classes < 2; classes++)
                check(NN_MSE, hidden_kinds[h], output_kinds[o], 3, classes);
}

static void mse_gradients_hold_for_one_output(void)
{
    fill_inputs();
    for (size_t h = 0; h < 4; h++)
        for (size_t o = 0; o < 4; o++)
            check(NN_MSE, hidden_kinds[h], output_kinds[o], 1, false);
}

static void cross_entropy_gradients_are_the_slopes_for_every_activation(void)
{
    fill_inputs();
    for (size_t h = 0; h < 4; h++)
        for (int classes = 0; classes < 2; classes++)
            check(NN_CROSS_ENTROPY, hidden_kinds[h], NN_SOFTMAX, 4, classes);
}

/* The formulas themselves, by hand: a wrong constant would pass a check of slopes. */
static void losses_have_their_textbook_values(void)
{
    const nn_recipe_layer layer = {2, NN_LINEAR}, soft = {2, NN_SOFTMAX};
    nn_network *network = NULL;
    nn_workspace *work = NULL;
    const nn_real input[2] = {1, 2};
    const nn_real target[4] = {0, 1, 0, 1};
    CU_ASSERT_FATAL(nn_network_create(1, &layer, 1, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nn_workspace_create(network, 2, 1, true, &work, NULL) == NN_OK);
    network->parameters[network->layers[0].weight] = 3;    /* o_0 = 3 x */
    network->parameters[network->layers[0].bias + 1] = -1; /* o_1 = -1 */
    nn_batch batch = {.rows = 2, .global_rows = 2, .x = input, .y = {.values = target}};
    /* 1/(2*2) * ((3-0)^2 + (-1-1)^2 + (6-0)^2 + (-1-1)^2) */
    CU_ASSERT_DOUBLE_EQUAL(loss_of(NN_MSE, network, &batch, work), (9 + 4 + 36 + 4) / 4.0, 1e-12);
    nn_workspace_free(work);
    nn_network_free(network);

    CU_ASSERT_FATAL(nn_network_create(1, &soft, 1, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nn_workspace_create(network, 2, 1, true, &work, NULL) == NN_OK);
    network->parameters[network->layers[0].weight] = 1;
    const double first = log(exp(1.0) + 1), second = log(exp(2.0) + 1); /* -log of the share of output 1 */
    CU_ASSERT_DOUBLE_EQUAL(loss_of(NN_CROSS_ENTROPY, network, &batch, work), (first + second) / 2, 1e-12);

    /* Logits 2000 apart: the probability rounds to 0 and its logarithm to infinity, the loss must not. */
    network->parameters[network->layers[0].weight] = 1000;
    CU_ASSERT_DOUBLE_EQUAL(loss_of(NN_CROSS_ENTROPY, network, &batch, work), (1000 + 2000) / 2.0, 1e-9);
    nn_workspace_free(work);
    nn_network_free(network);
}

static void a_rank_without_rows_adds_nothing(void)
{
    const nn_recipe_layer layers[] = {{3, NN_TANH}, {2, NN_SOFTMAX}};
    nn_network *network = NULL;
    nn_workspace *work = NULL;
    CU_ASSERT_FATAL(nn_network_create(INPUTS, layers, 2, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nn_workspace_create(network, 4, 1, true, &work, NULL) == NN_OK);
    nn_network_initialize(network, NN_INITIALIZE_AUTO, 1);
    for (size_t i = 0; i < network->flat_count; i++)
        work->gradients[i] = 7; /* of an earlier step */
    const int32_t none = 0;
    nn_batch batch = {.rows = 0, .global_rows = 5, .x = x, .y = {.classes = &none}};
    CU_ASSERT(loss_of(NN_CROSS_ENTROPY, network, &batch, work) == 0);
    nn_network_backward(NN_CROSS_ENTROPY, network, &batch, work);
    double sum = 0;
    for (size_t l = 0; l < network->layer_count; l++) {
        const nn_layer *layer = &network->layers[l];
        for (size_t i = 0; i < layer->inputs * layer->outputs; i++)
            sum += fabs((double)work->gradients[layer->weight + i]);
        for (size_t j = 0; j < layer->outputs; j++)
            sum += fabs((double)work->gradients[layer->bias + j]);
    }
    CU_ASSERT(sum == 0);
    nn_workspace_free(work);
    nn_network_free(network);
}

int main(void)
{
    const nn_test tests[] = {
        NN_TEST(mse_gradients_are_the_slopes_for_every_pair_of_activations),
        NN_TEST(mse_gradients_hold_for_one_output),
        NN_TEST(cross_entropy_gradients_are_the_slopes_for_every_activation),
        NN_TEST(losses_have_their_textbook_values),
        NN_TEST(a_rank_without_rows_adds_nothing),
    };
    return nn_run_suite("gradients", tests, sizeof tests / sizeof *tests);
}
