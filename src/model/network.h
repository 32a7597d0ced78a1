/* SPDX-License-Identifier: MIT */
/** A feed-forward network of dense layers: a^(l) = sigma(a^(l-1) W^(l)T + b^(l)), one row of a sample each. */
#ifndef NNI_MODEL_NETWORK_H
#define NNI_MODEL_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/batch.h"
#include "model/settings.h"
#include "nntrain/kinds.h"
#include "nntrain/network.h"
#include "nntrain/status.h"
#include "support/threads/partition.h"

/** A dense layer, and the offsets of its tensors in a flat array of parameters, gradients or optimizer state. */
typedef struct nni_layer {
    size_t inputs, outputs;
    nn_activation activation;
    nn_norm_kind norm;
    double dropout;
    size_t first;       /**< offset of its tensors, of which W is the last */
    size_t weight;      /**< offset of W [outputs, inputs] */
    size_t bias;        /**< offset of b [outputs]; without meaning where nni_layer_has_bias is false */
    size_t gamma, beta; /**< with a norm: offsets of its scale and shift [outputs] */
    size_t running_mean, running_variance; /**< with batch norm: offsets in nn_network.statistics [outputs] */
} nni_layer;

/** @return whether a layer has a bias: not with batch norm, which takes any shift out with the mean. The gradient of a
 * bias would be nothing but rounding, which Adam and Adagrad enlarge. */
bool nni_layer_has_bias(const nni_layer *layer);

/** @return whether batch norm keeps running statistics of a layer, and its sums are taken over the ranks */
bool nni_layer_has_statistics(const nni_layer *layer);

/** The role of a tensor: weights are regularised, the others are not. */
typedef enum nni_tensor_role { NNI_TENSOR_WEIGHT, NNI_TENSOR_BIAS, NNI_TENSOR_GAMMA, NNI_TENSOR_BETA } nni_tensor_role;

/** One tensor of the flat array. */
typedef struct nni_tensor {
    nni_tensor_role role;
    size_t layer;
    size_t offset;
    size_t rows, columns; /**< columns 0: one dimension */
    size_t count;         /**< elements */
} nni_tensor;

/**
 * Layers and their parameters. Owns its arrays.
 *
 * Parameters and gradients are flat arrays of the same layout, in backward order, last layer first: gradients become
 * complete from the front as the backward pass goes, and an optimizer's step is one pass over flat arrays. Each tensor
 * begins on a multiple of NNI_ALIGNMENT bytes; the padding between tensors is zero and stays zero. In a layer weights
 * come last: with what lies before it, some of their rows are all that as many outputs of the layer need.
 */
struct nn_network {
    size_t inputs, outputs;
    nn_precision precision; /**< of products, NN_FLOAT32 at first; to be set before a workspace is created */
    size_t layer_count;
    nni_layer *layers; /**< [layer_count], first layer first */
    size_t frozen; /**< layers, from the first on, that training leaves as they are; 0 at first, to be set before it */
    size_t parameter_count;        /**< trained values, without padding */
    size_t flat_count;             /**< elements of a flat array: parameters and padding */
    nni_real *parameters;          /**< [flat_count] */
    bool parameters_are_elsewhere; /**< see nni_network_keep_parameters */
    size_t tensor_count;
    nni_tensor *tensors; /**< [tensor_count], in the order of the flat array */
    size_t statistics_count;
    nni_real *statistics; /**< [statistics_count] running means and variances of batch norm; not trained */
};

/**
 * Lays out a network with all parameters zero.
 *
 * @param inputs  values of a sample
 * @param layers  [layer_count] units and activation; softmax in the last layer only
 * @return NN_USAGE where a layer has no units, NN_SYSTEM where memory runs out
 */
nn_status nni_network_create(size_t inputs, const nni_layer_settings *layers, size_t layer_count, nn_network **network,
                             nn_error *error);

/** @return elements of the flat array that are trained; they come first, frozen layers after them */
size_t nni_network_trained(const nn_network *network);

/** From now on the parameters are kept in memory of the caller's, such as several ranks share; what they are by now is
 * not taken there. @param parameters  [flat_count], zero at first; borrowed */
void nni_network_keep_parameters(nn_network *network, nni_real *parameters);

/**
 * Draws initial weights; biases and beta become 0, gamma 1.
 *
 * He: variance 2 / inputs (He et al., 2015). Glorot: 2 / (inputs + outputs) (Glorot and Bengio, 2010). LeCun: 1 /
 * inputs (LeCun et al., 1998). Orthogonal: rows or columns, whichever are fewer, are orthonormal (Saxe et al., 2014). A
 * weight is a function of seed, layer and position alone.
 */
