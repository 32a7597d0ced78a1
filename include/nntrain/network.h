/** A feed-forward network of dense layers: a^(l) = sigma(a^(l-1) W^(l)T + b^(l)), one row of a sample each. */
#ifndef NNTRAIN_NETWORK_H
#define NNTRAIN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/batch.h"
#include "nntrain/kinds.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

/** A dense layer, and where its tensors lie in a flat array of parameters, gradients or moments. */
typedef struct nn_layer {
    size_t inputs, outputs;
    nn_activation activation;
    size_t weight; /**< offset of W [outputs, inputs] */
    size_t bias;   /**< offset of b [outputs] */
} nn_layer;

/**
 * Layers and their parameters. Owns its arrays.
 *
 * Parameters lie in one flat array in backward order, last layer first: the gradients lie alike, so that they are
 * complete from the front as the backward pass goes, and descent is one pass over flat arrays. Each tensor begins on a
 * multiple of NN_ALIGNMENT bytes; the padding between them is zero and stays zero.
 */
typedef struct nn_network {
    size_t inputs, outputs;
    size_t layer_count;
    nn_layer *layers;       /**< [layer_count], first layer first */
    size_t parameter_count; /**< weights and biases */
    size_t flat_count;      /**< elements of a flat array: parameters and padding */
    nn_real *parameters;    /**< [flat_count] */
} nn_network;

/**
 * Lays out a network with all parameters zero.
 *
 * @param inputs  values of a sample
 * @param layers  [layer_count] units and activation; softmax in the last layer only
 * @return NN_USAGE where a layer has no units, NN_SYSTEM where memory runs out
 */
nn_status nn_network_create(size_t inputs, const nn_recipe_layer *layers, size_t layer_count, nn_network **network,
                            nn_error *error);
void nn_network_free(nn_network *network);

/**
 * Draws initial weights; biases become 0.
 *
 * He: normal, variance 2 / inputs (He et al., 2015). Glorot: uniform in +-sqrt(6 / (inputs + outputs)) (Glorot and
 * Bengio, 2010). A weight is a function of seed, layer and position alone.
 */
void nn_network_initialize(nn_network *network, nn_initializer initializer, uint64_t seed);

/** @return whether no parameter is NaN or infinite */
bool nn_network_is_finite(const nn_network *network);

/** Everything a pass over a batch writes. Owns its arrays; taken once for a network and the largest batch. */
typedef struct nn_workspace {
    size_t capacity;              /**< rows the arrays hold */
    size_t layer_count;           /**< of the network it was taken for */
    nn_real **activations;        /**< [layer_count] of [capacity, outputs of the layer]; the last holds the output */
    nn_real *delta, *delta_below; /**< [capacity, widest layer] dE/do of the layer in work and of the one below */
    nn_real *gradients; /**< [flat_count + NN_TAIL], laid out like the parameters; the tail is the trainer's */
    nn_real *log_sums;  /**< [capacity] of softmax */
    double *row_terms;  /**< [capacity] of the loss */
    struct nn_gemm_space *space;
} nn_workspace;

/** Scalars that ride behind the gradients, so that one reduction carries them all; one cache line of floats. */
enum { NN_TAIL = 16 };

/**
 * Takes the work space of a network.
 *
 * @param capacity  most rows in a batch; 0 is valid
 * @param threads   most OpenMP threads that will compute
 * @param backward  whether gradients will be asked for
 */
nn_status nn_workspace_create(const nn_network *network, size_t capacity, size_t threads, bool backward,
                              nn_workspace **work, nn_error *error);
void nn_workspace_free(nn_workspace *work);

/**
 * Forward pass. The last layer is left as logits o: nn_loss or nn_network_activate_output applies its activation.
 *
 * @param x     [rows, inputs]
 * @param rows  at most the capacity of work
 */
void nn_network_forward(const nn_network *network, const nn_real *x, size_t rows, nn_workspace *work);

/** Applies the activation of the last layer to the logits that nn_network_forward left. */
void nn_network_activate_output(const nn_network *network, size_t rows, nn_workspace *work);

/** @return [rows, outputs]: logits after nn_network_forward, activations after nn_loss or nn_network_activate_output */
static inline nn_real *nn_network_output(const nn_network *network, const nn_workspace *work)
{
    return work->activations[network->layer_count - 1];
}

/**
 * The loss of a batch; turns the logits that nn_network_forward left into output activations.
 *
 * mse: E = 1/(2n) sum_ij (a_ij - y_ij)^2. cross_entropy, for a softmax output: E = -1/n sum_ij y_ij log a_ij, found
 * from the logits as log sum_k exp(o_k) - o_y, which stays finite where a_y rounds to 0. n counts the rows of the
 * *global* batch; a class y stands for its one-hot row.
 *
 * @return this rank's share of E
 */
double nn_loss(nn_loss_kind loss, const nn_network *network, const nn_batch *batch, nn_workspace *work);

/**
 * Backward pass after nn_loss: fills work->gradients with this rank's share of dE/dparameters.
 *
 * delta of the output layer: (a - y) o sigma'(o) / n for mse (with the Jacobian of softmax where that is the output),
 * (a - y) / n for cross-entropy over softmax. Of a hidden layer: delta_l = (delta_{l+1} W_{l+1}) o sigma'(o_l). dW =
 * delta^T a_{l-1}, db = column sums of delta (Rumelhart, Hinton, Williams, 1986).
 */
void nn_network_backward(nn_loss_kind loss, const nn_network *network, const nn_batch *batch, nn_workspace *work);

#endif
