/* Losses and their derivatives at the output layer. Sums over a batch are taken in double, row by row. */
#include "kernels/elementwise.h"
#include "model/output_delta.h"

/* The target of one output of one row; a class stands for its one-hot row. */
static nn_real target_at(const nn_targets *y, size_t row, size_t column, size_t outputs)
{
    if (y->classes)
        return (size_t)y->classes[row] == column ? 1 : 0;
    return y->values[row * outputs + column];
}

/* sum_j y_j o_j of one row. */
static double target_logit(const nn_targets *y, const nn_real *logits, size_t row, size_t outputs)
{
    if (y->classes)
        return (double)logits[y->classes[row]];
    double sum = 0;
    for (size_t j = 0; j < outputs; j++)
        sum += (double)y->values[row * outputs + j] * (double)logits[j];
    return sum;
}

/* sum_j y_j of one row: 1 for a class or a distribution. */
static double target_mass(const nn_targets *y, size_t row, size_t outputs)
{
    if (y->classes)
        return 1;
    double sum = 0;
    for (size_t j = 0; j < outputs; j++)
        sum += (double)y->values[row * outputs + j];
    return sum;
}

/* -sum_j y_j log a_j = (sum_j y_j) log sum_k exp(o_k) - sum_j y_j o_j: the logits are read before softmax takes their
 * place. */
static double cross_entropy(const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    const size_t outputs = network->outputs;
    const nn_real *logits = nn_network_output(network, work);
    for (size_t i = 0; i < batch->rows; i++)
        work->row_terms[i] = target_logit(&batch->y, logits + i * outputs, i, outputs);
    nn_network_activate_output(network, batch->rows, work);
    double sum = 0;
    for (size_t i = 0; i < batch->rows; i++)
        sum += target_mass(&batch->y, i, outputs) * (double)work->log_sums[i] - work->row_terms[i];
    return sum;
}

static double half_squares(const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    const size_t outputs = network->outputs;
    const nn_real *a = nn_network_output(network, work);
    nn_network_activate_output(network, batch->rows, work);
    double sum = 0;
    for (size_t i = 0; i < batch->rows; i++)
        for (size_t j = 0; j < outputs; j++) {
            double difference = (double)a[i * outputs + j] - (double)target_at(&batch->y, i, j, outputs);
            sum += difference * difference;
        }
    return 0.5 * sum;
}

double nn_loss(nn_loss_kind loss, const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    if (batch->rows == 0)
        return 0;
    double sum = loss == NN_CROSS_ENTROPY ? cross_entropy(network, batch, work) : half_squares(network, batch, work);
    return sum / (double)batch->global_rows;
}

/* dE/da of mse, or for cross-entropy dE/do at once: both are (a - y) / n where the targets of a row add up to 1. */
static void output_error(nn_loss_kind loss, size_t outputs, const nn_batch *batch, const nn_real *a, nn_real *delta)
{
    const nn_real scale = (nn_real)(1.0 / (double)batch->global_rows);
    for (size_t i = 0; i < batch->rows; i++) {
        nn_real mass = loss == NN_CROSS_ENTROPY ? (nn_real)target_mass(&batch->y, i, outputs) : 1;
        for (size_t j = 0; j < outputs; j++) {
            size_t at = i * outputs + j;
            delta[at] = (mass * a[at] - target_at(&batch->y, i, j, outputs)) * scale;
        }
    }
}

/* The Jacobian of softmax, row by row: delta_j <- p_j (delta_j - sum_k delta_k p_k). */
static void through_softmax(const nn_real *p, size_t rows, size_t outputs, nn_real *delta)
{
    for (size_t i = 0; i < rows; i++, p += outputs, delta += outputs) {
        nn_real mean = 0;
        for (size_t k = 0; k < outputs; k++)
            mean += delta[k] * p[k];
        for (size_t j = 0; j < outputs; j++)
            delta[j] = p[j] * (delta[j] - mean);
    }
}

void nn_output_delta(nn_loss_kind loss, const nn_network *network, const nn_batch *batch, nn_workspace *work)
{
    const nn_activation activation = network->layers[network->layer_count - 1].activation;
    const nn_real *a = nn_network_output(network, work);
    output_error(loss, network->outputs, batch, a, work->delta);
    if (loss == NN_CROSS_ENTROPY)
        return; /* softmax is already in it */
    if (activation == NN_SOFTMAX)
        through_softmax(a, batch->rows, network->outputs, work->delta);
    else
        nn_activate_backward(activation, a, work->delta, batch->rows * network->outputs);
}
