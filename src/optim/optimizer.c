#include "nntrain/optimizer.h"

#include "kernels/elementwise.h"
#include "nntrain/memory.h"

nn_status nn_optimizer_create(const nn_recipe_optimizer *settings, const nn_network *network, nn_optimizer **result,
                              nn_error *error)
{
    nn_optimizer *optimizer = NULL;
    NN_TRY(nn_allocate(1, sizeof *optimizer, "the optimizer", &optimizer, error));
    optimizer->settings = *settings;
    optimizer->count = network->flat_count;
    nn_status status =
        nn_allocate(optimizer->count, sizeof(nn_real), "the optimizer's velocity", &optimizer->velocity, error);
    if (status != NN_OK) {
        nn_optimizer_free(optimizer);
        return status;
    }
    *result = optimizer;
    return NN_OK;
}

void nn_optimizer_free(nn_optimizer *optimizer)
{
    if (!optimizer)
        return;
    nn_release(optimizer->velocity);
    nn_release(optimizer);
}

void nn_optimizer_step(nn_optimizer *optimizer, nn_network *network, const nn_real *gradients)
{
    nn_sgd_step(network->parameters, gradients, optimizer->velocity, optimizer->count,
                (nn_real)optimizer->settings.learning_rate, (nn_real)optimizer->settings.momentum);
}
