/* The network and its loss, which must fit the last layer. */
#include <inttypes.h>
#include <stdio.h>

#include "recipe/check.h"

enum { KEY_SIZE = 64 };

static const char *layer_key(uint32_t layer, const char *key, char buffer[KEY_SIZE])
{
    snprintf(buffer, KEY_SIZE, "network.layers[%" PRIu32 "].%s", layer, key);
    return buffer;
}

static nn_status check_layer(const nni_check *in, uint32_t i)
{
    const nni_network_settings *network = &in->recipe->network;
    nni_layer_settings layer = network->layers[i];
    bool last = i + 1 == network->layers_count;
    char key[KEY_SIZE];
    layer_key(i, "units", key);
    if (layer.activation == NN_SOFTMAX && last && layer.units == 1)
        return nni_check_fail(in, key, "softmax over a single unit is always 1; give it one unit for each class");
    if (layer.activation == NN_SOFTMAX && !last)
        return nni_check_fail(in, layer_key(i, "activation", key),
                              "softmax belongs in the last layer only; use relu, tanh or sigmoid here");
    if (layer.normalization != NN_NORM_NONE && last)
        return nni_check_fail(in, layer_key(i, "normalization", key),
                              "the last layer gives the predictions, which are not normalised; leave it out");
    layer_key(i, "dropout", key);
    if (layer.dropout > 0 && last)
        return nni_check_fail(in, key,
                              "the last layer gives the predictions, none of which may be dropped; leave it out");
    return NN_OK;
}

/* From equal weights, the units of a layer get equal gradients for ever. */
static nn_status check_initializer(const nni_check *in)
{
    const nni_network_settings *network = &in->recipe->network;
    if (network->layers_count == 1)
        return NN_OK;
    if (network->initializer == NN_INITIALIZE_ZEROS)
        return nni_check_fail(in, "network.initializer",
                              "from weights of 0 all units of a layer stay alike, and hidden layers learn nothing; use "
                              "auto");
    if (network->initializer == NN_INITIALIZE_CONSTANT && network->constant == 0)
        return nni_check_fail(in, "network.constant",
                              "from weights of 0 all units of a layer stay alike, and hidden layers learn nothing; use "
                              "initializer: auto");
    return NN_OK;
}

nn_status nni_check_network(const nni_check *in)
{
    for (uint32_t i = 0; i < in->recipe->network.layers_count; i++)
        NN_TRY(check_layer(in, i));
    return check_initializer(in);
}

/* "loss" where it was written in short, else "loss.name". */
static const char *loss_key(const nni_check *in)
{
    nni_yaml_place loss = nni_yaml_find(in->root, "loss")->place, name = nni_yaml_find(in->root, "loss.name")->place;
    bool is_short = loss.source == name.source && loss.line == name.line && loss.column == name.column;
    return is_short ? "loss" : "loss.name";
}

static nn_status fail_output(const nni_check *in, const char *needs, const char *mend)
{
    uint32_t last = in->recipe->network.layers_count - 1;
    char key[KEY_SIZE];
    layer_key(last, "activation", key);
    return nni_check_fail(in, nni_check_later(in, loss_key(in), key), "%s needs %s, but the last layer is %s; %s",
                          nn_loss_name(in->recipe->loss.name), needs,
                          nn_activation_name(in->recipe->network.layers[last].activation), mend);
}

static nn_status check_output(const nni_check *in)
{
    const nni_network_settings *network = &in->recipe->network;
    nn_activation output = network->layers[network->layers_count - 1].activation;
    bool sigmoid = output == NN_SIGMOID, softmax = output == NN_SOFTMAX;
    nn_loss_kind loss = in->recipe->loss.name;
    if (loss == NN_CROSS_ENTROPY && !softmax)
        return fail_output(in, "probabilities",
                           sigmoid ? "give it activation: softmax, or use loss: binary_cross_entropy"
                                   : "give it activation: softmax, or use loss: mse");
    if (loss == NN_BINARY_CROSS_ENTROPY && !sigmoid)
        return fail_output(in, "a probability for each output",
                           softmax ? "give it activation: sigmoid, or use loss: cross_entropy"
                                   : "give it activation: sigmoid, or use loss: mse");
    if (loss == NN_IOU && !sigmoid && !softmax)
        return fail_output(in, "outputs from 0 to 1", "give it activation: sigmoid or softmax, or use loss: mse");
    return NN_OK;
}

/* One weight for each unit of the last layer. @param each  what it is called: class or output */
static nn_status check_weights(const nni_check *in, const char *list, const double *weights, uint32_t count,
                               const char *each)
{
    const nni_network_settings *network = &in->recipe->network;
    size_t units = network->layers[network->layers_count - 1].units;
    bool any = false;
    if (!nni_check_has(in, list))
        return NN_OK;
    if (count != units)
        return nni_check_fail(in, list,
                              "there are %" PRIu32 " weights, but the last layer has %zu units; give one weight for "
                              "each %s",
                              count, units, each);
    for (uint32_t i = 0; i < count; i++)
        any = any || weights[i] > 0;
    if (!any)
        return nni_check_fail(in, list, "all weights are 0, so that nothing counts; raise one");
    return NN_OK;
}

/* What is asked for and cannot be: auto always finds something. */
static nn_status check_normalize_targets(const nni_check *in)
{
    const char key[] = "data.normalize_targets";
    const nni_network_settings *network = &in->recipe->network;
    const nn_target_scaling kind = in->recipe->data.normalize_targets;
    const nn_loss_kind loss = in->recipe->loss.name;
    const nn_activation output = network->layers[network->layers_count - 1].activation;
    char activation[KEY_SIZE];
    layer_key(network->layers_count - 1, "activation", activation);
    if (kind == NN_TARGETS_AUTO || kind == NN_TARGETS_NONE)
        return NN_OK;
    if (loss == NN_CROSS_ENTROPY || loss == NN_BINARY_CROSS_ENTROPY || loss == NN_IOU)
        return nni_check_fail(
            in, nni_check_later(in, key, loss_key(in)),
            "%s takes targets as they are, from 0 to 1; leave data.normalize_targets out, or use loss: "
            "mse",
            nn_loss_name(loss));
    if (output == NN_SOFTMAX)
        return nni_check_fail(in, nni_check_later(in, key, activation),
                              "softmax gives shares that add up to 1, and no scaled targets; leave "
                              "data.normalize_targets out, or use activation: linear");
    const bool bounded = output == NN_SIGMOID || output == NN_TANH;
    const bool reached = output == NN_LINEAR || output == NN_LEAKY_RELU || kind == NN_TARGETS_MINMAX ||
                         (kind == NN_TARGETS_SCALE && !bounded);
    if (!reached)
        return nni_check_fail(
            in, nni_check_later(in, key, activation),
            "%s gives targets %s, which %s does not reach; use data.normalize_targets: minmax or auto, "
            "or activation: linear",
            nn_target_scaling_name(kind), bounded ? "beyond 1" : "far below 0", nn_activation_name(output));
    return NN_OK;
}

nn_status nni_check_loss(const nni_check *in)
{
    const nni_loss_settings *loss = &in->recipe->loss;
    NN_TRY(check_output(in));
    NN_TRY(check_weights(in, "loss.class_weights", loss->class_weights, loss->class_weights_count, "class"));
    NN_TRY(check_weights(in, "loss.output_weights", loss->output_weights, loss->output_weights_count, "output"));
    return check_normalize_targets(in);
}
