#include "nntrain/kinds.h"

#include <string.h>

#define TABLE(entries)                                                                                                 \
    {                                                                                                                  \
        (entries), sizeof(entries) / sizeof *(entries)                                                                 \
    }

static const nn_name activations[] = {
    {"linear", NN_LINEAR}, {"sigmoid", NN_SIGMOID}, {"tanh", NN_TANH}, {"relu", NN_RELU}, {"softmax", NN_SOFTMAX},
};
static const nn_name losses[] = {{"mse", NN_MSE}, {"cross_entropy", NN_CROSS_ENTROPY}};
static const nn_name normalizations[] = {
    {"none", NN_NORMALIZE_NONE}, {"unit", NN_NORMALIZE_UNIT}, {"standard", NN_NORMALIZE_STANDARD}};
static const nn_name initializers[] = {
    {"auto", NN_INITIALIZE_AUTO}, {"he", NN_INITIALIZE_HE}, {"glorot", NN_INITIALIZE_GLOROT}};
static const nn_name optimizers[] = {{"sgd", NN_SGD}};

const nn_names nn_activation_names = TABLE(activations);
const nn_names nn_loss_names = TABLE(losses);
const nn_names nn_normalization_names = TABLE(normalizations);
const nn_names nn_initializer_names = TABLE(initializers);
const nn_names nn_optimizer_names = TABLE(optimizers);

const char *nn_name_of(nn_names names, int value)
{
    for (size_t i = 0; i < names.count; i++)
        if (names.entries[i].value == value)
            return names.entries[i].name;
    return NULL;
}

int nn_value_of(nn_names names, const char *name)
{
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(names.entries[i].name, name) == 0)
            return names.entries[i].value;
    return -1;
}
