/* SPDX-License-Identifier: MIT */
/* Layers of one network that go on in another. */
#include <string.h>

#include "model/network.h"
#include "support/suite.h"

static const nni_layer_settings layers[] = {
    {.units = 5, .activation = NN_RELU, .normalization = NN_NORM_BATCH, .dropout = 0.1},
    {.units = 4, .activation = NN_TANH, .normalization = NN_NORM_LAYER},
    {.units = 3, .activation = NN_SOFTMAX},
};

static nn_network *make(const nni_layer_settings *from, size_t count, uint64_t seed)
{
    const nni_network_settings recipe = {.initializer = NN_INITIALIZE_AUTO};
    nn_network *network = NULL;
    CU_ASSERT_FATAL(nni_network_create(6, from, count, &network, NULL) == NN_OK);
    nni_network_initialize(network, &recipe, seed);
    for (size_t i = 0; i < network->statistics_count; i++)
        network->statistics[i] = (nni_real)(seed + i);
    return network;
}

/* Layers alike where one of the settings is changed. */
static size_t alike_with(size_t layer, const nni_layer_settings *changed)
{
    nni_layer_settings ours[3];
    nn_network *network = make(layers, 3, 1);
    memcpy(ours, layers, sizeof ours);
    ours[layer] = *changed;
    const size_t alike = nni_network_layers_alike(network, ours, 3);
    nn_network_free(network);
    return alike;
}

static void layers_are_alike_up_to_the_first_that_differs(void)
{
    CU_ASSERT(alike_with(0, &layers[0]) == 3);
    CU_ASSERT(alike_with(2, &(nni_layer_settings){.units = 7, .activation = NN_SOFTMAX}) == 2);
    CU_ASSERT(alike_with(1, &(nni_layer_settings){.units = 4, .activation = NN_RELU, .normalization = NN_NORM_LAYER}) ==
              1);
    CU_ASSERT(alike_with(0, &(nni_layer_settings){.units = 5, .activation = NN_RELU}) == 0);
    /* Dropout is of the training, not of the weights. */
    CU_ASSERT(alike_with(0, &(nni_layer_settings){.units = 5, .activation = NN_RELU, .normalization = NN_NORM_BATCH}) ==
              3);
}

static void a_network_of_more_or_fewer_layers_has_the_first_ones_alike(void)
{
    const nni_layer_settings more[] = {layers[0], layers[1], {.units = 4, .activation = NN_TANH}, layers[2]};
    nn_network *network = make(layers, 3, 1), *deep = make(more, 4, 1);
    CU_ASSERT(nni_network_layers_alike(network, more, 4) == 2);
    CU_ASSERT(nni_network_layers_alike(deep, layers, 3) == 2);
    CU_ASSERT(nni_network_layers_alike(network, layers, 2) == 2);
    nn_network_free(network);
    nn_network_free(deep);
}

/* The offsets of a layer depend on those above it, which differ here. */
static void parameters_and_statistics_of_so_many_layers_are_copied(void)
{
    const nni_layer_settings others[] = {layers[0], layers[1], {.units = 9, .activation = NN_SOFTMAX}};
    nn_network *from = make(layers, 3, 1), *to = make(others, 3, 2), *before = make(others, 3, 2);
    nni_network_copy_parameters(to, from, 2);
    nni_network_copy_statistics(to, from, 2);
    for (size_t t = 0; t < to->tensor_count; t++) {
        const nni_tensor *tensor = &to->tensors[t], *source = &from->tensors[t];
        CU_ASSERT_FATAL(tensor->layer == source->layer && tensor->role == source->role);
        const nni_real *expected =
            tensor->layer < 2 ? from->parameters + source->offset : before->parameters + tensor->offset;
        CU_ASSERT(memcmp(to->parameters + tensor->offset, expected, tensor->count * sizeof *expected) == 0);
    }
    CU_ASSERT(memcmp(to->statistics, from->statistics, 5 * sizeof *to->statistics) == 0);
    CU_ASSERT(memcmp(to->statistics + to->layers[0].running_variance,
                     from->statistics + from->layers[0].running_variance, 5 * sizeof *to->statistics) == 0);
    nn_network_free(from);
    nn_network_free(to);
    nn_network_free(before);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(layers_are_alike_up_to_the_first_that_differs),
        NN_TEST(a_network_of_more_or_fewer_layers_has_the_first_ones_alike),
        NN_TEST(parameters_and_statistics_of_so_many_layers_are_copied),
    };
    return nni_run_suite("copy", tests, sizeof tests / sizeof *tests);
}
