/* The domains of networks and optimizers. */
#include "model/settings.h"
#include "optim/settings.h"

static const nni_kind activations[] = {
    [NN_LINEAR] = {"linear", "x"},
    [NN_SIGMOID] = {"sigmoid", "1 / (1 + e^-x)"},
    [NN_TANH] = {"tanh", "hyperbolic tangent"},
    [NN_RELU] = {"relu", "max(x, 0)"},
    [NN_LEAKY_RELU] = {"leaky_relu", "x, below 0 0.01 x"},
    [NN_ELU] = {"elu", "x, below 0 e^x - 1"},
    [NN_SELU] = {"selu", "1.0507 elu with 1.6733 for 1 below 0"},
    [NN_GELU] = {"gelu", "x/2 (1 + erf(x/sqrt 2))"},
    [NN_GELU_TANH] = {"gelu_tanh", "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"},
    [NN_SILU] = {"silu", "x sigmoid(x), also called swish"},
    [NN_SOFTPLUS] = {"softplus", "log(1 + e^x)"},
    [NN_SOFTMAX] = {"softmax", "probabilities of classes; last layer only"},
};
const nni_domain nni_activation_domain = NNI_DOMAIN("activation", activations);

static const nni_kind norms[] = {
    [NN_NORM_NONE] = {"none", "sums as they are"},
    [NN_NORM_BATCH] = {"batch", "each unit over the rows of the global batch"},
    [NN_NORM_LAYER] = {"layer", "each row over the units of the layer"},
};
const nni_domain nni_norm_domain = NNI_DOMAIN("normalization", norms);

static const nni_kind_setting constant_settings[] = {{"constant", "0"}, {0}};
static const nni_kind initializers[] = {
    [NN_INITIALIZE_AUTO] = {"auto", "he for the ReLU family, lecun for selu, glorot for the rest"},
    [NN_INITIALIZE_HE] = {"he", "the same as he_normal"},
    [NN_INITIALIZE_HE_NORMAL] = {"he_normal", "normal, variance 2 / inputs"},
    [NN_INITIALIZE_HE_UNIFORM] = {"he_uniform", "uniform, variance 2 / inputs"},
    [NN_INITIALIZE_GLOROT] = {"glorot", "the same as glorot_uniform"},
    [NN_INITIALIZE_GLOROT_NORMAL] = {"glorot_normal", "normal, variance 2 / (inputs + outputs)"},
    [NN_INITIALIZE_GLOROT_UNIFORM] = {"glorot_uniform", "uniform, variance 2 / (inputs + outputs)"},
    [NN_INITIALIZE_LECUN_NORMAL] = {"lecun_normal", "normal, variance 1 / inputs"},
    [NN_INITIALIZE_LECUN_UNIFORM] = {"lecun_uniform", "uniform, variance 1 / inputs"},
    [NN_INITIALIZE_ORTHOGONAL] = {"orthogonal", "orthogonal rows or columns"},
    [NN_INITIALIZE_ZEROS] = {"zeros", "0"},
    [NN_INITIALIZE_CONSTANT] = {"constant", "the value of constant", constant_settings},
};
const nni_domain nni_initializer_domain = NNI_DOMAIN("initializer", initializers);

static const nni_kind_setting outputs_settings[] = {{"output_weights", NULL}, {0}};
static const nni_kind_setting huber_settings[] = {{"delta", "1"}, {"output_weights", NULL}, {0}};
static const nni_kind_setting entropy_settings[] = {{"label_smoothing", "0"}, {"class_weights", NULL}, {0}};
static const nni_kind_setting binary_settings[] = {{"label_smoothing", "0"}, {"output_weights", NULL}, {0}};
static const nni_kind losses[] = {
    [NN_MSE] = {"mse", "half of the mean squared error", outputs_settings},
    [NN_MAE] = {"mae", "mean absolute error", outputs_settings},
    [NN_HUBER] = {"huber", "mse near 0, mae beyond delta", huber_settings},
    [NN_CROSS_ENTROPY] = {"cross_entropy", "classes; last layer softmax", entropy_settings},
    [NN_BINARY_CROSS_ENTROPY] = {"binary_cross_entropy", "labels; last layer sigmoid", binary_settings},
    [NN_IOU] = {"iou", "1 - intersection over union; last layer sigmoid or softmax"},
};
const nni_domain nni_loss_domain = NNI_DOMAIN("loss", losses);

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

const char *nn_activation_name(nn_activation activation)
{
    return nni_domain_name(&nni_activation_domain, activation);
}

const char *nn_loss_name(nn_loss_kind loss)
{
    return nni_domain_name(&nni_loss_domain, loss);
}

const char *nn_initializer_name(nn_initializer initializer)
{
    return nni_domain_name(&nni_initializer_domain, initializer);
}

const char *nn_optimizer_name(nn_optimizer_kind kind)
{
    return nni_domain_name(&nni_optimizer_domain, kind);
}

const char *nn_norm_name(nn_norm_kind norm)
{
    return nni_domain_name(&nni_norm_domain, norm);
}

const char *nn_schedule_name(nn_schedule_kind kind)
{
    return nni_domain_name(&nni_schedule_domain, kind);
}
