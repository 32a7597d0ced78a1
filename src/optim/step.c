/*
 * One step of descent. g is the gradient, clipped, plus l2 w + l1 sign(w) for weights; r the rate of the step, t its
 * number from 1.
 *
 * sgd      v = momentum v + g; w -= r v (Polyak, 1964); nesterov: w -= r (g + momentum v) (Sutskever et al., 2013).
 * adagrad  s += g^2; w -= r g / (sqrt s + epsilon) (Duchi, Hazan, Singer, 2011).
 * rmsprop  s = rho s + (1 - rho) g^2; v = momentum v + g / (sqrt s + epsilon); w -= r v (Tieleman and Hinton, 2012).
 * adam     m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) g^2;
 *          w -= r m' / (sqrt s' + epsilon), m' = m / (1 - beta1^t), s' = s / (1 - beta2^t) (Kingma and Ba, 2015).
 * adamw    adam, and w -= r decay w from the same w (Loshchilov and Hutter, 2019).
 * lars     v = momentum v + r q (g + decay w); w -= v; q = trust |w| / (|g| + decay |w|) for a tensor of weights, 1 for
 *          the others (You, Gitman, Ginsburg, 2017). The rate is inside the velocity, as in their algorithm.
 * lamb     u = m' / (sqrt s' + epsilon) + decay w; w -= r q u; q = |w| / |u| for a tensor of weights, 1 for the others
 *          (You et al., 2020).
 *
 * sgd, adagrad, rmsprop, adam and adamw are PyTorch's (torch.optim), term by term. Decay is of weights alone. Where a
 * norm in q is 0, q is 1, or a tensor of zeros would never move.
 */
#include <math.h>
#include <stdbool.h>

#include "optim/workspace.h"

static nni_update_kind kind_of(const nni_optimizer *optimizer)
{
    const nni_optimizer_settings *settings = &optimizer->settings;
    const bool inert = settings->momentum > 0;
    switch (settings->name) {
    case NN_SGD:
        return !inert ? NNI_UPDATE_PLAIN : settings->nesterov ? NNI_UPDATE_NESTEROV : NNI_UPDATE_MOMENTUM;
    case NN_ADAGRAD:
        return NNI_UPDATE_ADAGRAD;
    case NN_RMSPROP:
        return inert ? NNI_UPDATE_RMSPROP_MOMENTUM : NNI_UPDATE_RMSPROP;
    case NN_ADAM:
    case NN_ADAMW:
        return NNI_UPDATE_ADAM;
    case NN_LARS:
        return NNI_UPDATE_LARS;
    case NN_LAMB:
        return NNI_UPDATE_LAMB;
    }
    return NNI_UPDATE_PLAIN;
}

/* Powers and quotients are found in double: 1 - beta2^t of the first steps has three digits in float. */
static nni_update_coefficients terms_of(const nni_optimizer *optimizer, bool weight, double rate)
{
    const nni_optimizer_settings *settings = &optimizer->settings;
    const nni_regularization_settings *regularization = &optimizer->regularization;
    const bool rms = settings->name == NN_RMSPROP, adam = settings->name == NN_ADAM || settings->name == NN_ADAMW;
    const double keep_second = rms ? settings->rho : settings->beta2;
    const double steps = (double)optimizer->steps;
    const double correction = 1 / (1 - pow(settings->beta1, steps));
    double decay = weight ? settings->weight_decay : 0;
    if (adam)
        decay *= settings->name == NN_ADAMW ? rate : 0;
    return (nni_update_coefficients){
        .clip = (nni_real)(regularization->clip_value > 0 ? regularization->clip_value : INFINITY),
        .scale = 1,
        .l1 = (nni_real)(weight ? regularization->l1 : 0),
        .l2 = (nni_real)(weight ? regularization->l2 : 0),
        .rate = (nni_real)(adam ? rate * correction : rate),
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

/* By value first, so that the norm is that of what remains; L1 and L2 are not in it. Without a limit by value the
 * gradients alone are read, which takes a third of the time. */
static double scale_of_norm(const nni_optimizer *optimizer, const nn_network *network, nni_update_arrays arrays)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double largest = optimizer->regularization.clip_norm;
    const bool by_value = optimizer->regularization.clip_value > 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        space->terms[t] = (nni_update_coefficients){.clip = space->terms[t].clip, .scale = 1};
    const double norm = nni_global_norm(space, by_value ? NNI_NORM_OF_SLOPES : NNI_NORM_OF_GRADIENTS, arrays);
    return norm > largest ? largest / norm : 1;
}

static void set_terms(const nni_optimizer *optimizer, const nn_network *network, double rate, double scale)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        nni_update_coefficients *terms = &optimizer->space->terms[t];
        *terms = terms_of(optimizer, network->tensors[t].role == NNI_TENSOR_WEIGHT, rate);
        terms->scale = (nni_real)scale;
    }
}

