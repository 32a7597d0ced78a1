/* SPDX-License-Identifier: MIT */
/* The state of an optimizer; the steps are in step.c. */
#include "optim/optimizer.h"

#include <string.h>

#include "optim/workspace.h"
#include "support/memory.h"

nni_update_form nni_optimizer_form(const nni_optimizer_settings *settings)
{
    const nni_optimizer_entry *entry = nni_optimizer_of(settings->name);
    size_t form = NNI_FORM_PLAIN;
    if (settings->momentum > 0)
        form = settings->nesterov ? NNI_FORM_NESTEROV : NNI_FORM_MOMENTUM;
    while (form > NNI_FORM_PLAIN && !entry->forms[form].states[0])
        form--;
    return (nni_update_form)form;
}

size_t nni_optimizer_state_count(const nni_optimizer_settings *settings)
{
    size_t count = 0;
    while (nni_optimizer_state_name(settings, count))
        count++;
    return count;
}

const char *nni_optimizer_state_name(const nni_optimizer_settings *settings, size_t state)
{
    const nni_optimizer_entry *entry = nni_optimizer_of(settings->name);
    return state < NNI_OPTIMIZER_STATES ? entry->forms[nni_optimizer_form(settings)].states[state] : NULL;
}

nn_status nni_optimizer_create_stateless(const nni_optimizer_settings *settings,
                                         const nni_regularization_settings *regularization, const nn_network *network,
                                         nni_optimizer **result, nn_error *error)
{
    nni_optimizer *optimizer = NULL;
    NN_TRY(nni_allocate(1, sizeof *optimizer, "the optimizer", &optimizer, error));
    optimizer->settings = *settings;
    optimizer->regularization = *regularization;
    optimizer->state_count = nni_optimizer_state_count(settings);
    const nn_status status = nni_optimizer_workspace_create(network, &optimizer->space, error);
    if (status != NN_OK) {
        nni_optimizer_free(optimizer);
        return status;
    }
    nni_optimizer_update_only(optimizer, &optimizer->space->all, 1);
    *result = optimizer;
    return NN_OK;
}

nn_status nni_optimizer_create(const nni_optimizer_settings *settings,
                               const nni_regularization_settings *regularization, const nn_network *network,
                               nni_optimizer **result, nn_error *error)
{
    nni_optimizer *optimizer = NULL;
    NN_TRY(nni_optimizer_create_stateless(settings, regularization, network, &optimizer, error));
    const nn_status status = nni_optimizer_take_state(optimizer, error);
    if (status != NN_OK) {
        nni_optimizer_free(optimizer);
        return status;
    }
    *result = optimizer;
    return NN_OK;
}

void nni_optimizer_free(nni_optimizer *optimizer)
{
    if (!optimizer)
        return;
    for (size_t i = 0; i < optimizer->state_count && !optimizer->state_is_elsewhere; i++)
        nni_release(optimizer->state[i]);
    nni_optimizer_workspace_free(optimizer->space);
    nni_release(optimizer);
}

nn_status nni_optimizer_take_state(nni_optimizer *optimizer, nn_error *error)
{
    for (size_t i = 0; i < optimizer->state_count; i++)
        NN_TRY(nni_reserve(optimizer->space->flat_count, sizeof(nni_real), "the optimizer's state",
                           &optimizer->state[i], error));
    nni_optimizer_reset(optimizer);
    return NN_OK;
}

void nni_optimizer_keep_state(nni_optimizer *optimizer, nni_real *const *state)
{
    for (size_t i = 0; i < optimizer->state_count; i++)
        optimizer->state[i] = state[i];
    optimizer->state_is_elsewhere = true;
}

void nni_optimizer_reset(nni_optimizer *optimizer)
{
    optimizer->steps = 0;
    for (size_t i = 0; i < optimizer->state_count; i++)
        for (size_t p = 0; p < optimizer->part_count; p++)
            memset(optimizer->state[i] + optimizer->parts[p].first, 0, optimizer->parts[p].count * sizeof(nni_real));
}

void nni_optimizer_update_only(nni_optimizer *optimizer, const nni_partition *parts, size_t part_count)
{
    optimizer->parts = parts;
    optimizer->part_count = part_count;
}

size_t nni_optimizer_blocks(const nni_optimizer *optimizer)
{
    return optimizer->space->block_count;
}

nni_partition nni_optimizer_part(const nni_optimizer *optimizer, nni_partition elements, size_t index, size_t parts)
{
    const nni_optimizer_workspace *space = optimizer->space;
    const nni_partition blocks = nni_blocks_of_part(space, elements),
                        mine = nni_partition_of(blocks.count, index, parts);
    const size_t end = blocks.first + blocks.count, last = blocks.first + mine.first + mine.count;
    const size_t first =
        mine.first == blocks.count ? elements.first + elements.count : space->blocks[blocks.first + mine.first].offset;
    /* Padding belongs to the block before it. */
    const size_t after = last == end ? elements.first + elements.count : space->blocks[last].offset;
    return (nni_partition){first, after - first};
}
