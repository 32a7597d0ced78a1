/* The loss of a batch and its slope at the output layer. A row's term does not depend on threads, and terms are added
 * in row order and in double, so the sum does not either. */
#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "model/losses/loss.h"
#include "model/output_delta.h"
#include "support/partition.h"

/* Below this many outputs a second thread costs more than it saves; see elementwise.c. */
static const size_t worth_threads = 32768;

static const nni_loss_rule *rule_of(const nni_loss_settings *loss)
{
    switch (loss->name) {
    case NN_MSE:
        return &nni_loss_mse;
    case NN_MAE:
        return &nni_loss_mae;
    case NN_HUBER:
        return &nni_loss_huber;
    case NN_CROSS_ENTROPY:
        return &nni_loss_cross_entropy;
    case NN_BINARY_CROSS_ENTROPY:
        return &nni_loss_binary_cross_entropy;
    case NN_IOU:
        return &nni_loss_iou;
    }
    return &nni_loss_mse;
}

static inline nni_loss_row row_of(const nni_loss_settings *loss, const nni_batch *batch, size_t outputs, size_t i)
{
    nni_loss_row row = {.loss = loss, .outputs = outputs};
    if (batch->y.classes)
        row.class = (size_t)batch->y.classes[i];
    else
        row.values = batch->y.values + i * outputs;
    return row;
}

/* Of rows [share], what the logits give to their terms. */
static void read_logits(const nni_loss_settings *loss, const nni_batch *batch, const nni_real *logits, size_t outputs,
                        nni_partition share, double *terms)
{
    const nni_loss_rule *rule = rule_of(loss);
    for (size_t i = share.first; i < share.first + share.count; i++) {
        const nni_loss_row row = row_of(loss, batch, outputs, i);
        terms[i] = rule->of_logits(&row, logits + i * outputs);
    }
}

/* And what the activations do. */
static void read_outputs(const nni_loss_settings *loss, const nni_batch *batch, const nni_real *a, size_t outputs,
                         nni_partition share, double *terms)
{
    const nni_loss_rule *rule = rule_of(loss);
    for (size_t i = share.first; i < share.first + share.count; i++) {
        const nni_loss_row row = row_of(loss, batch, outputs, i);
        terms[i] = rule->of_outputs(&row, a + i * outputs, terms[i]);
    }
}

typedef void rows_work(const nni_loss_settings *loss, const nni_batch *batch, const nni_real *values, size_t outputs,
                       nni_partition share, double *terms);

static void share_rows(rows_work *work, const nni_loss_settings *loss, const nni_batch *batch, const nni_real *values,
                       size_t outputs, double *terms)
{
    const size_t rows = batch->rows;
    if (nni_alone(rows * outputs, worth_threads)) {
        work(loss, batch, values, outputs, (nni_partition){0, rows}, terms);
        return;
    }
#pragma omp parallel
    work(loss, batch, values, outputs, nni_partition_of_calling(rows), terms);
}

double nni_loss(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch, nni_workspace *work)
{
    const size_t rows = batch->rows, outputs = network->outputs;
    const nni_loss_rule *rule = rule_of(loss);
    const nni_real *output = nni_network_output(network, work);
    double *terms = work->row_terms;
    if (rows == 0)
        return 0;
    if (rule->of_logits)
        share_rows(read_logits, loss, batch, output, outputs, terms);
    if (work->logits)
        memcpy(work->logits, output, rows * outputs * sizeof *output);
    nni_network_activate_output(network, rows, work);
    if (rule->of_outputs)
        share_rows(read_outputs, loss, batch, output, outputs, terms);
    for (size_t i = 0; batch->weights && i < rows; i++)
        terms[i] *= (double)batch->weights[i];
    return nni_loss_of_rows(work, 0, rows) / (double)batch->global_rows;
}

double nni_loss_of_rows(const nni_workspace *work, size_t first, size_t count)
{
    double sum = 0;
    for (size_t i = first; i < first + count; i++)
        sum += work->row_terms[i];
    return sum;
}

/* The Jacobian of softmax: delta_j <- p_j (delta_j - sum_k delta_k p_k). */
static void through_softmax(const nni_real *p, size_t outputs, nni_real *delta)
{
    double mean = 0;
    for (size_t k = 0; k < outputs; k++)
        mean += (double)delta[k] * (double)p[k];
    for (size_t j = 0; j < outputs; j++)
        delta[j] = (nni_real)((double)p[j] * ((double)delta[j] - mean));
}

static void delta_share(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch,
                        nni_partition share, nni_workspace *work)
{
    const size_t outputs = network->outputs;
    const nni_loss_rule *rule = rule_of(loss);
    const bool through = !rule->joined && network->layers[network->layer_count - 1].activation == NN_SOFTMAX;
    const nni_real *a = nni_network_output(network, work);
    const double part = 1.0 / (double)batch->global_rows;
    for (size_t i = share.first; i < share.first + share.count; i++) {
        const nni_loss_row row = row_of(loss, batch, outputs, i);
        const double weight = batch->weights ? (double)batch->weights[i] : 1;
        nni_real *delta = work->delta + i * outputs;
        rule->slope(&row, a + i * outputs, (nni_real)(part * weight), delta);
        if (through)
            through_softmax(a + i * outputs, outputs, delta);
    }
}

void nni_output_delta(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch,
                      nni_workspace *work)
{
    const size_t rows = batch->rows, outputs = network->outputs;
    const nn_activation activation = network->layers[network->layer_count - 1].activation;
    if (nni_alone(rows * outputs, worth_threads)) {
        delta_share(loss, network, batch, (nni_partition){0, rows}, work);
    } else {
#pragma omp parallel
        delta_share(loss, network, batch, nni_partition_of_calling(rows), work);
    }
    if (!rule_of(loss)->joined && activation != NN_SOFTMAX)
        nni_activate_backward(activation,
                              nni_activation_needs_input(activation) ? work->logits : nni_network_output(network, work),
                              work->delta, rows * outputs);
}
