/* SPDX-License-Identifier: MIT */
#include "api/optimizer.h"

#include "api/workspace.h"
#include "support/memory.h"
#include "train/run/auto_settings.h"

nn_status nn_optimizer_create(const nn_recipe *recipe, const nn_network *network, size_t epoch_steps, size_t step_rows,
                              nn_optimizer **result, nn_error *error)
{
    if (nni_has_auto_settings(recipe))
        return nn_fail(
            error, NN_USAGE,
            "the recipe has settings that are auto, which are numbers once the data is known; take the recipe of "
            "nn_dataset_recipe, or set training.epochs, training.batch, parallel.slices, schedule.warmup and "
            "optimizer.weight_decay");
    nn_optimizer *optimizer = NULL;
    NN_TRY(nni_allocate(1, sizeof *optimizer, "the optimizer", &optimizer, error));
    optimizer->recipe = recipe;
    optimizer->span = (nni_schedule_span){epoch_steps, recipe->training.epochs, step_rows};
    optimizer->schedule = nni_schedule_begin();
    const nn_status status =
        nni_optimizer_create(&recipe->optimizer, &recipe->regularization, network, &optimizer->inside, error);
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
    nni_optimizer_free(optimizer->inside);
    nni_release(optimizer);
}

double nn_optimizer_rate(const nn_optimizer *optimizer)
{
    const nn_recipe *recipe = optimizer->recipe;
    return nni_schedule_rate(&recipe->schedule, recipe->optimizer.learning_rate, optimizer->span, &optimizer->schedule,
                             optimizer->inside->steps);
}

void nn_optimizer_step(nn_optimizer *optimizer, nn_network *network, nn_workspace *work, double rate)
{
    nni_optimizer_step(optimizer->inside, network, work->inside->gradients, rate, NULL, NULL);
}

void nn_optimizer_observe(nn_optimizer *optimizer, double epoch_loss)
{
    nni_schedule_observe(&optimizer->recipe->schedule, &optimizer->schedule, epoch_loss);
}
