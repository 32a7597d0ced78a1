/* SPDX-License-Identifier: MIT */
/* The normalisations, and their table. */
#include "model/norms.h"

#include <math.h>

#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/normalize.h"
#include "model/layer_work.h"
#include "model/partial_sums.h"

static const double epsilon = NNI_NORM_EPSILON;

/* The weight of a batch's statistics in the running ones; as in PyTorch. */
static const double momentum = 0.1;

/* --- batch: each unit over the rows of the *global* batch. The ranks add up their sums, so that the statistics do not
 * depend on how the rows are divided among them. --- */

/* work->sums [count] of all ranks. After a failure they stay this rank's own; the caller of the pass sees the failure
 * in work->sync and ends the training. */
static void sum_over_ranks(nni_leaf_range run, nni_workspace *work, size_t count)
{
    nni_sync *sync = &work->sync;
    if (sync->sum && sync->status == NN_OK)
        sync->status = sync->sum(sync->context, run, work->sums, count, &sync->error);
}

/* One leaf's sums of the forward pass: of o, of o^2, and the number of rows. */
static void leaf_moments(const nni_real *values, size_t rows, size_t units, double *sums)
{
    nni_column_moments(values, rows, units, sums, sums + units);
    sums[2 * units] = (double)rows;
}

/* Leaves the sums of o and o^2 [units] over all ranks, and the number of rows, in work->sums. */
static void sum_moments(const nni_real *values, const nni_leaf_rows *leaves, size_t units, nni_workspace *work)
{
    const size_t count = 2 * units + 1;
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++) {
        const size_t first = leaves->begin[leaf], rows = leaves->begin[leaf + 1] - first;
        leaf_moments(values + first * units, rows, units, work->sums + height * count);
        height = nni_join_doubles(leaves->run, leaves->run.first + leaf, work->sums, count, height + 1, count);
    }
    sum_over_ranks(leaves->run, work, count);
}

/* Finds the gradients of beta and gamma from each leaf's sums of delta and of delta * xhat, and leaves these sums over
 * all ranks, and the number of rows, in work->sums. */
static void sum_gradients(const nn_network *network, size_t index, const nni_leaf_rows *leaves, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    const nni_real *xhat = work->layers[index].xhat;
    const size_t units = layer->outputs, count = 2 * units + 1;
    const nni_real_stack beta = nni_gradient_stack(work, layer->beta), gamma = nni_gradient_stack(work, layer->gamma);
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++) {
        const size_t first = leaves->begin[leaf], rows = leaves->begin[leaf + 1] - first;
        const size_t number = leaves->run.first + leaf;
        nni_real *beta_top = beta.nodes + height * beta.pitch, *gamma_top = gamma.nodes + height * gamma.pitch;
        double *sums = work->sums + height * count;
        nni_column_sums(work->delta + first * units, rows, units, beta_top);
        nni_column_products(work->delta + first * units, xhat + first * units, rows, units, gamma_top);
        for (size_t j = 0; j < units; j++) {
            sums[j] = (double)beta_top[j];
            sums[units + j] = (double)gamma_top[j];
        }
        sums[2 * units] = (double)rows;
        nni_join_reals(leaves->run, number, beta, height + 1, units);
        nni_join_reals(leaves->run, number, gamma, height + 1, units);
        height = nni_join_doubles(leaves->run, number, work->sums, count, height + 1, count);
    }
    sum_over_ranks(leaves->run, work, count);
}

static void batch_norm_forward(nn_network *network, size_t index, const nni_leaf_rows *leaves, nni_real *values,
                               nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    const size_t units = layer->outputs, rows = leaves->begin[leaves->run.count];
    const double *sums = work->sums, *squares = sums + units;
    sum_moments(values, leaves, units, work);
    const double n = sums[2 * units];
    /* The running variance is that of a sample, n - 1, as in PyTorch; the batch is divided by its own, n. */
    const double unbiased = n > 1 ? n / (n - 1) : 1;
    nni_real *running_mean = network->statistics + layer->running_mean;
    nni_real *running_variance = network->statistics + layer->running_variance;
    for (size_t j = 0; j < units; j++) {
        const double mean = sums[j] / n;
        const double difference = squares[j] / n - mean * mean;
        const double variance = difference > 0 ? difference : 0;
        kept->mean[j] = (nni_real)mean;
        kept->inverse[j] = (nni_real)(1 / sqrt(variance + epsilon));
        running_mean[j] += (nni_real)(momentum * (mean - (double)running_mean[j]));
        running_variance[j] += (nni_real)(momentum * (variance * unbiased - (double)running_variance[j]));
    }
    nni_normalize_columns(values, kept->xhat, rows, units, kept->mean, kept->inverse,
                          network->parameters + layer->gamma, network->parameters + layer->beta);
}

