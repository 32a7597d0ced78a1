/* SPDX-License-Identifier: MIT */
/* Backpropagation against central finite differences. Built on the double library: the same sources with double for
 * nni_real, where (E(w+h) - E(w-h)) / 2h is good to about h^2 = 1e-10. The formulas of the losses have tests of their
 * own. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "model/losses/loss.h"
#include "model/norms.h"
#include "support/philox.h"
#include "support/suite.h"

enum { ROWS = 7, INPUTS = 5, MOST_OUTPUTS = 4 };

static nni_real x[ROWS * INPUTS];
static uint64_t samples[ROWS];
static nni_real weights[ROWS];

static double noise(size_t index)
{
    nni_philox_block block = nni_random_block(99, NNI_RANDOM_GENERATE, 0, index);
    return 2 * nni_uniform(block.word[0], block.word[1]) - 1;
}

static double loss_of(const nni_loss_settings *loss, nn_network *network, const nni_batch *batch, nni_workspace *work)
{
    nni_network_forward(network, batch, work);
    return nni_loss(loss, network, batch, work);
}

/* |numeric - analytic| over the largest gradient of the network: a relative error that no tiny component spoils. NaN
 * where both are zero, as of a small network in the flat part of an activation: that would agree with anything. */
static double worst_error(const nni_loss_settings *loss, nn_network *network, const nni_batch *batch,
                          nni_workspace *work)
{
    loss_of(loss, network, batch, work);
    nni_network_backward(loss, network, batch, work);
    nni_real analytic[4096];
    CU_ASSERT_FATAL(network->flat_count <= 4096);
    memcpy(analytic, work->gradients, network->flat_count * sizeof *analytic);
    const double h = 1e-5;
    double worst = 0, largest = 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        for (size_t i = network->tensors[t].offset; i < network->tensors[t].offset + network->tensors[t].count; i++) {
            if (network->tensors[t].layer < network->frozen) {
                CU_ASSERT(analytic[i] == 0);
                continue;
            }
            const nni_real kept = network->parameters[i];
            network->parameters[i] = kept + h;
            const double above = loss_of(loss, network, batch, work);
            network->parameters[i] = kept - h;
            const double below = loss_of(loss, network, batch, work);
            network->parameters[i] = kept;
            worst = fmax(worst, fabs((above - below) / (2 * h) - analytic[i]));
            largest = fmax(largest, fabs(analytic[i]));
        }
    return largest > 1e-4 ? worst / largest : worst > 1e-8 ? INFINITY : NAN;
}

/* Biases and shifts away from zero too, so that their derivatives are tried at a general point. */
static void shake(nn_network *network)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        if (tensor->role == NNI_TENSOR_WEIGHT)
            continue;
        const double middle = tensor->role == NNI_TENSOR_GAMMA ? 1 : 0;
        for (size_t i = 0; i < tensor->count; i++)
            network->parameters[tensor->offset + i] = (nni_real)(middle + 0.3 * noise(1000 * (t + 1) + i));
    }
}

/* One network, one loss, one kind of targets. */
typedef struct trial {
    nni_loss_settings loss;
    nn_activation hidden, output;
    nn_norm_kind norm;
    double dropout;
    size_t outputs;
    bool classes;
    size_t frozen;
} trial;

static void fill_targets(const trial *what, int32_t *labels, nni_real *values)
{
    const bool shares = what->loss.name == NN_CROSS_ENTROPY;
    for (size_t i = 0; i < ROWS; i++) {
        labels[i] = (int32_t)(i * 5 % what->outputs);
        weights[i] = (nni_real)(1 + 0.5 * noise(300 + i));
        double sum = 0;
        for (size_t j = 0; j < what->outputs; j++)
            sum += values[i * what->outputs + j] = (nni_real)(0.5 + 0.45 * noise(500 + i * what->outputs + j));
        /* Cross-entropy is tried with distributions and, in the last row, with a target that adds up to 2. */
        for (size_t j = 0; shares && j < what->outputs; j++)
            values[i * what->outputs + j] /= (nni_real)(i + 1 == ROWS ? sum / 2 : sum);
    }
}

