#include "base/kinds.h"

const cyaml_strval_t nn_activation_names[5] = {
    {"linear", NN_LINEAR}, {"sigmoid", NN_SIGMOID}, {"tanh", NN_TANH}, {"relu", NN_RELU}, {"softmax", NN_SOFTMAX},
};
const cyaml_strval_t nn_loss_names[2] = {{"mse", NN_MSE}, {"cross_entropy", NN_CROSS_ENTROPY}};
const cyaml_strval_t nn_normalization_names[3] = {
    {"none", NN_NORMALIZE_NONE},
    {"unit", NN_NORMALIZE_UNIT},
    {"standard", NN_NORMALIZE_STANDARD},
};
const cyaml_strval_t nn_initializer_names[3] = {
    {"auto", NN_INITIALIZE_AUTO},
    {"he", NN_INITIALIZE_HE},
    {"glorot", NN_INITIALIZE_GLOROT},
};
const cyaml_strval_t nn_optimizer_names[1] = {{"sgd", NN_SGD}};

static const char *name_of(const cyaml_strval_t *names, size_t count, int64_t value)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].val == value)
            return names[i].str;
    return "unknown";
}

const char *nn_activation_name(nn_activation activation)
{
    return name_of(nn_activation_names, CYAML_ARRAY_LEN(nn_activation_names), activation);
}

const char *nn_loss_name(nn_loss_kind loss)
{
    return name_of(nn_loss_names, CYAML_ARRAY_LEN(nn_loss_names), loss);
}

const char *nn_normalization_name(nn_normalization_kind kind)
{
    return name_of(nn_normalization_names, CYAML_ARRAY_LEN(nn_normalization_names), kind);
}

const char *nn_initializer_name(nn_initializer initializer)
{
    return name_of(nn_initializer_names, CYAML_ARRAY_LEN(nn_initializer_names), initializer);
}

const char *nn_optimizer_name(nn_optimizer_kind kind)
{
    return name_of(nn_optimizer_names, CYAML_ARRAY_LEN(nn_optimizer_names), kind);
}
