/** The choices a recipe names: activations, losses, normalisations, initialisers, optimisers. */
#ifndef NNTRAIN_KINDS_H
#define NNTRAIN_KINDS_H

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

/** Names as recipes and checkpoints write them; "unknown" for a value outside the enumeration. */
const char *nn_activation_name(nn_activation activation);
const char *nn_loss_name(nn_loss_kind loss);
const char *nn_normalization_name(nn_normalization_kind kind);
const char *nn_initializer_name(nn_initializer initializer);
const char *nn_optimizer_name(nn_optimizer_kind kind);

#endif
