#include "model/sections.h"

#include "model/initialize.h"
#include "model/losses/loss.h"
#include "model/norms.h"

static const nni_setting layer_section[] = {
    {NNI_SETTING(COUNT, nni_layer_settings, units), .required = true, .least = 1,
     .most = 1 << 24, /* a layer of that many inputs and as few as 100 outputs fills the memory of most hosts */
     .help = "outputs of the layer"},
    {NNI_SETTING(KIND, nni_layer_settings, activation), .required = true, .domain = &nni_activation_domain,
     .help = "function of each output"},
    {NNI_SETTING(KIND, nni_layer_settings, normalization), .domain = &nni_norm_domain,
     .help = "of the sums before the activation; not in the last layer"},
    {NNI_SETTING(NUMBER, nni_layer_settings, dropout), NNI_FROM_0_TO_1, .usual = "0.5 drops half of the units",
     .help = "share of the outputs set to 0 in training; not in the last layer"},
    {0},
};

const nni_setting nni_network_section[] = {
    {NNI_SETTING_LIST(SECTIONS, nni_network_settings, layers, layers_count), .required = true,
     .settings = layer_section,
     .help = "dense layers, the first next to the data, which has as many inputs as features"},
    {NNI_SETTING(KIND, nni_network_settings, initializer), .value = "auto", .required = true,
     .domain = &nni_initializer_domain, .help = "first weights"},
    {NNI_SETTING(NUMBER, nni_network_settings, constant), .help = "value of all weights"},
    {0},
};

const nni_setting nni_loss_section[] = {
    {NNI_SETTING(KIND, nni_loss_settings, name), .required = true, .domain = &nni_loss_domain,
     .help = "what training makes small"},
    {NNI_SETTING(NUMBER, nni_loss_settings, label_smoothing), NNI_FROM_0_TO_1, .usual = "0.1 is usual",
     .help = "share of a target that is moved to the other classes"},
    {NNI_SETTING(NUMBER, nni_loss_settings, delta), NNI_ABOVE_0,
     .help = "error beyond which the square goes over into a line, in units of scaled targets"},
    {NNI_SETTING_LIST(NUMBERS, nni_loss_settings, class_weights, class_weights_count), NNI_FROM_0,
     .help = "weight of each class; absent: all are 1"},
    {NNI_SETTING_LIST(NUMBERS, nni_loss_settings, output_weights, output_weights_count), NNI_FROM_0,
     .help = "weight of each output; absent: all are 1"},
    {0},
};
