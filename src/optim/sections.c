/* SPDX-License-Identifier: MIT */
#include "optim/sections.h"

#include "kernels/update/optimizers.h"
#include "optim/schedule.h"

const nni_setting nni_optimizer_section[] = {
    {NNI_SETTING(KIND, nni_optimizer_settings, name), .value = "adamw", .required = true,
     .domain = &nni_optimizer_domain, .help = "update rule of the weights"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, learning_rate), .required = true, NNI_ABOVE_0,
     .usual = "%s is a usual start", .help = "learning rate before the schedule"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, momentum), NNI_FROM_0_TO_1, .usual = "0.9 is usual",
     .help = "decay of the velocity"},
    {NNI_SETTING(BOOL, nni_optimizer_settings, nesterov), .help = "Nesterov's momentum; needs momentum above 0"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, beta1), NNI_FROM_0_TO_1, .help = "decay of the mean gradient"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, beta2), NNI_FROM_0_TO_1, .help = "decay of the mean squared gradient"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, rho), NNI_FROM_0_TO_1, .help = "decay of the mean squared gradient"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, epsilon), NNI_ABOVE_0, .usual = "it keeps a division by 0 away",
     .help = "term of the denominator"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, weight_decay), NNI_FROM_0,
     .help = "decoupled weight decay; absent with adamw: 10 / sqrt(rows), at most 1"},
    {NNI_SETTING(NUMBER, nni_optimizer_settings, trust), NNI_ABOVE_0, .help = "trust coefficient"},
    {NNI_SETTING(BOOL, nni_optimizer_settings, shard_state), .value = "false",
     .help = "each rank keeps the state of its share of the parameters alone: the same bits in less memory"},
    {0},
};

const nni_setting nni_schedule_section[] = {
    {NNI_SETTING(KIND, nni_schedule_settings, name), .value = "cosine", .required = true,
     .domain = &nni_schedule_domain, .help = "course of the learning rate"},
    {NNI_SETTING_KEY("warmup", INTERVAL, nni_schedule_settings, warmup_length),
     .beside = offsetof(nni_schedule_settings, warmup), .value = "0 steps", .required = true, .word = "auto",
     .help = "linear rise of the rate at the start; auto: a twentieth of all steps"},
    {NNI_SETTING(INTERVAL, nni_schedule_settings, every), NNI_FROM_1,
     .help = "interval after which the rate is multiplied by factor"},
    {NNI_SETTING(NUMBER, nni_schedule_settings, factor), .above = true, .most = 1,
     .help = "factor of the rate; 1 with exponential alone"},
    {NNI_SETTING(NUMBER, nni_schedule_settings, minimum), NNI_FROM_0, .help = "smallest rate"},
    {NNI_SETTING(COUNT, nni_schedule_settings, patience), .help = "epochs without improvement before the rate falls"},
    {NNI_SETTING(COUNT, nni_schedule_settings, reference_batch), .value = "0", .required = true,
     .help = "batch that learning_rate is for: the rate is scaled by rows of a step / this; 0: it is not"},
    {0},
};

const nni_setting nni_regularization_section[] = {
    {NNI_SETTING(NUMBER, nni_regularization_settings, l1), NNI_FROM_0, .value = "0", .required = true,
     .help = "L1 penalty: l1 sign(w) is added to the gradient of each weight"},
    {NNI_SETTING(NUMBER, nni_regularization_settings, l2), NNI_FROM_0, .value = "0", .required = true,
     .help = "L2 penalty: l2 w is added to the gradient of each weight"},
    {NNI_SETTING(NUMBER, nni_regularization_settings, clip_norm), NNI_FROM_0, .value = "0", .required = true,
     .usual = "0 is no limit", .help = "largest Euclidean norm of the gradient; 0: no limit"},
    {NNI_SETTING(NUMBER, nni_regularization_settings, clip_value), NNI_FROM_0, .value = "0", .required = true,
     .usual = "0 is no limit", .help = "largest absolute value of a component of the gradient; 0: no limit"},
    {0},
};

const char *nni_optimizer_usual_rate(nn_optimizer_kind kind)
{
    const char *value = NULL;
    nni_kind_has(nni_domain_kind(&nni_optimizer_domain, kind), "learning_rate", &value);
    return value;
}