static void set_local_rates(const nni_optimizer *optimizer, const nn_network *network, nni_update_arrays arrays,
                            double rate)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double *parameters = space->norms[0], *slopes = space->norms[1];
    nni_tensor_norms(space, NNI_NORM_OF_PARAMETERS, network, arrays, space->norms[0]);
    const nni_regularization_settings *regularization = &optimizer->regularization;
    const bool shaped = regularization->clip_value > 0 || regularization->l1 > 0 || regularization->l2 > 0;
    nni_tensor_norms(space, shaped ? NNI_NORM_OF_SLOPES : NNI_NORM_OF_GRADIENTS, network, arrays, space->norms[1]);
    for (size_t t = 0; t < network->tensor_count && !shaped; t++)
        space->norms[1][t] *= (double)space->terms[t].scale;
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].role == NNI_TENSOR_WEIGHT && parameters[t] > 0 && slopes[t] > 0)
            space->terms[t].rate = (nni_real)(rate * optimizer->settings.trust * parameters[t] /
                                              (slopes[t] + optimizer->settings.weight_decay * parameters[t]));
}

static void follow_lamb(const nni_optimizer *optimizer, const nn_network *network, nni_update_arrays arrays,
                        double rate)
{
    nni_optimizer_workspace *space = optimizer->space;
    const double *parameters = space->norms[0], *directions = space->norms[1];
    nni_tensor_norms(space, NNI_NORM_OF_PARAMETERS, network, arrays, space->norms[0]);
    nni_tensor_norms(space, NNI_NORM_OF_GRADIENTS, network, arrays, space->norms[1]);
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].role == NNI_TENSOR_WEIGHT && parameters[t] > 0 && directions[t] > 0)
            space->terms[t].rate = (nni_real)(rate * parameters[t] / directions[t]);
    nni_update_step(NNI_UPDATE_FOLLOW, space->terms, space->blocks, space->block_count, arrays);
}

static nni_update_arrays arrays_of(const nni_optimizer *optimizer, nn_network *network, nni_real *gradients)
{
    return (nni_update_arrays){network->parameters, gradients, optimizer->state[0], optimizer->state[1],
                               optimizer->first};
}

/* Whether a step begins with a norm of something that all gradients have a part in. */
static bool needs_all(const nni_optimizer *optimizer)
{
    const nn_optimizer_kind name = optimizer->settings.name;
    return optimizer->regularization.clip_norm > 0 || name == NN_LARS || name == NN_LAMB;
}

void nni_optimizer_begin(nni_optimizer *optimizer, const nn_network *network, double rate)
{
    optimizer->steps++;
    optimizer->space->rate = rate;
    optimizer->space->moved = optimizer->space->mine.first;
    set_terms(optimizer, network, rate, 1);
}

/* Blocks from the front that are complete with `count` elements. */
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
    const nni_update_kind kind = kind_of(optimizer);
    const double rate = space->rate;
    const bool all = count >= network->flat_count;
    if (needs_all(optimizer) && !all)
        return;
    if (optimizer->regularization.clip_norm > 0)
        set_terms(optimizer, network, rate, scale_of_norm(optimizer, network, arrays));
    if (kind == NNI_UPDATE_LARS)
        set_local_rates(optimizer, network, arrays, rate);
    const size_t complete = complete_blocks(space, count), mine_end = space->mine.first + space->mine.count;
    const size_t end = complete < mine_end ? complete : mine_end;
    if (end <= space->moved)
        return;
    nni_update_step(kind, space->terms, space->blocks + space->moved, end - space->moved, arrays);
    space->moved = end;
}

bool nni_optimizer_all_finite(const nni_optimizer *optimizer, const nni_real *gradients, size_t first, size_t count)
{
    const nni_optimizer_workspace *space = optimizer->space;
    const size_t begin = complete_blocks(space, first);
    return nni_update_finite(space->blocks + begin, complete_blocks(space, count) - begin, gradients);
}

nni_real *nni_optimizer_update_target(const nni_optimizer *optimizer, nn_network *network, nni_real *gradients)
{
    return kind_of(optimizer) == NNI_UPDATE_LAMB ? gradients : network->parameters;
}

void nni_optimizer_finish(nni_optimizer *optimizer, nn_network *network, nni_real *gradients)
{
    if (kind_of(optimizer) == NNI_UPDATE_LAMB)
        follow_lamb(optimizer, network, arrays_of(optimizer, network, gradients), optimizer->space->rate);
}

void nni_optimizer_step(nni_optimizer *optimizer, nn_network *network, nni_real *gradients, double rate)
{
    nni_optimizer_begin(optimizer, network, rate);
    nni_optimizer_update(optimizer, network, gradients, network->flat_count);
    nni_optimizer_finish(optimizer, network, gradients);
}
