/* SPDX-License-Identifier: MIT */
#include "model/sections.h"

#include "model/initialize.h"
#include "model/losses/loss.h"
#include "model/norms.h"

static const nni_setting layer_section[] = {
    {NNI_SETTING(COUNT, nni_layer_settings, units), .required = true, .least = 1,
     .most = 1 << 24, /* a layer of that many inputs and as few as 100 outputs fills the memory of most hosts */
     .help = "number of outputs"},
    {NNI_SETTING(KIND, nni_layer_settings, activation), .required = true, .domain = &nni_activation_domain,
     .help = "function of the sums that gives the outputs"},
    {NNI_SETTING(KIND, nni_layer_settings, normalization), .domain = &nni_norm_domain,
     .help = "normalisation of the sums before the activation, not in the last layer; absent: none"},
    {NNI_SETTING(NUMBER, nni_layer_settings, dropout), NNI_FROM_0_TO_1, .usual = "0.5 drops half of the units",
     .help = "probability that an output is set to 0 in training, not in the last layer; absent: 0"},
    {0},
};

const nni_setting nni_network_section[] = {
    {NNI_SETTING_LIST(SECTIONS, nni_network_settings, layers, layers_count), .settings = layer_section,
     .help = "dense layers from the first to the last; the number of inputs comes from the data; to be left out only "
             "with from"},
    {NNI_SETTING(TEXT, nni_network_settings, from),
     .help = "file of a trained model, such as model.h5, whose first layers the training begins with, as many as are "
             "alike; absent: weights are drawn"},
    {NNI_SETTING(COUNT, nni_network_settings, freeze),
     .help = "number of layers, from the first on, that keep the weights of that model; absent: none"},
    {NNI_SETTING(KIND, nni_network_settings, initializer), .value = "auto", .required = true,
     .domain = &nni_initializer_domain, .help = "initial weights"},
    {NNI_SETTING(NUMBER, nni_network_settings, constant), .help = "initial value of all weights"},
    {0},
};

const nni_setting nni_loss_section[] = {
    {NNI_SETTING(KIND, nni_loss_settings, name), .required = true, .domain = &nni_loss_domain, .help = "loss function"},
    {NNI_SETTING(NUMBER, nni_loss_settings, label_smoothing), NNI_FROM_0_TO_1, .usual = "0.1 is usual",
     .help = "share of a target that is spread over the other classes"},
    {NNI_SETTING(NUMBER, nni_loss_settings, delta), NNI_ABOVE_0,
     .help = "error above which the loss is linear, in units of scaled targets"},
    {NNI_SETTING_LIST(NUMBERS, nni_loss_settings, class_weights, class_weights_count), NNI_FROM_0,
     .help = "weight of each class; absent: all are 1"},
    {NNI_SETTING_LIST(NUMBERS, nni_loss_settings, output_weights, output_weights_count), NNI_FROM_0,
     .help = "weight of each output; absent: all are 1"},
    {0},
};
