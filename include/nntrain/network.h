/* SPDX-License-Identifier: MIT */
/** @file
 * A feed-forward network of dense layers, a = sigma(a_below W^T + b), and the passes of a training step.
 */
#ifndef NNTRAIN_NETWORK_H
#define NNTRAIN_NETWORK_H

#include <stddef.h>

#include "nntrain/comm.h"
#include "nntrain/dataset.h"
#include "nntrain/export.h"
#include "nntrain/kinds.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Layers and their parameters; every rank holds the same.
 *
 * Threads: any number while nobody changes it; forward passes of training, optimizer steps and writes through nn_tensor
 * change it.
 * Ownership: the caller's, until nn_network_free; that of nn_model_network is the model's.
 */
typedef struct nn_network nn_network;

/** One array of parameters, or of their gradients. A value; its elements are the network's or the work space's. */
typedef struct nn_tensor {
    const char *name; /**< "weight", "bias", "gamma" or "beta" */
    size_t layer;     /**< from 0, the layer above the features */
    size_t rows;      /**< outputs of the layer */
    size_t columns;   /**< inputs of the layer; of all but a weight 1 */
    float *values;    /**< [rows, columns] */
} nn_tensor;

/**
 * Lays out a recipe's network and draws its weights, as network.initializer and seed say. Local; the same bits on every
 * rank.
 *
 * @param recipe    layers, initializer, seed and precision; needed in this call alone
 * @param features  of a row
 * @param network   receives the network
 * @param error     receives what went wrong
 * @return NN_USAGE where the recipe has network.from, which nn_train alone follows; NN_SYSTEM where memory runs out
 */
NN_API nn_status nn_network_create(const nn_recipe *recipe, size_t features, nn_network **network, nn_error *error);

/** Frees a network; NULL is fine. */
NN_API void nn_network_free(nn_network *network);

/** @return features of a row */
NN_API size_t nn_network_inputs(const nn_network *network);

/** @return outputs of the last layer */
NN_API size_t nn_network_outputs(const nn_network *network);

/** @return how many layers there are */
NN_API size_t nn_network_layers(const nn_network *network);

/** @return activation of a layer, counted from 0 */
NN_API nn_activation nn_network_activation(const nn_network *network, size_t layer);

/** @return how many trained values there are */
NN_API size_t nn_network_parameters(const nn_network *network);

/** @return how many tensors hold them */
NN_API size_t nn_network_tensors(const nn_network *network);

/** @return a tensor, below nn_network_tensors; to be written to on every rank alike */
NN_API nn_tensor nn_network_tensor(const nn_network *network, size_t tensor);

/**
 * Memory for the passes of a batch, and the threads that compute them.
 *
 * While one is alive, this process computes with parallel.threads OpenMP threads, each pinned to a CPU where the rank
 * has CPUs of its own; freeing it puts the thread that created it back. Further ones use the threads of the first.
 *
 * Threads: one thread at a time, the one that created it.
 * Ownership: the caller's, until nn_workspace_free; borrows recipe and comm.
 */
typedef struct nn_workspace nn_workspace;

/**
 * Takes the memory for a network and the largest batch. Local.
 *
 * @param recipe    loss, seed of dropout, threads
 * @param network   needed in this call alone; passes take one of the same layers
 * @param capacity  most rows of a batch on this rank (nn_sampler_capacity)
 * @param comm      the ranks that share a batch
 * @param work      receives the work space
 * @param error     receives what went wrong
 * @return NN_SYSTEM where memory runs out
 */
NN_API nn_status nn_workspace_create(const nn_recipe *recipe, const nn_network *network, size_t capacity, nn_comm *comm,
                                     nn_workspace **work, nn_error *error);

/** Frees a work space; NULL is fine. */
NN_API void nn_workspace_free(nn_workspace *work);

/** @return most rows of a batch */
NN_API size_t nn_workspace_capacity(const nn_workspace *work);

/** @return gradient of a tensor, as nn_network_tensor numbers them, which nn_network_backward left */
NN_API nn_tensor nn_workspace_gradient(const nn_workspace *work, const nn_network *network, size_t tensor);

/**
 * Forward pass of training: with dropout, and with batch norm over the rows of all ranks, which moves the running
 * statistics. Collective where a layer has batch norm, else local.
 *
 * @return NN_USAGE where the batch has more rows than the work space holds
 */
NN_API nn_status nn_network_forward(nn_network *network, const nn_batch *batch, nn_workspace *work, nn_error *error);

/**
 * This rank's share of the recipe's loss of a batch, after nn_network_forward; the sum over the ranks is the loss.
 * Local.
 *
 * E = 1/n sum_i w_i E_i over rows i with weights w_i, n the rows of all ranks; docs/recipe.md lists the losses.
 */
NN_API double nn_network_loss(const nn_network *network, const nn_batch *batch, nn_workspace *work);

/**
 * Backward pass, after nn_network_loss: leaves this rank's share of dE/dparameters in the work space. Collective where
 * a layer has batch norm, else local.
 *
 * @return NN_SYSTEM where ranks cannot talk to each other
 */
NN_API nn_status nn_network_backward(const nn_network *network, const nn_batch *batch, nn_workspace *work,
                                     nn_error *error);

/** Sums the gradients over the ranks, after nn_network_backward. Collective; the same bits on every rank. */
NN_API nn_status nn_workspace_sum_gradients(nn_workspace *work, nn_error *error);

/**
 * Forward pass of use: without dropout, and with the running statistics of batch norm. Local.
 *
 * @param network  whose outputs are wanted
 * @param x        [rows, features], scaled as those of batches
 * @param rows     at most the capacity of work
 * @param work     holds the outputs until its next pass
 * @return [rows, outputs] activations of the last layer
 */
NN_API const float *nn_network_infer(const nn_network *network, const float *x, size_t rows, nn_workspace *work);

#ifdef __cplusplus
}
#endif

#endif
