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
static double scale_of_norm(const nni_optimizer *optimizer, const nn_network *network, nni_update_arrays arrays)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double largest = optimizer->regularization.clip_norm;
    const bool by_value = optimizer->regularization.clip_value > 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        space->coefficients[t] = (nni_update_coefficients){.clip = space->coefficients[t].clip, .scale = 1};
    const double norm = nni_global_norm(space, by_value ? NNI_NORM_OF_REGULARIZED : NNI_NORM_OF_GRADIENTS, arrays);
    return norm > largest ? largest / norm : 1;
}

static void set_coefficients(const nni_optimizer *optimizer, const nn_network *network, double rate, double scale)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        nni_update_coefficients *coefficients = &optimizer->space->coefficients[t];
        *coefficients = coefficients_of(optimizer, network->tensors[t].role == NNI_TENSOR_WEIGHT, rate);
        coefficients->scale = (nni_real)scale;
    }
}

static void set_local_rates(const nni_optimizer *optimizer, const nn_network *network, nni_update_arrays arrays,
                            double rate)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double *parameters = space->norms[0], *gradients = space->norms[1];
    nni_tensor_norms(space, NNI_NORM_OF_PARAMETERS, network, arrays, space->norms[0]);
    const nni_regularization_settings *regularization = &optimizer->regularization;
    const bool regularized = regularization->clip_value > 0 || regularization->l1 > 0 || regularization->l2 > 0;
    nni_tensor_norms(space, regularized ? NNI_NORM_OF_REGULARIZED : NNI_NORM_OF_GRADIENTS, network, arrays,
                     space->norms[1]);
    for (size_t t = 0; t < network->tensor_count && !regularized; t++)
        space->norms[1][t] *= (double)space->coefficients[t].scale;
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].role == NNI_TENSOR_WEIGHT && parameters[t] > 0 && gradients[t] > 0)
            space->coefficients[t].rate = (nni_real)(rate * optimizer->settings.trust * parameters[t] /
                                                     (gradients[t] + optimizer->settings.weight_decay * parameters[t]));
}

static void apply_directions(const nni_optimizer *optimizer, const nn_network *network, nni_update_arrays arrays,
                             double rate)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double *parameters = space->norms[0], *directions = space->norms[1];
    nni_tensor_norms(space, NNI_NORM_OF_PARAMETERS, network, arrays, space->norms[0]);
    nni_tensor_norms(space, NNI_NORM_OF_GRADIENTS, network, arrays, space->norms[1]);
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].role == NNI_TENSOR_WEIGHT && parameters[t] > 0 && directions[t] > 0)
            space->coefficients[t].rate = (nni_real)(rate * parameters[t] / directions[t]);
    nni_update_apply(space->coefficients, space->blocks, space->block_count, arrays);
}

static nni_update_arrays arrays_of(const nni_optimizer *optimizer, nn_network *network, nni_real *gradients)
{
    return (nni_update_arrays){network->parameters, gradients, optimizer->state[0], optimizer->state[1],
                               optimizer->first};
}

/* Whether a step needs a norm of all gradients, or of all directions. */
static bool needs_all(const nni_optimizer *optimizer)
{
    return optimizer->regularization.clip_norm > 0 || entry_of(optimizer)->layerwise != NNI_LAYERWISE_NONE;
}

void nni_optimizer_begin(nni_optimizer *optimizer, const nn_network *network, double rate)
{
    optimizer->steps++;
    optimizer->space->rate = rate;
    optimizer->space->updated = optimizer->space->mine.first;
    set_coefficients(optimizer, network, rate, 1);
}

/* Number of blocks that lie within the first `count` elements. */
static size_t complete_blocks(const nni_optimizer_workspace *space, size_t count)
{
    size_t low = 0, high = space->block_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (space->blocks[middle].offset + space->blocks[middle].count <= count)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void nni_optimizer_update(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, size_t count)
{
    nni_optimizer_workspace *space = optimizer->space;
    const nni_update_arrays arrays = arrays_of(optimizer, network, gradients);
    const double rate = space->rate;
    const bool all = count >= network->flat_count;
    if (needs_all(optimizer) && !all)
        return;
    if (optimizer->regularization.clip_norm > 0)
        set_coefficients(optimizer, network, rate, scale_of_norm(optimizer, network, arrays));
    if (entry_of(optimizer)->layerwise == NNI_LAYERWISE_GRADIENT)
        set_local_rates(optimizer, network, arrays, rate);
    const size_t complete = complete_blocks(space, count), mine_end = space->mine.first + space->mine.count;
    const size_t end = complete < mine_end ? complete : mine_end;
    if (end <= space->updated)
        return;
    nni_update_step(optimizer->settings.name, nni_optimizer_form(&optimizer->settings), space->coefficients,
                    space->blocks + space->updated, end - space->updated, arrays);
    space->updated = end;
}

bool nni_optimizer_all_finite(const nni_optimizer *optimizer, const nni_real *gradients, size_t first, size_t count)
{
    const nni_optimizer_workspace *space = optimizer->space;
    const size_t begin = complete_blocks(space, first);
    return nni_update_finite(space->blocks + begin, complete_blocks(space, count) - begin, gradients);
}

nni_real *nni_optimizer_update_target(const nni_optimizer *optimizer, nn_network *network, nni_real *gradients)
{
    return entry_of(optimizer)->layerwise == NNI_LAYERWISE_DIRECTION ? gradients : network->parameters;
}

void nni_optimizer_finish(nni_optimizer *optimizer, nn_network *network, nni_real *gradients)
{
    if (entry_of(optimizer)->layerwise == NNI_LAYERWISE_DIRECTION)
        apply_directions(optimizer, network, arrays_of(optimizer, network, gradients), optimizer->space->rate);
}

void nni_optimizer_step(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, double rate)
{
    nni_optimizer_begin(optimizer, network, rate);
    nni_optimizer_update(optimizer, network, gradients, network->flat_count);
    nni_optimizer_finish(optimizer, network, gradients);
}
