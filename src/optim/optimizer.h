/* SPDX-License-Identifier: MIT */
/** Optimizers: they update the parameters from the gradients, and keep state from step to step. */
#ifndef NNI_OPTIM_OPTIMIZER_H
#define NNI_OPTIM_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/update/update.h"
#include "model/network.h"
#include "nntrain/status.h"
#include "optim/part_sums.h"
#include "optim/settings.h"
#include "support/threads/partition.h"

/** Settings and state. Owns its arrays, but for state that is kept elsewhere. */
typedef struct nni_optimizer {
    nni_optimizer_settings settings;
    nni_regularization_settings regularization;
    size_t state_count;                    /**< arrays of state */
    nni_real *state[NNI_OPTIMIZER_STATES]; /**< [flat_count] each, laid out like the parameters */
    bool state_is_elsewhere;               /**< see nni_optimizer_keep_state */
    const nni_partition *parts;            /**< [part_count] elements that are updated here, of flat arrays; borrowed */
    size_t part_count;
    uint64_t steps;                        /**< done so far; adam's corrections need it */
    struct nni_optimizer_workspace *space; /**< of a step; nothing in it outlives one */
} nni_optimizer;

/** @return the form of the update that the settings ask for, of those that the optimizer has */
nni_update_form nni_optimizer_form(const nni_optimizer_settings *settings);

/** @return how many arrays of state an optimizer with these settings has */
size_t nni_optimizer_state_count(const nni_optimizer_settings *settings);

/** @return the name of an array of state in checkpoints, such as "velocity"; NULL: there is no such array */
const char *nni_optimizer_state_name(const nni_optimizer_settings *settings, size_t state);

/** Makes an optimizer of a network's parameters, with no memory for its state. */
nn_status nni_optimizer_create_stateless(const nni_optimizer_settings *settings,
                                         const nni_regularization_settings *regularization, const nn_network *network,
                                         nni_optimizer **optimizer, nn_error *error);

/** The same with state, all zero. */
nn_status nni_optimizer_create(const nni_optimizer_settings *settings,
                               const nni_regularization_settings *regularization, const nn_network *network,
                               nni_optimizer **optimizer, nn_error *error);
void nni_optimizer_free(nni_optimizer *optimizer);

/** Takes memory for the state of the parts that are updated here; all zero. What the others have of the arrays is not
 * touched, and takes none. */
nn_status nni_optimizer_take_state(nni_optimizer *optimizer, nn_error *error);

/** Keeps the state in memory of the caller's, such as several ranks share. @param state  [state_count] of [flat_count],
 * zero at first; borrowed */
void nni_optimizer_keep_state(nni_optimizer *optimizer, nni_real *const *state);

/** No step is done: the state of the parts that are updated here becomes zero. */
void nni_optimizer_reset(nni_optimizer *optimizer);

/** Updates these elements alone from now on, all of them at first.
 * @param parts  [part_count], each as nni_optimizer_part has them, in ascending order; borrowed */
void nni_optimizer_update_only(nni_optimizer *optimizer, const nni_partition *parts, size_t part_count);

/** @return part `index` of `parts` that elements of the flat array are divided into, along the blocks of the update:
 * the last ones may be empty */
nni_partition nni_optimizer_part(const nni_optimizer *optimizer, nni_partition elements, size_t index, size_t parts);

/** @return blocks that the flat array is updated in, which norms are sums over */
size_t nni_optimizer_blocks(const nni_optimizer *optimizer);

/** @return whether a step needs a norm of all gradients, or of all directions: clipping by norm, lars, lamb */
bool nni_optimizer_needs_all(const nni_optimizer *optimizer);

/**
 * One step: clips the gradients by value, then by norm, adds those of L1 and L2, and updates state and parameters of
 * the parts that are updated here.
 *
 * L1, L2 and decoupled decay act on weights alone, not on biases, gamma and beta. Formulas and sources are in
 * kernels/update/optimizers.inl.h. The same bits on any number of threads, and of ranks that have a part each.
 *
 * @param gradients  [flat_count] averaged over the rows of the step, laid out like the parameters; afterwards their
 * values are undefined
 * @param rate       learning rate of this step
 * @param sums       NULL: all is updated here
 * @return what `sums` returned
 */
nn_status nni_optimizer_step(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, double rate,
                             const nni_part_sums *sums, nn_error *error);

/**
 * The same step with the same bits in parts, where it needs no norms: nni_optimizer_begin, then each part once.
 *
 * @param gradients  [flat_count]; not read where there is a source
 * @param source     finds gradients just before they are used; NULL: they are in the array
 * @return offset of the first block whose gradients are not finite, with which it is updated all the same; SIZE_MAX
 */
void nni_optimizer_begin(nni_optimizer *optimizer, const nn_network *network, double rate);
size_t nni_optimizer_update(nni_optimizer *optimizer, nn_network *network, nni_partition part, nni_real *gradients,
                            const nni_gradient_source *source);

/** Such a part may be any neighbouring elements whose gradients are in the array; by the calling thread alone, others
 * may update other elements meanwhile. @return whether their gradients are finite */
bool nni_optimizer_update_elements(const nni_optimizer *optimizer, const nn_network *network, nni_partition elements,
                                   nni_real *gradients);

/** Adds sums of squares of parameters, layer by layer. @param squares  [layer_count] */
void nni_optimizer_parameter_squares(const nni_optimizer *optimizer, const nn_network *network, double *squares);

/** The same of the gradients of a part. @param source  finds them */
void nni_optimizer_gradient_squares(const nni_optimizer *optimizer, const nn_network *network, nni_partition part,
                                    const nni_gradient_source *source, double *squares);

/** Leaves the gradients of a part in the array. @return as nni_optimizer_update */
size_t nni_optimizer_collect(const nni_optimizer *optimizer, nni_partition part, nni_real *gradients,
                             const nni_gradient_source *source);

#endif
