/* The domains of optimizers. */
#include "optim/settings.h"

static const nni_kind_setting sgd_settings[] = {
    {"learning_rate", "0.1"}, {"momentum", "0"}, {"nesterov", "false"}, {0}};
static const nni_kind_setting adagrad_settings[] = {{"learning_rate", "0.01"}, {"epsilon", "1e-10"}, {0}};
static const nni_kind_setting rmsprop_settings[] = {
    {"learning_rate", "0.001"}, {"momentum", "0"}, {"rho", "0.99"}, {"epsilon", "1e-8"}, {0}};
static const nni_kind_setting adam_settings[] = {
    {"learning_rate", "0.001"}, {"beta1", "0.9"}, {"beta2", "0.999"}, {"epsilon", "1e-8"}, {0}};
static const nni_kind_setting adamw_settings[] = {
    {"learning_rate", "0.005"}, {"beta1", "0.9"}, {"beta2", "0.999"}, {"epsilon", "1e-8"}, {"weight_decay", NULL}, {0}};
static const nni_kind_setting lars_settings[] = {
    {"learning_rate", "0.1"}, {"momentum", "0"}, {"weight_decay", "0"}, {"trust", "0.001"}, {0}};
static const nni_kind_setting lamb_settings[] = {{"learning_rate", "0.001"}, {"beta1", "0.9"},      {"beta2", "0.999"},
                                                 {"epsilon", "1e-6"},        {"weight_decay", "0"}, {0}};
static const nni_kind optimizers[] = {
    [NN_SGD] = {"sgd", "gradient descent", sgd_settings},
    [NN_ADAGRAD] = {"adagrad", "by the sum of squares", adagrad_settings},
    [NN_RMSPROP] = {"rmsprop", "by the mean square", rmsprop_settings},
    [NN_ADAM] = {"adam", "by mean and mean square", adam_settings},
    [NN_ADAMW] = {"adamw", "adam with decoupled weight decay", adamw_settings},
    [NN_LARS] = {"lars", "layerwise rates for large batches", lars_settings},
    [NN_LAMB] = {"lamb", "lars with adam's moments", lamb_settings},
};
const nni_domain nni_optimizer_domain = NNI_DOMAIN("optimizer", optimizers);

static const nni_kind_setting step_settings[] = {{"every", "10 epochs"}, {"factor", "0.1"}, {0}};
static const nni_kind_setting exponential_settings[] = {{"every", "1 epoch"}, {"factor", "0.95"}, {0}};
static const nni_kind_setting cosine_settings[] = {{"warmup", "auto"}, {"minimum", "0"}, {0}};
static const nni_kind_setting plateau_settings[] = {{"factor", "0.1"}, {"minimum", "0"}, {"patience", "10"}, {0}};
static const nni_kind schedules[] = {
    [NN_SCHEDULE_CONSTANT] = {"constant", "the rate stays"},
    [NN_SCHEDULE_STEP] = {"step", "is multiplied by factor at every interval", step_settings},
    [NN_SCHEDULE_EXPONENTIAL] = {"exponential", "the same, smoothly", exponential_settings},
    [NN_SCHEDULE_COSINE] = {"cosine", "falls to minimum at the end, as half a cosine wave", cosine_settings},
    [NN_SCHEDULE_PLATEAU] = {"plateau", "is multiplied by factor after patience epochs without improvement",
                             plateau_settings},
};
const nni_domain nni_schedule_domain = NNI_DOMAIN("schedule", schedules);

const char *nn_optimizer_name(nn_optimizer_kind kind)
{
    return nni_domain_name(&nni_optimizer_domain, kind);
}

const char *nn_schedule_name(nn_schedule_kind kind)
{
    return nni_domain_name(&nni_schedule_domain, kind);
}
