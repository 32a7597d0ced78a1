/** The choices a recipe names: activations, losses, normalisations, initialisers, optimisers. */
#ifndef NNTRAIN_KINDS_H
#define NNTRAIN_KINDS_H

#include <stddef.h>

/** sigma in a = sigma(W x + b). */
typedef enum nn_activation {
    NN_LINEAR,
    NN_SIGMOID,
    NN_TANH,
    NN_RELU,
    NN_SOFTMAX, /**< output layer only */
} nn_activation;

typedef enum nn_loss_kind {
    NN_MSE,
    NN_CROSS_ENTROPY,
} nn_loss_kind;

/** How features are shifted and scaled before they enter the network. */
typedef enum nn_normalization_kind {
    NN_NORMALIZE_NONE,
    NN_NORMALIZE_UNIT,     /**< the training split's smallest value to 0, its largest to 1 */
    NN_NORMALIZE_STANDARD, /**< each feature to mean 0 and standard deviation 1 over the training split */
} nn_normalization_kind;

typedef enum nn_initializer {
    NN_INITIALIZE_AUTO, /**< He for ReLU, Glorot for the rest */
    NN_INITIALIZE_HE,
    NN_INITIALIZE_GLOROT,
} nn_initializer;

typedef enum nn_optimizer_kind {
    NN_SGD,
} nn_optimizer_kind;

/** A name in recipes and checkpoints and the value it stands for. */
typedef struct nn_name {
    const char *name;
    int value;
} nn_name;

/** A table of names; static storage. */
typedef struct nn_names {
    const nn_name *entries;
    size_t count;
} nn_names;

extern const nn_names nn_activation_names;
extern const nn_names nn_loss_names;
extern const nn_names nn_normalization_names;
extern const nn_names nn_initializer_names;
extern const nn_names nn_optimizer_names;

/** @return the name of a value, or NULL where the table has none */
const char *nn_name_of(nn_names names, int value);

/** @return the value of a name, or -1 */
int nn_value_of(nn_names names, const char *name);

#endif