void nni_network_initialize(nn_network *network, const nni_network_settings *recipe, uint64_t seed);

/**
 * @param layers  [layer_count] of a network of as many inputs
 * @return how many of them, from the first on, have units, activation and norm of those of `network`
 */
size_t nni_network_layers_alike(const nn_network *network, const nni_layer_settings *layers, size_t layer_count);

/** Copies the parameters of so many layers, from the first on, which are alike. */
void nni_network_copy_parameters(nn_network *to, const nn_network *from, size_t layers);

/** The same of their running statistics. */
void nni_network_copy_statistics(nn_network *to, const nn_network *from, size_t layers);

/** Running means become 0 and variances 1, as nni_network_initialize has it. */
void nni_network_initialize_statistics(nn_network *network);

/** "weight", "bias", "gamma" or "beta". */
const char *nni_tensor_name(nni_tensor_role role);

/** @return parameters of a layer, its norm's included */
size_t nni_network_layer_parameters(const nn_network *network, size_t layer);

/** @return whether no parameter and no statistic is NaN or infinite */
bool nni_network_is_finite(const nn_network *network);

/**
 * Callbacks of the passes to the other ranks that share a batch. A failure stays in `status` and `error`, and later
 * calls do nothing: passes return no status, and the training reads it once a step.
 */
typedef struct nni_sync {
    /**
     * Sums over the ranks, for batch norm.
     *
     * @param values  [nni_sum_tree_nodes(run), count] of this rank's nodes; the first `count` receive the sum
     */
    nn_status (*sum)(void *context, nni_leaf_range run, double *values, size_t count, nn_error *error); /**< NULL: one
                                                                                                      rank alone */
    /** Called in the forward pass of training before those parameters of a layer are read that lie before an element of
     * the flat array. */
    nn_status (*ready)(void *context, size_t layer, size_t end, nn_error *error); /**< NULL: they always are */
    /** Called during the backward pass when elements 0 .. count - 1 of the flat gradients are complete. */
    nn_status (*complete)(void *context, size_t count, nn_error *error); /**< NULL: nobody waits for them */
    /** Called during the backward pass with elements of the flat gradients that a thread has just completed, after the
     * parameters of the same place have been read for the last time in the step. */
    void (*use)(void *context, nni_partition elements); /**< NULL: nobody uses them before the pass ends */
    const nni_real *const *used_with; /**< [used_with_count] arrays laid out as the gradients that are read then */
    size_t used_with_count;           /**< at most NNI_GEMM_FETCHED */
    /**
     * Called between the tiles of the products of both passes, so that sums over the ranks make progress meanwhile; by
     * one thread at a time, whichever is free.
     *
     * @param work  multiply-adds of all threads since the call before
     */
    nn_status (*progress)(void *context, size_t work, nn_error *error); /**< NULL: nothing is to be done */
    void *context;
    nn_status status;
    nn_error error;
} nni_sync;

/** The arrays that passes over a batch write. Owns them; created once for a network and the largest batch. */
typedef struct nni_workspace {
    size_t capacity;        /**< rows the arrays hold */
    size_t layer_count;     /**< of the network it was created for */
    nni_real **activations; /**< [layer_count] of [capacity, outputs of the layer]; the last holds the output */
    struct nni_layer_work
        *layers;      /**< [layer_count] kept for the backward pass by norms, dropout and some activations */
    nni_real *logits; /**< [capacity, outputs] kept by nni_loss; NULL unless the output activation's
                          derivative needs its input */
    nni_real *delta, *delta_below; /**< [capacity, widest layer] dE/do of the current layer and of the one below */
    size_t stack_height;           /**< flat arrays of gradients there are */
    size_t flat_pitch;             /**< elements from one to the next: flat_count */
    nni_real *gradients; /**< [stack_height, flat_pitch], each laid out like the parameters: the nodes of the batch's
                           leaves, which is one where the rows are one sum */
    bool round_joins;    /**< sums of leaves are rounded to bfloat16 before they are joined; to be set by the caller */
    bool gradients_are_elsewhere; /**< see nni_workspace_keep_gradients */
    double *row_losses;           /**< [capacity] w_i E_i of the rows, left by nni_loss */
    double *sums;                 /**< [stack_height + 1, 2 * widest layer + 1] of batch norm */
    struct nni_gemm_workspace *space;
    struct nni_timeline *timeline; /**< records the layer that a pass of training is at; NULL: off */
    nni_sync sync;                 /**< to be set by the caller where ranks share batches */
    uint64_t seed;                 /**< of dropout; to be set by the caller */
} nni_workspace;

