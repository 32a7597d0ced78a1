/* SPDX-License-Identifier: MIT */
/* The state of an optimizer; the steps are in step.c. */
#include "optim/optimizer.h"

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

nn_status nni_optimizer_create(const nni_optimizer_settings *settings,
                               const nni_regularization_settings *regularization, const nn_network *network,
                               nni_optimizer **result, nn_error *error)
{
    return nni_optimizer_create_part(settings, regularization, network, 0, 1, result, error);
}

/* The offset of a block, or after the last one the end of the array: padding belongs to the block before it. */
static size_t offset_of(const nni_optimizer_workspace *space, size_t block)
{
    return block < space->block_count ? space->blocks[block].offset : space->flat_count;
}

void nni_optimizer_share(const nni_optimizer *optimizer, size_t part, size_t parts, size_t *first, size_t *count)
{
    const nni_partition share = nni_partition_of(optimizer->space->block_count, part, parts);
    *first = offset_of(optimizer->space, share.first);
    *count = offset_of(optimizer->space, share.first + share.count) - *first;
}

nn_status nni_optimizer_create_part(const nni_optimizer_settings *settings,
                                    const nni_regularization_settings *regularization, const nn_network *network,
                                    size_t part, size_t parts, nni_optimizer **result, nn_error *error)
{
    nni_optimizer *optimizer = NULL;
    NN_TRY(nni_allocate(1, sizeof *optimizer, "the optimizer", &optimizer, error));
    optimizer->settings = *settings;
    optimizer->regularization = *regularization;
    optimizer->state_count = nni_optimizer_state_count(settings);
    nn_status status = nni_optimizer_workspace_create(network, &optimizer->space, error);
    if (status == NN_OK) {
        optimizer->space->mine = nni_partition_of(optimizer->space->block_count, part, parts);
        nni_optimizer_share(optimizer, part, parts, &optimizer->first, &optimizer->count);
    }
    for (size_t i = 0; status == NN_OK && i < optimizer->state_count; i++)
        status = nni_allocate(optimizer->count, sizeof(nni_real), "the optimizer's state", &optimizer->state[i], error);
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
    for (size_t i = 0; i < NNI_OPTIMIZER_STATES; i++)
        nni_release(optimizer->state[i]);
    nni_optimizer_workspace_free(optimizer->space);
    nni_release(optimizer);
}
