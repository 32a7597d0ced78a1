/* Batch normalisation over the rows of the *global* batch (Ioffe and Szegedy, 2015): ranks add up their sums, so that
 * the statistics do not depend on how rows are shared out. */
#include <math.h>

#include "kernels/elementwise.h"
#include "kernels/normalize.h"
#include "model/layer_work.h"

/* Sums over the ranks; after a failure the sums stay this rank's own, and the step that asks will end the training. */
static void sum_over_ranks(nn_workspace *work, size_t count)
{
    nn_sync *sync = &work->sync;
    if (sync->sum && sync->status == NN_OK)
        sync->status = sync->sum(sync->context, work->sums, count, &sync->error);
}

void nn_batch_norm_forward(nn_network *network, size_t index, size_t rows, nn_real *values, nn_workspace *work)
{
    const nn_layer *layer = &network->layers[index];
    nn_layer_work *kept = &work->layers[index];
    const size_t units = layer->outputs;
    double *sums = work->sums, *squares = sums + units;
    nn_column_moments(values, rows, units, sums, squares);
    sums[2 * units] = (double)rows;
    sum_over_ranks(work, 2 * units + 1);

    const double n = sums[2 * units];
    /* The running variance is that of a sample, n - 1, as in PyTorch; the batch is divided by its own, n. */
    const double unbiased = n > 1 ? n / (n - 1) : 1;
    nn_real *running_mean = network->statistics + layer->running_mean;
    nn_real *running_variance = network->statistics + layer->running_variance;
    for (size_t j = 0; j < units; j++) {
        const double mean = sums[j] / n;
        const double difference = squares[j] / n - mean * mean;
        const double variance = difference > 0 ? difference : 0;
        kept->mean[j] = (nn_real)mean;
        kept->inverse[j] = (nn_real)(1 / sqrt(variance + nn_norm_epsilon));
        running_mean[j] += (nn_real)(nn_norm_momentum * (mean - (double)running_mean[j]));
        running_variance[j] += (nn_real)(nn_norm_momentum * (variance * unbiased - (double)running_variance[j]));
    }
    nn_normalize_columns(values, kept->xhat, rows, units, kept->mean, kept->inverse, network->parameters + layer->gamma,
                         network->parameters + layer->beta);
}

void nn_batch_norm_infer(const nn_network *network, size_t index, size_t rows, nn_real *values, nn_workspace *work)
{
    const nn_layer *layer = &network->layers[index];
    nn_layer_work *kept = &work->layers[index];
    const nn_real *variance = network->statistics + layer->running_variance;
    for (size_t j = 0; j < layer->outputs; j++)
        kept->inverse[j] = (nn_real)(1 / sqrt((double)variance[j] + nn_norm_epsilon));
    nn_normalize_columns(values, kept->xhat, rows, layer->outputs, network->statistics + layer->running_mean,
                         kept->inverse, network->parameters + layer->gamma, network->parameters + layer->beta);
}

void nn_batch_norm_backward(const nn_network *network, size_t index, size_t rows, nn_workspace *work)
{
    const nn_layer *layer = &network->layers[index];
    nn_layer_work *kept = &work->layers[index];
    const size_t units = layer->outputs;
    nn_real *gamma_gradient = work->gradients + layer->gamma, *beta_gradient = work->gradients + layer->beta;
    nn_column_sums(work->delta, rows, units, beta_gradient);
    nn_column_products(work->delta, kept->xhat, rows, units, gamma_gradient);

    double *sums = work->sums;
    for (size_t j = 0; j < units; j++) {
        sums[j] = (double)beta_gradient[j];
        sums[units + j] = (double)gamma_gradient[j];
    }
    sums[2 * units] = (double)rows;
    sum_over_ranks(work, 2 * units + 1);
    const double n = sums[2 * units];
    const nn_real *gamma = network->parameters + layer->gamma;
    for (size_t j = 0; j < units; j++) {
        kept->mean[j] = (nn_real)(sums[j] / n);
        kept->products[j] = (nn_real)(sums[units + j] / n);
        kept->inverse[j] *= gamma[j];
    }
    nn_normalize_columns_backward(work->delta, kept->xhat, rows, units, kept->inverse, kept->mean, kept->products);
}
