/* Layer normalisation: each row over the units of the layer (Ba, Kiros, Hinton, 2016). Nothing to share between ranks.
 */
#include "kernels/elementwise/normalize.h"
#include "model/layer_work.h"
#include "model/partial_sums.h"

void nni_layer_norm_forward(const nn_network *network, size_t index, size_t rows, nni_real *values, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    nni_normalize_rows(values, kept->xhat, kept->inverse, rows, layer->outputs, network->parameters + layer->gamma,
                       network->parameters + layer->beta, (nni_real)nni_norm_epsilon);
}

void nni_layer_norm_backward(const nn_network *network, size_t index, const nni_leaf_rows *leaves, nni_workspace *work)
{
    const nni_layer *layer = &network->layers[index];
    nni_layer_work *kept = &work->layers[index];
    nni_partial_column_sums(work->delta, leaves, layer->outputs, work->gradients + layer->beta, work->flat_pitch);
    nni_partial_column_products(work->delta, kept->xhat, leaves, layer->outputs, work->gradients + layer->gamma,
                                work->flat_pitch);
    nni_normalize_rows_backward(work->delta, kept->xhat, kept->inverse, leaves->begin[leaves->run.count],
                                layer->outputs, network->parameters + layer->gamma);
}
