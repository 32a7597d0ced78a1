/* SPDX-License-Identifier: MIT */
/*
 * One step. The formulas of the optimizers are in kernels/update/optimizers.inl.h; here are the coefficients of each
 * tensor, clipping by norm, and the rates of layers of lars and lamb:
 *
 * lars  rate * trust |w| / (|g| + decay |w|) for a tensor of weights, rate for the others (You, Gitman, Ginsburg,
 * 2017). The rate is inside the velocity, as in their algorithm. lamb  rate * |w| / |u| for a tensor of weights, u its
 * direction; rate for the others (You et al., 2020).
 *
 * Where a norm is 0, so that a tensor of zeros would never change, the rate stays. Decay, L1 and L2 are of weights
 * alone.
 */
#include <math.h>
#include <stdbool.h>

#include "optim/optimizer.h"
#include "optim/workspace.h"
#include "support/extremes.h"

static const nni_optimizer_entry *entry_of(const nni_optimizer *optimizer)
{
    return nni_optimizer_of(optimizer->settings.name);
}

/* Powers and quotients are found in double: 1 - beta2^t of the first steps has three digits in float. */
static nni_update_coefficients coefficients_of(const nni_optimizer *optimizer, bool weight, double rate)
{
    const nni_optimizer_settings *settings = &optimizer->settings;
    const nni_regularization_settings *regularization = &optimizer->regularization;
    const nni_optimizer_entry *entry = entry_of(optimizer);
    const double keep_second = entry->rho ? settings->rho : settings->beta2;
    const double steps = (double)optimizer->steps;
    const double correction = 1 / (1 - pow(settings->beta1, steps));
    double decay = weight && entry->decay != NNI_DECAY_NONE ? settings->weight_decay : 0;
    if (entry->decay == NNI_DECAY_BY_RATE)
        decay *= rate;
    return (nni_update_coefficients){
        .clip = (nni_real)(regularization->clip_value > 0 ? regularization->clip_value : INFINITY),
        .scale = 1,
        .l1 = (nni_real)(weight ? regularization->l1 : 0),
        .l2 = (nni_real)(weight ? regularization->l2 : 0),
        .rate = (nni_real)(entry->corrected_rate ? rate * correction : rate),
        .momentum = (nni_real)settings->momentum,
        .keep_first = (nni_real)settings->beta1,
        .take_first = (nni_real)(1 - settings->beta1),
        .keep_second = (nni_real)keep_second,
        .take_second = (nni_real)(1 - keep_second),
        .root = (nni_real)(1 / sqrt(1 - pow(settings->beta2, steps))),
        .epsilon = (nni_real)settings->epsilon,
        .correction = (nni_real)correction,
        .decay = (nni_real)decay,
    };
}

/* The factor that clips by norm. The norm is that of gradients clipped by value, without L1 and L2. Without a limit by
 * value the gradients alone are read, which takes a third of the time. */
static nn_status scale_of_norm(const nni_optimizer *optimizer, const nni_norm_source *source, const nn_network *network,
                               double *scale, nn_error *error)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double largest = optimizer->regularization.clip_norm;
    const bool by_value = optimizer->regularization.clip_value > 0;
    double norm = 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        space->coefficients[t] = (nni_update_coefficients){.clip = space->coefficients[t].clip, .scale = 1};
    NN_TRY(nni_global_norm(source, by_value ? NNI_NORM_OF_REGULARIZED : NNI_NORM_OF_GRADIENTS, &norm, error));
    *scale = norm > largest ? largest / norm : 1;
    return NN_OK;
}

static void set_coefficients(const nni_optimizer *optimizer, const nn_network *network, double rate, double scale)
{
    nni_update_coefficients of_others = coefficients_of(optimizer, false, rate);
    nni_update_coefficients of_weights = coefficients_of(optimizer, true, rate);
    of_others.scale = of_weights.scale = (nni_real)scale;
    for (size_t t = 0; t < network->tensor_count; t++)
        optimizer->space->coefficients[t] = network->tensors[t].role == NNI_TENSOR_WEIGHT ? of_weights : of_others;
}

static nn_status set_local_rates(const nni_optimizer *optimizer, const nni_norm_source *source,
                                 const nn_network *network, double rate, nn_error *error)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double *parameters = space->norms[0], *gradients = space->norms[1];
    NN_TRY(nni_tensor_norms(source, NNI_NORM_OF_PARAMETERS, network, space->norms[0], error));
    const nni_regularization_settings *regularization = &optimizer->regularization;
    const bool regularized = regularization->clip_value > 0 || regularization->l1 > 0 || regularization->l2 > 0;
    NN_TRY(nni_tensor_norms(source, regularized ? NNI_NORM_OF_REGULARIZED : NNI_NORM_OF_GRADIENTS, network,
                            space->norms[1], error));
    for (size_t t = 0; t < network->tensor_count && !regularized; t++)
        space->norms[1][t] *= (double)space->coefficients[t].scale;
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].role == NNI_TENSOR_WEIGHT && parameters[t] > 0 && gradients[t] > 0)
            space->coefficients[t].rate = (nni_real)(rate * optimizer->settings.trust * parameters[t] /
                                                     (gradients[t] + optimizer->settings.weight_decay * parameters[t]));
    return NN_OK;
}