/**
 * Creates the workspace of a network.
 *
 * @param capacity  most rows in a batch; 0 is valid
 * @param threads   most OpenMP threads that will compute
 * @param stack_height  flat arrays of gradients to take: 0 where none will be asked for, 1, or nni_sum_tree_height of
 * the run where batches come in leaves
 */
nn_status nni_workspace_create(const nn_network *network, size_t capacity, size_t threads, size_t stack_height,
                               nni_workspace **work, nn_error *error);
void nni_workspace_free(nni_workspace *work);

/** From now on gradients are left in memory of the caller's. @param gradients  [stack_height, pitch], zero at first;
 * borrowed */
void nni_workspace_keep_gradients(nni_workspace *work, nni_real *gradients, size_t pitch);

/**
 * Forward pass of training: with dropout, and with batch norm over the rows of the global batch, whose statistics also
 * move the running ones; in frozen layers with the running statistics, which stay. The last layer is left as logits o:
 * nni_loss or nni_network_activate_output applies its activation.
 *
 * @param batch  at most as many rows as the capacity of work
 */
void nni_network_forward(nn_network *network, const nni_batch *batch, nni_workspace *work);

/**
 * Forward pass of inference: without dropout, and with the running statistics in batch norm. Leaves logits as above.
 *
 * @param x     [rows, inputs]
 * @param rows  at most the capacity of work
 */
void nni_network_infer(const nn_network *network, const nni_real *x, size_t rows, nni_workspace *work);

/** Turns the logits that a forward pass left into the activations of the last layer. */
void nni_network_activate_output(const nn_network *network, size_t rows, nni_workspace *work);

/** @return [rows, outputs]: logits after a forward pass, activations after nni_loss or nni_network_activate_output */
static inline nni_real *nni_network_output(const nn_network *network, const nni_workspace *work)
{
    return work->activations[network->layer_count - 1];
}

/**
 * The loss of a batch; turns the logits o that a forward pass left into output activations a, and keeps the logits in
 * work->logits where that is allocated.
 *
 * E = 1/n sum_i w_i E_i over rows i with sample weights w_i. n counts the rows of the *global* batch and not the sum of
 * their weights, so that E is the sum of the ranks' parts, however rows are divided. A class y stands for its one-hot
 * row.
 *
 * In mse, mae, huber and binary_cross_entropy the term of output j is multiplied by its weight, where weights are set.
 *
 * - mse: E_i = 1/2 sum_j (a_j - y_j)^2. PyTorch's and Keras' mean over rows and outputs is 2/outputs times this.
 * - mae: sum_j |a_j - y_j|.
 * - huber: sum_j h^2/2 for h = |a_j - y_j| up to delta, delta (h - delta/2) beyond (Huber, 1964).
 * - cross_entropy, for a softmax output: -sum_j c_j y'_j log a_j with class weights c_j and y' = (1 - e) y + e/outputs,
 *   e the label smoothing (Szegedy et al., 2016). y is a class or a distribution. These are the terms of PyTorch's
 *   CrossEntropyLoss, whose mean over classes divides by the sum of c_y instead of n.
 * - binary_cross_entropy, for sigmoid outputs, each a yes or no of its own: -sum_j (y' log a_j + (1 - y') log(1 - a_j))
 *   with y' = (1 - e) y + e/2.
 * - iou: 1 - (1 + sum_j a_j y_j) / (1 + sum_j (a_j + y_j - a_j y_j)), the soft Jaccard distance (Rahman and Wang,
 * 2016).
 *
 * The entropies are found from the logits and stay finite where a probability rounds to 0.
 *
 * @return this rank's share of E; 0 without rows
 */
double nni_loss(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch, nni_workspace *work);

/** sum_i w_i E_i over some rows of the batch that nni_loss was of, added in their order. */
double nni_loss_of_rows(const nni_workspace *work, size_t first, size_t count);

/**
 * Backward pass after nni_loss: fills work->gradients with this rank's share of dE/dparameters, the sum over the rows
 * of the batch or, where it comes in leaves, over those of each node.
 *
 * delta of the output layer: dE/da through the output activation, softmax by its Jacobian; the two cross-entropies and
 * their activations give w c (a - y') / n at once. Of a hidden layer: delta_l = (delta_{l+1} W_{l+1}) o sigma'(o_l).
 * dW = delta^T a_{l-1}, db = column sums of delta (Rumelhart, Hinton, Williams, 1986).
 */
void nni_network_backward(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch,
                          nni_workspace *work);

#endif
