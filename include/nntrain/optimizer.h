/** Gradient descent: w <- w - eta * dE/dw, and what is kept from step to step. */
#ifndef NNTRAIN_OPTIMIZER_H
#define NNTRAIN_OPTIMIZER_H

#include "nntrain/network.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

/** Settings and state. Owns its arrays. */
typedef struct nn_optimizer {
    nn_recipe_optimizer settings;
    size_t count;      /**< elements of a flat array of the network */
    nn_real *velocity; /**< [count], laid out like the parameters */
} nn_optimizer;

/** Takes the state for a network: a velocity of zero. */
nn_status nn_optimizer_create(const nn_recipe_optimizer *settings, const nn_network *network, nn_optimizer **optimizer,
                              nn_error *error);
void nn_optimizer_free(nn_optimizer *optimizer);

/**
 * One step of descent with momentum (Polyak, 1964): v <- mu v + dE/dw, w <- w - eta v.
 *
 * @param gradients  [flat_count] averaged over the global batch, laid out like the parameters
 */
void nn_optimizer_step(nn_optimizer *optimizer, nn_network *network, const nn_real *gradients);

#endif
