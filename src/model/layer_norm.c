/* Layer normalisation: each row over the units of the layer (Ba, Kiros, Hinton, 2016). Nothing to share between ranks.
 */
#include "kernels/elementwise/normalize.h"
#include "model/layer_work.h"
#include "model/partial_sums.h"

void nn_layer_norm_forward(const nn_network *network, size_t index, size_t rows, nn_real *values, nn_workspace *work)
{
    const nn_layer *layer = &network->layers[index];
    nn_layer_work *kept = &work->layers[index];
    nn_normalize_rows(values, kept->xhat, kept->inverse, rows, layer->outputs, network->parameters + layer->gamma,
                      network->parameters + layer->beta, (nn_real)nn_norm_epsilon);
}

void nn_layer_norm_backward(const nn_network *network, size_t index, const nn_leaf_rows *leaves, nn_workspace *work)
{
    const nn_layer *layer = &network->layers[index];
    nn_layer_work *kept = &work->layers[index];
    nn_leaf_column_sums(work->delta, leaves, layer->outputs, work->gradients + layer->beta, work->flat_pitch);
    nn_leaf_column_products(work->delta, kept->xhat, leaves, layer->outputs, work->gradients + layer->gamma,
                            work->flat_pitch);
    nn_normalize_rows_backward(work->delta, kept->xhat, kept->inverse, leaves->begin[leaves->run.count], layer->outputs,
                               network->parameters + layer->gamma);
}
