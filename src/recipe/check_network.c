/* SPDX-License-Identifier: MIT */
/* The network and its loss, which must fit the last layer. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "model/losses/loss.h"
#include "model/norms.h"
#include "recipe/check.h"

enum { KEY_SIZE = 64, LIST_SIZE = 200 };

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
    const nni_activation_entry *activation = nni_activation_of(layer.activation);
    if (activation->outputs == NNI_DISTRIBUTION && last && layer.units == 1)
        return nni_check_fail(in, key, "%s over a single unit is always 1; give it one unit for each class",
                              activation->kind.name);
    if (activation->over_rows && !last)
        return nni_check_fail(in, layer_key(i, "activation", key),
                              "%s belongs in the last layer only; use relu, tanh or sigmoid here",
                              activation->kind.name);
    if (nni_norm_is_on(layer.normalization) && last)
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
    if (network->layers_count <= 1)
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

/* Frozen layers are the first ones: below the lowest that is trained, nothing needs a gradient. */
static nn_status check_freeze(const nni_check *in)
{
    const nni_network_settings *network = &in->recipe->network;
    if (network->freeze == 0)
        return NN_OK;
    if (!network->from)
        return nni_check_fail(in, "network.freeze",
                              "layers that keep the weights they were drawn with learn nothing; give network.from: "
                              "model.h5, or leave it out");
    if (network->layers_count == 0 || network->freeze < network->layers_count)
        return NN_OK;
    return nni_check_fail(in, "network.freeze",
                          "nothing is left to train where %zu of %" PRIu32 " layers keep their weights; make it less "
                          "than %" PRIu32,
                          network->freeze, network->layers_count, network->layers_count);
}

nn_status nni_check_network(const nni_check *in)
{
    for (uint32_t i = 0; i < in->recipe->network.layers_count; i++)
        NN_TRY(check_layer(in, i));
    NN_TRY(check_freeze(in));
    return check_initializer(in);
}

/* "loss" where it was written in short, else "loss.name". */
static const char *loss_key(const nni_check *in)
{
    nni_yaml_place loss = nni_yaml_find(in->root, "loss")->place, name = nni_yaml_find(in->root, "loss.name")->place;
    bool is_short = loss.source == name.source && loss.line == name.line && loss.column == name.column;
    return is_short ? "loss" : "loss.name";
}

/* The activations whose outputs a loss takes: "sigmoid or softmax". */
static const char *list_activations(const nni_loss_entry *loss, char list[LIST_SIZE])
{
    size_t length = 0;
    for (size_t i = 0; i < nni_activation_domain.count && length < LIST_SIZE; i++)
        if (loss->outputs & 1U << nni_activation_of((nn_activation)i)->outputs)
            length += (size_t)snprintf(list + length, LIST_SIZE - length, "%s%s", length > 0 ? " or " : "",
                                       nn_activation_name((nn_activation)i));
    return list;
}

static nn_status check_output(const nni_check *in)
{
    const nni_network_settings *network = &in->recipe->network;
    const uint32_t last = network->layers_count - 1;
    const nni_activation_entry *output = nni_activation_of(network->layers[last].activation);
    const nni_loss_entry *loss = nni_loss_of(in->recipe->loss.name);
    char key[KEY_SIZE], list[LIST_SIZE];
    if (loss->outputs == 0 || loss->outputs & 1U << output->outputs)
        return NN_OK;
    layer_key(last, "activation", key);
    return nni_check_fail(in, nni_check_later(in, loss_key(in), key),
                          "%s needs %s, but the last layer is %s; give it activation: %s, or use loss: %s",
                          loss->kind.name, loss->needs, output->kind.name, list_activations(loss, list),
                          nn_loss_name(nni_loss_usual(output->outputs)));
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
    const nni_loss_entry *loss = nni_loss_of(in->recipe->loss.name);
    const nni_activation_entry *output = nni_activation_of(network->layers[network->layers_count - 1].activation);
    char activation[KEY_SIZE];
    layer_key(network->layers_count - 1, "activation", activation);
    if (kind == NN_TARGETS_AUTO || kind == NN_TARGETS_NONE)
        return NN_OK;
    if (loss->targets != NNI_VALUES)
        return nni_check_fail(
            in, nni_check_later(in, key, loss_key(in)),
            "%s takes targets as they are, from 0 to 1; leave data.normalize_targets out, or use loss: "
            "mse",
            loss->kind.name);
    if (output->outputs == NNI_DISTRIBUTION)
        return nni_check_fail(in, nni_check_later(in, key, activation),
                              "%s gives shares that add up to 1, and no scaled targets; leave "
                              "data.normalize_targets out, or use activation: linear",
                              output->kind.name);
    const bool bounded = isfinite(output->most);
    const bool reached =
        output->beyond == NN_TARGETS_STANDARD || kind == NN_TARGETS_MINMAX || (kind == NN_TARGETS_SCALE && !bounded);
    if (!reached)
        return nni_check_fail(
            in, nni_check_later(in, key, activation),
            "%s gives targets %s, which %s does not reach; use data.normalize_targets: minmax or auto, "
            "or activation: linear",
            nn_target_scaling_name(kind), bounded ? "beyond 1" : "far below 0", output->kind.name);
    return NN_OK;
}

nn_status nni_check_loss(const nni_check *in)
{
    const nni_loss_settings *loss = &in->recipe->loss;
    if (in->recipe->network.layers_count == 0)
        return NN_OK; /* the recipe is checked again once a model has given it layers */
    NN_TRY(check_output(in));
    NN_TRY(check_weights(in, "loss.class_weights", loss->class_weights, loss->class_weights_count, "class"));
    NN_TRY(check_weights(in, "loss.output_weights", loss->output_weights, loss->output_weights_count, "output"));
    return check_normalize_targets(in);
}