static nn_status apply_directions(const nni_optimizer *optimizer, const nni_norm_source *source,
                                  const nn_network *network, double rate, nn_error *error)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double *parameters = space->norms[0], *directions = space->norms[1];
    NN_TRY(nni_tensor_norms(source, NNI_NORM_OF_PARAMETERS, network, space->norms[0], error));
    NN_TRY(nni_tensor_norms(source, NNI_NORM_OF_GRADIENTS, network, space->norms[1], error));
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].role == NNI_TENSOR_WEIGHT && parameters[t] > 0 && directions[t] > 0)
            space->coefficients[t].rate = (nni_real)(rate * parameters[t] / directions[t]);
    for (size_t p = 0; p < optimizer->part_count; p++) {
        const nni_partition blocks = nni_blocks_of_part(space, optimizer->parts[p]);
        nni_update_apply(space->coefficients, space->blocks + blocks.first, blocks.count, source->arrays);
    }
    return NN_OK;
}

static nni_update_arrays arrays_of(const nni_optimizer *optimizer, const nn_network *network, nni_real *gradients)
{
    return (nni_update_arrays){network->parameters, gradients, optimizer->state[0], optimizer->state[1]};
}

bool nni_optimizer_needs_all(const nni_optimizer *optimizer)
{
    return optimizer->regularization.clip_norm > 0 || entry_of(optimizer)->layerwise != NNI_LAYERWISE_NONE;
}

void nni_optimizer_begin(nni_optimizer *optimizer, const nn_network *network, double rate)
{
    optimizer->steps++;
    set_coefficients(optimizer, network, rate, 1);
}

size_t nni_optimizer_update(nni_optimizer *optimizer, nn_network *network, nni_partition part, nni_real *gradients,
                            const nni_gradient_source *source)
{
    const nni_optimizer_workspace *space = optimizer->space;
    const nni_partition blocks = nni_blocks_of_part(space, part);
    return nni_update_step(optimizer->settings.name, nni_optimizer_form(&optimizer->settings), space->coefficients,
                           space->blocks + blocks.first, blocks.count, arrays_of(optimizer, network, gradients),
                           source);
}

bool nni_optimizer_update_elements(const nni_optimizer *optimizer, const nn_network *network, nni_partition elements,
                                   nni_real *gradients)
{
    const nni_update_arrays arrays = arrays_of(optimizer, network, gradients);
    const nni_update_form form = nni_optimizer_form(&optimizer->settings);
    const size_t end = elements.first + elements.count;
    bool finite = true;
    for (size_t t = 0; t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        const size_t first = nni_larger(tensor->offset, elements.first);
        const size_t last = nni_smaller(tensor->offset + tensor->count, end);
        const nni_update_block part = {first, last - first, t};
        if (first < last)
            finite =
                nni_update_elements(optimizer->settings.name, form, optimizer->space->coefficients, &part, arrays) &&
                finite;
    }
    return finite;
}

size_t nni_optimizer_collect(const nni_optimizer *optimizer, nni_partition part, nni_real *gradients,
                             const nni_gradient_source *source)
{
    const nni_partition blocks = nni_blocks_of_part(optimizer->space, part);
    return nni_update_collect(optimizer->space->blocks + blocks.first, blocks.count, gradients, source);
}

nn_status nni_optimizer_step(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, double rate,
                             const nni_part_sums *sums, nn_error *error)
{
    const nni_norm_source source = {optimizer->space, optimizer->parts, optimizer->part_count,
                                    arrays_of(optimizer, network, gradients), sums};
    nni_optimizer_begin(optimizer, network, rate);
    if (optimizer->regularization.clip_norm > 0) {
        double scale = 1;
        NN_TRY(scale_of_norm(optimizer, &source, network, &scale, error));
        set_coefficients(optimizer, network, rate, scale);
    }
    if (entry_of(optimizer)->layerwise == NNI_LAYERWISE_GRADIENT)
        NN_TRY(set_local_rates(optimizer, &source, network, rate, error));
    for (size_t p = 0; p < optimizer->part_count; p++)
        nni_optimizer_update(optimizer, network, optimizer->parts[p], gradients, NULL);
    if (entry_of(optimizer)->layerwise == NNI_LAYERWISE_DIRECTION)
        return apply_directions(optimizer, &source, network, rate, error);
    return NN_OK;
}

/* --- squares, for who watches --- */

static void add_blocks(const nni_optimizer_workspace *space, nni_partition blocks, const nn_network *network,
                       double *squares)
{
    for (size_t b = blocks.first; b < blocks.first + blocks.count; b++)
        squares[network->tensors[space->blocks[b].tensor].layer] += space->sums[b];
}

void nni_optimizer_parameter_squares(const nni_optimizer *optimizer, const nn_network *network, double *squares)
{
    const nni_optimizer_workspace *space = optimizer->space;
    nni_update_squares(NNI_NORM_OF_PARAMETERS, NULL, space->blocks, space->block_count,
                       (nni_update_arrays){.parameters = network->parameters}, space->sums);
    add_blocks(space, (nni_partition){0, space->block_count}, network, squares);
}

void nni_optimizer_gradient_squares(const nni_optimizer *optimizer, const nn_network *network, nni_partition part,
                                    const nni_gradient_source *source, double *squares)
{
    const nni_optimizer_workspace *space = optimizer->space;
    const nni_partition blocks = nni_blocks_of_part(space, part);
    nni_update_found_squares(space->blocks + blocks.first, blocks.count, source, space->sums + blocks.first);
    add_blocks(space, blocks, network, squares);
}
