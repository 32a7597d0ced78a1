/** Gradient descent and what is kept from step to step. */
#ifndef NNI_OPTIM_OPTIMIZER_H
#define NNI_OPTIM_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "model/network.h"
#include "nntrain/status.h"
#include "optim/settings.h"

/** The most arrays that any kind keeps. */
enum { NNI_OPTIMIZER_STATES = 2 };

/** Settings and state. Owns its arrays. */
typedef struct nni_optimizer {
    nni_optimizer_settings settings;
    nni_regularization_settings regularization;
    size_t first, count;                   /**< elements of a flat array of the network that are moved here */
    size_t state_count;                    /**< arrays that this kind keeps */
    nni_real *state[NNI_OPTIMIZER_STATES]; /**< [count] each, laid out like those parameters */
    uint64_t steps;                        /**< done so far; adam's corrections need it */
    struct nni_optimizer_workspace *space; /**< for norms; nothing in it outlives a step */
} nni_optimizer;

/** How many arrays a kind with these settings keeps. */
size_t nni_optimizer_state_count(const nni_optimizer_settings *settings);

/** What an array is called in checkpoints: "velocity", "mean", "square"; NULL for one that is not kept. */
const char *nni_optimizer_state_name(const nni_optimizer_settings *settings, size_t state);

/** Takes the state for a network, all zero. */
nn_status nni_optimizer_create(const nni_optimizer_settings *settings,
                               const nni_regularization_settings *regularization, const nn_network *network,
                               nni_optimizer **optimizer, nn_error *error);
/**
 * Takes the state of share `part` of `parts` that the parameters are cut into; the last ones may be empty. For one rank
 * of several that move a share each (ZeRO, stage 1: Rajbhandari, Rasley, Ruwase, He, SC 2020).
 */
nn_status nni_optimizer_create_part(const nni_optimizer_settings *settings,
                                    const nni_regularization_settings *regularization, const nn_network *network,
                                    size_t part, size_t parts, nni_optimizer **optimizer, nn_error *error);
void nni_optimizer_free(nni_optimizer *optimizer);

/** The elements that share `part` of `parts` has. */
void nni_optimizer_share(const nni_optimizer *optimizer, size_t part, size_t parts, size_t *first, size_t *count);

/**
 * One step of descent: clips the gradients by value, then by norm, adds the slopes of L1 and L2, and moves parameters.
 *
 * L1, L2 and decoupled decay act on weights alone, not on biases, gamma and beta. Formulas and sources: see the kinds
 * in optimizer.c. The same bits on every rank, since all hold the same gradients, and on any number of threads.
 *
 * @param gradients  [flat_count] averaged over the rows of the step, laid out like the parameters; used up: what lies
 * there afterwards means nothing
 * @param rate       learning rate of this step
 */
void nni_optimizer_step(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, double rate);

/**
 * The same bit for bit in parts, as gradients become complete from the front of the flat array: nni_optimizer_begin,
 * then nni_optimizer_update with growing counts up to the whole. Settings that need a norm of all gradients first move
 * nothing before that.
 *
 * @param count  elements 0 .. count - 1 of the gradients are complete
 */
void nni_optimizer_begin(nni_optimizer *optimizer, const nn_network *network, double rate);
void nni_optimizer_update(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, size_t count);

/**
 * @return whether what a call of nni_optimizer_update with `count` would find there, after one with `first`, is finite,
 * in all shares; read by the threads that would move it
 */
bool nni_optimizer_all_finite(const nni_optimizer *optimizer, const nni_real *gradients, size_t first, size_t count);

/**
 * Ends a step in parts. Those who have a share each make the array that nni_optimizer_update_target tells whole on
 * every rank first: the parameters, or with lamb, which needs a norm of all directions, the gradients.
 *
 * @return [flat_count] parameters or gradients
 */
nni_real *nni_optimizer_update_target(const nni_optimizer *optimizer, nn_network *network, nni_real *gradients);
void nni_optimizer_finish(nni_optimizer *optimizer, nn_network *network, nni_real *gradients);

#endif