static void check(const trial *what)
{
    const nni_layer_settings layers[] = {
        {.units = 6, .activation = what->hidden, .normalization = what->norm, .dropout = what->dropout},
        {.units = 4, .activation = what->hidden, .normalization = what->norm},
        {.units = what->outputs, .activation = what->output},
    };
    const nni_network_settings recipe = {.initializer = NN_INITIALIZE_AUTO};
    nn_network *network = NULL;
    nni_workspace *work = NULL;
    CU_ASSERT_FATAL(nni_network_create(INPUTS, layers, 3, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(network, ROWS, 2, 1, &work, NULL) == NN_OK);
    work->seed = 3;
    network->frozen = what->frozen;

    int32_t labels[ROWS];
    nni_real values[ROWS * MOST_OUTPUTS];
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = (nni_real)noise(i);
    for (size_t i = 0; i < ROWS; i++)
        samples[i] = 11 * i;
    fill_targets(what, labels, values);
    /* The batch is part of a global one: n is not its number of rows. */
    nni_batch batch = {.rows = ROWS, .global_rows = 3 * ROWS, .x = x, .weights = weights, .samples = samples};
    if (what->classes)
        batch.y.classes = labels;
    else
        batch.y.values = values;
    double error = NAN;
    for (uint64_t seed = 5; isnan(error) && seed < 25; seed++) {
        nni_network_initialize(network, &recipe, seed);
        shake(network);
        error = worst_error(&what->loss, network, &batch, work);
    }
    if (!(error < 1e-6))
        printf("\n%s, %s, norm %s, %s, %s targets: relative error %.3g\n", nn_loss_name(what->loss.name),
               nn_activation_name(what->hidden), nn_norm_name(what->norm), nn_activation_name(what->output),
               what->classes ? "class" : "value", error);
    CU_ASSERT(error < 1e-6);
    nni_workspace_free(work);
    nn_network_free(network);
}

/* Every hidden activation, normalisation and kind of targets under one loss and output. */
static void check_all(nni_loss_settings loss, nn_activation output, size_t outputs)
{
    for (size_t hidden = 0; hidden < nni_activation_domain.count; hidden++)
        for (size_t norm = 0; norm < nni_norm_domain.count; norm++)
            for (int classes = 0; classes < (outputs > 1 ? 2 : 1); classes++)
                if (!nni_activation_of((nn_activation)hidden)->over_rows)
                    check(&(trial){loss, (nn_activation)hidden, output, (nn_norm_kind)norm, 0, outputs, classes, 0});
}

/* Whether a loss takes the outputs of an activation. */
static bool go_together(const nni_loss_entry *loss, nn_activation output)
{
    return loss->outputs == 0 || loss->outputs & 1U << nni_activation_of(output)->outputs;
}

static void every_loss_has_right_gradients_through_every_activation(void)
{
    for (size_t i = 0; i < nni_loss_domain.count; i++)
        for (size_t output = 0; output < nni_activation_domain.count; output++)
            if (go_together(nni_loss_of((nn_loss_kind)i), (nn_activation)output))
                check_all((nni_loss_settings){.name = (nn_loss_kind)i, .delta = 0.3}, (nn_activation)output, 3);
}

static void weights_of_outputs_are_in_the_gradients(void)
{
    double of_outputs[] = {1, 0.2, 3};
    const nni_loss_settings losses[] = {
        {.name = NN_MSE}, {.name = NN_MAE}, {.name = NN_HUBER, .delta = 0.3}, {.name = NN_BINARY_CROSS_ENTROPY}};
    for (size_t i = 0; i < 4; i++) {
        nni_loss_settings loss = losses[i];
        loss.output_weights = of_outputs, loss.output_weights_count = 3;
        check_all(loss, loss.name == NN_BINARY_CROSS_ENTROPY ? NN_SIGMOID : NN_LINEAR, 3);
    }
}

static void one_output_has_right_gradients(void)
{
    for (size_t output = 0; output < nni_activation_domain.count; output++)
        if (!nni_activation_of((nn_activation)output)->over_rows)
            check_all((nni_loss_settings){.name = NN_MSE}, (nn_activation)output, 1);
}

static void settings_of_entropies_are_in_the_gradients(void)
{
    double class_weights[] = {1, 0.5, 2, 1.5};
    check_all((nni_loss_settings){.name = NN_CROSS_ENTROPY, .label_smoothing = 0.1}, NN_SOFTMAX, 4);
    check_all((nni_loss_settings){.name = NN_CROSS_ENTROPY, .class_weights = class_weights, .class_weights_count = 4},
              NN_SOFTMAX, 4);
    check_all((nni_loss_settings){.name = NN_BINARY_CROSS_ENTROPY, .label_smoothing = 0.1}, NN_SIGMOID, 3);
}

static void dropout_has_right_gradients_with_every_activation_and_norm(void)
{
    for (size_t hidden = 0; hidden < nni_activation_domain.count; hidden++)
        for (size_t norm = 0; norm < nni_norm_domain.count; norm++)
            if (!nni_activation_of((nn_activation)hidden)->over_rows)
                check(&(trial){{.name = NN_CROSS_ENTROPY},
                               (nn_activation)hidden,
                               NN_SOFTMAX,
                               (nn_norm_kind)norm,
                               0.3,
                               4,
                               true,
                               0});
}

static void layers_above_frozen_ones_have_right_gradients(void)
{
    for (size_t frozen = 1; frozen < 3; frozen++)
        for (size_t hidden = 0; hidden < nni_activation_domain.count; hidden++)
            for (size_t norm = 0; norm < nni_norm_domain.count; norm++)
                if (!nni_activation_of((nn_activation)hidden)->over_rows)
                    check(&(trial){.loss = {.name = NN_CROSS_ENTROPY},
                                   .hidden = (nn_activation)hidden,
                                   .output = NN_SOFTMAX,
                                   .norm = (nn_norm_kind)norm,
                                   .dropout = 0.3,
                                   .outputs = 4,
                                   .classes = true,
                                   .frozen = frozen});
}

static nn_status note_complete(void *context, size_t count, nn_error *error)
{
    (void)error;
    *(size_t *)context = count;
    return NN_OK;
}

/* Outputs of a frozen layer are those of inference, also of batch norm, and its running statistics stay. Ranks wait for
 * all elements of the flat array, frozen ones too. */
static void a_frozen_layer_does_what_it_does_in_inference(void)
{
    const nni_layer_settings layers[] = {
        {.units = 3, .activation = NN_TANH, .normalization = NN_NORM_BATCH},
        {.units = 3, .activation = NN_GELU, .normalization = NN_NORM_BATCH},
        {.units = 2, .activation = NN_SOFTMAX},
    };
    const nni_loss_settings loss = {.name = NN_CROSS_ENTROPY};
    const int32_t labels[ROWS] = {0, 1, 1, 0, 1, 0, 0};
    nn_network *network = NULL;
    nni_workspace *work = NULL;
    size_t complete = 0;
    nni_real inferred[ROWS * 3], statistics[1024];
    CU_ASSERT_FATAL(nni_network_create(INPUTS, layers, 3, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(network, ROWS, 1, 1, &work, NULL) == NN_OK);
    CU_ASSERT_FATAL(network->statistics_count <= 1024);
    nni_network_initialize(network, &(nni_network_settings){.initializer = NN_INITIALIZE_AUTO}, 1);
    for (size_t i = 0; i < network->statistics_count; i++)
        network->statistics[i] = statistics[i] = (nni_real)(2 + noise(700 + i));
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = (nni_real)noise(i);
    nni_network_infer(network, x, ROWS, work);
    memcpy(inferred, work->activations[0], sizeof inferred);
    network->frozen = 1;
    work->sync = (nni_sync){.complete = note_complete, .context = &complete};
    const nni_batch batch = {.rows = ROWS, .global_rows = ROWS, .x = x, .y = {.classes = labels}, .samples = samples};
    loss_of(&loss, network, &batch, work);
    nni_network_backward(&loss, network, &batch, work);
    CU_ASSERT(memcmp(inferred, work->activations[0], sizeof inferred) == 0);
    const nni_layer *frozen = &network->layers[0], *trained = &network->layers[1];
    for (size_t j = 0; j < 3; j++) {
        CU_ASSERT(network->statistics[frozen->running_mean + j] == statistics[frozen->running_mean + j]);
        CU_ASSERT(network->statistics[frozen->running_variance + j] == statistics[frozen->running_variance + j]);
        CU_ASSERT(network->statistics[trained->running_mean + j] != statistics[trained->running_mean + j]);
    }
    CU_ASSERT(nni_network_trained(network) == frozen->first);
    CU_ASSERT(complete == network->flat_count);
    nni_workspace_free(work);
    nn_network_free(network);
}

static void a_rank_without_rows_adds_nothing(void)
{
    const nni_layer_settings layers[] = {
        {.units = 3, .activation = NN_TANH, .normalization = NN_NORM_LAYER, .dropout = 0.5},
        {.units = 2, .activation = NN_SOFTMAX},
    };
    const nni_loss_settings loss = {.name = NN_CROSS_ENTROPY};
    nn_network *network = NULL;
    nni_workspace *work = NULL;
    CU_ASSERT_FATAL(nni_network_create(INPUTS, layers, 2, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(network, 4, 1, 1, &work, NULL) == NN_OK);
    nni_network_initialize(network, &(nni_network_settings){.initializer = NN_INITIALIZE_AUTO}, 1);
    for (size_t i = 0; i < network->flat_count; i++)
        work->gradients[i] = 7; /* of an earlier step */
    const int32_t none = 0;
    nni_batch batch = {.rows = 0, .global_rows = 5, .x = x, .y = {.classes = &none}, .samples = samples};
    CU_ASSERT(loss_of(&loss, network, &batch, work) == 0);
    nni_network_backward(&loss, network, &batch, work);
    double sum = 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        for (size_t i = 0; i < network->tensors[t].count; i++)
            sum += fabs((double)work->gradients[network->tensors[t].offset + i]);
    CU_ASSERT(sum == 0);
    nni_workspace_free(work);
    nn_network_free(network);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_loss_has_right_gradients_through_every_activation),
        NN_TEST(weights_of_outputs_are_in_the_gradients),
        NN_TEST(one_output_has_right_gradients),
        NN_TEST(settings_of_entropies_are_in_the_gradients),
        NN_TEST(dropout_has_right_gradients_with_every_activation_and_norm),
        NN_TEST(layers_above_frozen_ones_have_right_gradients),
        NN_TEST(a_frozen_layer_does_what_it_does_in_inference),
        NN_TEST(a_rank_without_rows_adds_nothing),
    };
    return nni_run_suite("gradients", tests, sizeof tests / sizeof *tests);
}
