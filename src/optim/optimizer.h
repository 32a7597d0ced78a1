/* SPDX-License-Identifier: MIT */
/** Optimizers: they update the parameters from the gradients, and keep state from step to step. */
#ifndef NNI_OPTIM_OPTIMIZER_H
#define NNI_OPTIM_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/update/optimizers.h"
#include "model/network.h"
#include "nntrain/status.h"
#include "optim/settings.h"

/** Settings and state. Owns its arrays. */
typedef struct nni_optimizer {
    nni_optimizer_settings settings;
    nni_regularization_settings regularization;
    size_t first, count;                   /**< elements of a flat array of the network that are updated here */
    size_t state_count;                    /**< arrays of state */
    nni_real *state[NNI_OPTIMIZER_STATES]; /**< [count] each, laid out like those parameters */
    uint64_t steps;                        /**< done so far; adam's corrections need it */
    struct nni_optimizer_workspace *space; /**< for norms; nothing in it outlives a step */
} nni_optimizer;

/** @return the form of the update that the settings ask for, of those that the optimizer has */
nni_update_form nni_optimizer_form(const nni_optimizer_settings *settings);

/** @return how many arrays of state an optimizer with these settings has */
size_t nni_optimizer_state_count(const nni_optimizer_settings *settings);

/** @return the name of an array of state in checkpoints, such as "velocity"; NULL: there is no such array */
const char *nni_optimizer_state_name(const nni_optimizer_settings *settings, size_t state);

/** Takes the state for a network, all zero. */
nn_status nni_optimizer_create(const nni_optimizer_settings *settings,
                               const nni_regularization_settings *regularization, const nn_network *network,
                               nni_optimizer **optimizer, nn_error *error);
/**
 * Takes the state of part `part` of the `parts` that the parameters are divided into; the last ones may be empty. For
 * ranks that update a part each (ZeRO, stage 1: Rajbhandari, Rasley, Ruwase, He, SC 2020).
 */
nn_status nni_optimizer_create_part(const nni_optimizer_settings *settings,
                                    const nni_regularization_settings *regularization, const nn_network *network,
                                    size_t part, size_t parts, nni_optimizer **optimizer, nn_error *error);
void nni_optimizer_free(nni_optimizer *optimizer);

/** Finds the elements of part `part` of `parts`. */
void nni_optimizer_share(const nni_optimizer *optimizer, size_t part, size_t parts, size_t *first, size_t *count);

/**
 * One step: clips the gradients by value, then by norm, adds those of L1 and L2, and updates state and parameters.
 *
 * L1, L2 and decoupled decay act on weights alone, not on biases, gamma and beta. Formulas and sources are in
 * kernels/update/optimizers.inl.h. The same bits on every rank, since all have the same gradients, and on any number of
 * threads.
 *
 * @param gradients  [flat_count] averaged over the rows of the step, laid out like the parameters; afterwards their
 * values are undefined
 * @param rate       learning rate of this step
 */
void nni_optimizer_step(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, double rate);

/**
 * The same step with the same bits in parts, as gradients become complete from the front of the flat array:
 * nni_optimizer_begin, nni_optimizer_update with growing counts up to the whole, nni_optimizer_finish. Settings that
 * need a norm of all gradients update nothing before the last part.
 *
 * @param count  elements 0 .. count - 1 of the gradients are complete
 */
void nni_optimizer_begin(nni_optimizer *optimizer, const nn_network *network, double rate);
void nni_optimizer_update(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, size_t count);

/**
 * @return whether the gradients that nni_optimizer_update would use with `count`, after a call with `first`, are
 * finite, of all ranks' parts; read by the threads that would use them
 */
bool nni_optimizer_all_finite(const nni_optimizer *optimizer, const nni_real *gradients, size_t first, size_t count);

/**
 * Ends a step in parts. Ranks that update a part each first gather the array that nni_optimizer_update_target returns:
 * the parameters, or with lamb, which needs a norm of all directions, the gradients.
 *
 * @return [flat_count] parameters or gradients
 */
nni_real *nni_optimizer_update_target(const nni_optimizer *optimizer, nn_network *network, nni_real *gradients);
void nni_optimizer_finish(nni_optimizer *optimizer, nn_network *network, nni_real *gradients);

#endif