nni_real nni_batch_norm_inverse(nni_real variance)
{
    return (nni_real)(1 / sqrt((double)variance + epsilon));
}

static void batch_norm_infer(const nn_network *network, size_t index, size_t rows, nni_real *values,
                             nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    const nni_real *variance = network->statistics + layer->running_variance;
    for (size_t j = 0; j < layer->outputs; j++)
        kept->inverse[j] = nni_batch_norm_inverse(variance[j]);
    nni_normalize_columns(values, kept->xhat, rows, layer->outputs, network->statistics + layer->running_mean,
                          kept->inverse, network->parameters + layer->gamma, network->parameters + layer->beta);
}

static void batch_norm_infer_backward(const nn_network *network, size_t index, nni_real *delta,
                                      const nni_workspace *work)
{
    const nni_real *gamma = network->parameters + network->layers[index].gamma, *inverse = work->layers[index].inverse;
    for (size_t j = 0; j < network->layers[index].outputs; j++)
        delta[j] *= gamma[j] * inverse[j];
}

static void batch_norm_backward(const nn_network *network, size_t index, const nni_leaf_rows *leaves,
                                nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    const size_t units = layer->outputs, rows = leaves->begin[leaves->run.count];
    const double *sums = work->sums;
    sum_gradients(network, index, leaves, work);
    const double n = sums[2 * units];
    const nni_real *gamma = network->parameters + layer->gamma;
    for (size_t j = 0; j < units; j++) {
        kept->mean[j] = (nni_real)(sums[j] / n);
        kept->products[j] = (nni_real)(sums[units + j] / n);
        kept->inverse[j] *= gamma[j];
    }
    nni_normalize_columns_backward(work->delta, kept->xhat, rows, units, kept->inverse, kept->mean, kept->products);
}

/* --- layer: each row over the units of the layer, so that ranks have nothing to exchange --- */

static void layer_norm_infer(const nn_network *network, size_t index, size_t rows, nni_real *values,
                             nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    nni_normalize_rows(values, kept->xhat, kept->inverse, rows, layer->outputs, network->parameters + layer->gamma,
                       network->parameters + layer->beta, (nni_real)epsilon);
}

static void layer_norm_infer_backward(const nn_network *network, size_t index, nni_real *delta,
                                      const nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    const nni_layer_work *kept = &work->layers[index];
    nni_normalize_rows_backward(delta, kept->xhat, kept->inverse, 1, layer->outputs,
                                network->parameters + layer->gamma);
}

static void layer_norm_forward(nn_network *network, size_t index, const nni_leaf_rows *leaves, nni_real *values,
                               nni_workspace *work)
{
    layer_norm_infer(network, index, leaves->begin[leaves->run.count], values, work);
}

static void layer_norm_backward(const nn_network *network, size_t index, const nni_leaf_rows *leaves,
                                nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    nni_partial_column_sums(work->delta, leaves, layer->outputs, nni_gradient_stack(work, layer->beta));
    nni_partial_column_products(work->delta, kept->xhat, leaves, layer->outputs,
                                nni_gradient_stack(work, layer->gamma));
    nni_normalize_rows_backward(work->delta, kept->xhat, kept->inverse, leaves->begin[leaves->run.count],
                                layer->outputs, network->parameters + layer->gamma);
}

/* --- the table --- */

static const nni_norm_entry norms[] = {
    [NN_NORM_NONE] = {.kind = {.name = "none", .help = "sums enter the activation as they are"}},
    [NN_NORM_BATCH] = {.kind = {.name = "batch",
                                .help = "each unit to mean 0 and variance 1 over the rows of the batch"},
                       .over_batch = true,
                       .forward = batch_norm_forward,
                       .infer = batch_norm_infer,
                       .infer_backward = batch_norm_infer_backward,
                       .backward = batch_norm_backward},
    [NN_NORM_LAYER] = {.kind = {.name = "layer",
                                .help = "each row to mean 0 and variance 1 over the units of the layer"},
                       .forward = layer_norm_forward,
                       .infer = layer_norm_infer,
                       .infer_backward = layer_norm_infer_backward,
                       .backward = layer_norm_backward},
};

const nni_domain nni_norm_domain = NNI_DOMAIN("normalization", norms);

const nni_norm_entry *nni_norm_of(nn_norm_kind norm)
{
    return &norms[norm];
}

const char *nn_norm_name(nn_norm_kind norm)
{
    return nni_domain_name(&nni_norm_domain, norm);
}
